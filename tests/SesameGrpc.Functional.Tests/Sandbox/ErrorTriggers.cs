using System.Security.Cryptography;
using Google.Protobuf;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.TestSupport;

namespace SesameGrpc.Functional.Tests.Sandbox;

/// <summary>How a developer provokes a reason, in the words of docs/errors.md and as a test does it.</summary>
/// <param name="SeeIt">The paragraph behind "See it".</param>
/// <param name="RunAsync">Does what it says.</param>
internal sealed record ErrorTrigger(string SeeIt, Func<SandboxScene, Task<RefusedCall>> RunAsync);

/// <summary>One row for each reason.</summary>
internal static class ErrorTriggers
{
    private const string GetScore = "/sesame.partner.v1.CreditScoreService/GetCreditScore";

    public static IReadOnlyDictionary<ErrorReason, ErrorTrigger> All { get; } =
        new Dictionary<ErrorReason, ErrorTrigger>
        {
            [ErrorReason.FieldInvalid] = new(
                "Call `CheckEligibility` with the subject `test 650` (a space is not allowed).",
                scene => CheckAsync(scene, "test 650")
            ),
            [ErrorReason.MessageMalformed] = new(
                "Send the five bytes `00 00 00 00 32`, which promise a message, and end the stream.",
                scene => RawAsync(scene, GetScore, [0, 0, 0, 0, 50])
            ),
            [ErrorReason.MessageTooLarge] = new(
                "Call `BatchGetCreditScores` with 5,000 subjects of 64 characters.",
                async scene =>
                {
                    var partner = await NewAsync(scene);
                    var request = new BatchGetCreditScoresRequest { Subjects = { Enumerable.Repeat(new string('a', 64), 5000) } };
                    return await RefusedCall.OfAsync(partner.Scores.BatchGetCreditScoresAsync(request));
                }
            ),
            [ErrorReason.DeadlineInvalid] = new(
                "Send the header `grpc-timeout: soon` with any call.",
                scene => RawAsync(scene, GetScore, Lookup("test-650"), ("grpc-timeout", "soon"))
            ),
            [ErrorReason.MethodUnknown] = new(
                "Call `/sesame.partner.v1.CreditScoreService/getcreditscore`.",
                scene => RawAsync(scene, "/sesame.partner.v1.CreditScoreService/getcreditscore", Lookup("test-650"))
            ),
            [ErrorReason.EncodingUnsupported] = new(
                "Send a message that is marked as compressed, with the header `grpc-encoding: br`.",
                scene => RawAsync(scene, GetScore, RawCall.Frame([1, 2, 3], isCompressed: true), ("grpc-encoding", "br"))
            ),
            [ErrorReason.TokenMissing] = new(
                "Call `GetCreditScore` with a demo partner's certificate and without metadata.",
                async scene => await LookUpAsync((await NewAsync(scene)).Channel.CreateCallInvoker())
            ),
            [ErrorReason.TokenInvalid] = new(
                "Change one character in the middle of a valid token and call with it.",
                async scene =>
                {
                    var partner = await NewAsync(scene);
                    var middle = partner.Token.Length / 2;
                    var changed = partner.Token[middle] == 'a' ? 'b' : 'a';
                    return await LookUpAsync(partner, $"{partner.Token[..middle]}{changed}{partner.Token[(middle + 1)..]}");
                }
            ),
            [ErrorReason.TokenExpired] = new(
                "Get a token, then `./sesame sandbox clock --advance 11m`, and call with it.",
                async scene =>
                {
                    var partner = await NewAsync(scene);
                    await scene.AdvanceAsync(TimeSpan.FromMinutes(11));
                    return await LookUpAsync(partner.Invoker);
                }
            ),
            [ErrorReason.TokenNotBound] = new(
                "`./sesame sandbox fail GetCreditScore TOKEN_NOT_BOUND --count 1`, and call it. The sandbox's own issuer binds every token.",
                scene => ForcedAsync(scene, ErrorReason.TokenNotBound)
            ),
            [ErrorReason.TokenBindingMismatch] = new(
                "Call with another partner's token. `./sesame demo` does, in the step `stolen-token`.",
                async scene => await LookUpAsync(await NewAsync(scene), (await NewAsync(scene)).Token)
            ),
            [ErrorReason.CertificateUnknown] = new(
                "Call the operator listener with a demo partner's certificate.",
                async scene =>
                {
                    var channel = scene.Gateway.Channel(scene.Gateway.OperatorUrl, (await NewAsync(scene)).Certificate);
                    return await RefusedCall.OfAsync(
                        new PartnerAdminService.PartnerAdminServiceClient(channel).ListPartnersAsync(new ListPartnersRequest())
                    );
                }
            ),
            [ErrorReason.CertificateRevoked] = new(
                "Revoke a demo partner's certificate with `RevokePartnerCertificate` and call on the connection that is still open.",
                async scene =>
                {
                    var partner = await NewAsync(scene);
                    var revoke = new RevokePartnerCertificateRequest
                    {
                        RequestId = SandboxScene.IdOf(partner),
                        Partner = SandboxScene.IdOf(partner),
                        Thumbprint = Convert.ToHexStringLower(SHA256.HashData(partner.Certificate.RawData)),
                    };
                    await scene.Gateway.Partners.RevokePartnerCertificateAsync(revoke);
                    return await LookUpAsync(partner.Invoker);
                }
            ),
            [ErrorReason.InvitationInvalid] = new(
                "`./sesame sandbox fail GetCreditScore INVITATION_INVALID --count 1`, and call it. Really: `sesame partner join` twice with one invitation, in two folders.",
                scene => ForcedAsync(scene, ErrorReason.InvitationInvalid)
            ),
            [ErrorReason.TooManyCertificates] = new(
                "`./sesame sandbox fail GetCreditScore TOO_MANY_CERTIFICATES --count 1`, and call it. Really: a hundred times `sesame cert renew`.",
                scene => ForcedAsync(scene, ErrorReason.TooManyCertificates)
            ),
            [ErrorReason.PartnerSuspended] = new(
                "Suspend a demo partner with `SuspendPartner` and call with its certificate.",
                async scene =>
                {
                    var partner = await NewAsync(scene);
                    var id = SandboxScene.IdOf(partner);
                    await scene.Gateway.Partners.SuspendPartnerAsync(new SuspendPartnerRequest { RequestId = id, Partner = id });
                    return await LookUpAsync(partner.Invoker);
                }
            ),
            [ErrorReason.ScopeMissing] = new(
                "Request a token with `scope=eligibility.check` alone and call `GetCreditScore`.",
                async scene =>
                {
                    var id = SandboxScene.IdOf(await NewAsync(scene));
                    return await LookUpAsync((await scene.Gateway.ConnectOnboardedAsync(id, null, "eligibility.check")).Invoker);
                }
            ),
            [ErrorReason.MethodWithoutPolicy] = new(
                "`./sesame sandbox fail GetCreditScore METHOD_WITHOUT_POLICY --count 1`, and call it. Every method of a released gateway has its row.",
                scene => ForcedAsync(scene, ErrorReason.MethodWithoutPolicy)
            ),
            [ErrorReason.ProgrammeNotEnrolled] = new(
                "Call `CheckEligibility` for `test-650` with the programme `bike.no_such_thing`.",
                async scene => await CheckAsync(scene, await scene.FeedAsync("test-650"), "bike.no_such_thing")
            ),
            [ErrorReason.ResourceNotFound] = new(
                "Call `GetCreditScore` with the subject `nobody`, `test-650-noconsent`, `test-650-revoked` or `test-650-frozen`.",
                async scene =>
                {
                    var answers = new List<RefusedCall>();
                    foreach (var subject in new[] { "nobody", "test-650-noconsent", "test-650-revoked", "test-650-frozen" })
                    {
                        _ = subject == "nobody" ? subject : await scene.FeedAsync(subject);
                        answers.Add(await LookUpAsync((await NewAsync(scene)).Invoker, subject));
                    }

                    return answers.DistinctBy(answer => answer.Reason).Single();
                }
            ),
            [ErrorReason.TooManyCalls] = new(
                "Call `CheckEligibility` for `test-650-exhausted`.",
                async scene => await CheckAsync(scene, await scene.FeedAsync("test-650-exhausted"))
            ),
            [ErrorReason.StoreUnavailable] = new(
                "Call `CheckEligibility` for `test-650-unavailable`.",
                async scene => await CheckAsync(scene, await scene.FeedAsync("test-650-unavailable"))
            ),
            [ErrorReason.IssuerUnavailable] = new(
                "`./sesame sandbox fail GetCreditScore ISSUER_UNAVAILABLE --count 1`, and call it. The sandbox is its own issuer.",
                scene => ForcedAsync(scene, ErrorReason.IssuerUnavailable)
            ),
            [ErrorReason.DeadlineExceeded] = new(
                "Send the header `grpc-timeout: 200m` with `GetCreditScore` for `test-650-slow2s`. A library's own timer may end the call first, without ErrorInfo.",
                async scene => await RawAsync(scene, GetScore, Lookup(await scene.FeedAsync("test-650-slow2s")), ("grpc-timeout", "200m"))
            ),
            [ErrorReason.Cancelled] = new(
                "`./sesame sandbox fail GetCreditScore CANCELLED --count 1`, and call it. Whoever gives up does not hear the answer.",
                scene => ForcedAsync(scene, ErrorReason.Cancelled)
            ),
            [ErrorReason.Internal] = new(
                "Call `CheckEligibility` for `test-650-internal`; the gateway's log has the fault under the request id.",
                async scene =>
                {
                    scene.Gateway.Log.ExpectError("A test person forces a fault.");
                    return await CheckAsync(scene, await scene.FeedAsync("test-650-internal"));
                }
            ),
        }
            .Concat(OrderTriggers.All)
            .ToDictionary();

    public static Task<ConnectedPartner> NewAsync(SandboxScene scene) => scene.ConnectAsync(scene.New("partner"));

    private static async Task<RefusedCall> ForcedAsync(SandboxScene scene, ErrorReason reason)
    {
        var partner = await NewAsync(scene);
        await scene.FailAsync(partner, "GetCreditScore", reason);
        return await LookUpAsync(partner.Invoker);
    }

    private static async Task<RefusedCall> CheckAsync(SandboxScene scene, string subject, string programme = SandboxScene.Bike)
    {
        var request = new CheckEligibilityRequest { Subject = subject, Programme = programme };
        return await RefusedCall.OfAsync((await NewAsync(scene)).Eligibility.CheckEligibilityAsync(request));
    }

    private static Task<RefusedCall> LookUpAsync(ConnectedPartner partner, string token) =>
        LookUpAsync(new ConnectedPartner(partner.Channel, partner.Certificate, token).Invoker);

    private static Task<RefusedCall> LookUpAsync(Grpc.Core.CallInvoker invoker, string subject = "test-650") =>
        RefusedCall.OfAsync(
            new CreditScoreService.CreditScoreServiceClient(invoker).GetCreditScoreAsync(new GetCreditScoreRequest { Subject = subject })
        );

    private static async Task<RefusedCall> RawAsync(SandboxScene scene, string path, byte[] body, params (string, string)[] headers)
    {
        using var content = new ByteArrayContent(body);
        return await RawCall.SendAsync(scene.Gateway, await NewAsync(scene), path, content, headers);
    }

    private static byte[] Lookup(string subject) => RawCall.Frame(new GetCreditScoreRequest { Subject = subject }.ToByteArray());
}
