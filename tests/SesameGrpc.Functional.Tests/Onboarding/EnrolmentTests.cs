using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.Onboarding;

/// <summary>From an invitation to a certificate that calls, and to the next one, over the real wire; on both stores.</summary>
public abstract class EnrolmentTests(Stores stores, Store store)
{
    private readonly MovableTime time = new();

    [Fact]
    public async Task Invited_WithItsFirstCertificate_BecomesActiveAndCalls()
    {
        await using var gateway = await StartAsync();
        await InviteNewAsync(gateway, "bike");
        using var elsewhere = gateway.Authority.Partner("bike");
        Assert.False((await gateway.RequestTokenAsync("bike", elsewhere, "score.read")).IsSuccess);
        var code = await InviteAsync(gateway, "bike", "again");
        using var applicant = new CertificateApplicant(gateway);

        var answer = await applicant.AskWithInvitationAsync(code);
        var again = await applicant.AskWithInvitationAsync(code);

        Assert.Equal((HttpStatusCode.OK, answer.Text), (answer.Status, again.Text));
        Assert.Equal(PartnerState.Active, (await gateway.Partners.GetPartnerAsync(new() { Partner = "bike" })).Partner.State);
        using var certificate = applicant.WithKey(answer);
        Assert.Equal("CN=bike", certificate.Subject);
        Assert.InRange(
            certificate.NotAfter.ToUniversalTime() - time.GetUtcNow().UtcDateTime,
            TimeSpan.FromDays(89.9),
            TimeSpan.FromDays(90)
        );
        var bike = await gateway.ConnectOnboardedAsync("bike", certificate);
        await bike.Eligibility.ListProgrammesAsync(new());
        var stored = Assert.Single((await gateway.Onboarding.ListCertificateRequestsAsync(new() { Partner = "bike" })).CertificateRequests);
        Assert.Equal(certificate.RawData, stored.CertificateDer.ToByteArray());
    }

    [Fact]
    public async Task Invitation_ThatDoesNotCount_IsRefusedWithOneReason()
    {
        await using var gateway = await StartAsync();
        await gateway.OnboardAsync("bike");
        using var applicant = new CertificateApplicant(gateway);
        using var other = new CertificateApplicant(gateway);

        Assert.Equal("INVITATION_INVALID", await ReasonAsync("made-up"));
        var replaced = await InviteAsync(gateway, "bike", "1");
        var withdrawn = await InviteAsync(gateway, "bike", "2");
        Assert.Equal("INVITATION_INVALID", await ReasonAsync(replaced));
        await gateway.Onboarding.WithdrawInvitationAsync(new() { RequestId = "w", Partner = "bike" });
        Assert.Equal("INVITATION_INVALID", await ReasonAsync(withdrawn));
        var expired = await InviteAsync(gateway, "bike", "3");
        time.Advance(TimeSpan.FromDays(7));
        Assert.Equal("INVITATION_INVALID", await ReasonAsync(expired));
        var used = await InviteAsync(gateway, "bike", "4");
        Assert.Equal(HttpStatusCode.OK, (await other.AskWithInvitationAsync(used)).Status);
        Assert.Equal("INVITATION_INVALID", await ReasonAsync(used));

        async Task<string> ReasonAsync(string code)
        {
            var answer = await applicant.AskWithInvitationAsync(code);
            Assert.Equal(HttpStatusCode.Unauthorized, answer.Status);
            return answer.Reason;
        }
    }

    [Fact]
    public async Task Invitation_WithManyKeysAtOnce_ServesOne()
    {
        await using var gateway = await StartAsync();
        var code = await InviteNewAsync(gateway, "bike");
        var applicants = Enumerable.Range(0, 6).Select(_ => new CertificateApplicant(gateway)).ToList();

        var answers = await Task.WhenAll(applicants.Select(applicant => applicant.AskWithInvitationAsync(code)));

        Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
        Assert.Equal(5, answers.Count(answer => answer.Status != HttpStatusCode.OK && answer.Reason == "INVITATION_INVALID"));
        applicants.ForEach(applicant => applicant.Dispose());
    }

    [Fact]
    public async Task Invite_Again_GivesTheSameCode_AndNotEverybodyCanBeInvited()
    {
        await using var gateway = await StartAsync();
        await gateway.OnboardAsync("bike");

        Assert.Equal(await InviteAsync(gateway, "bike", "same"), await InviteAsync(gateway, "bike", "same"));
        Assert.Equal("RESOURCE_NOT_FOUND", (await RefusedCall.OfAsync(() => InviteAsync(gateway, "nobody", "n"))).Reason);
        var short1 = new InvitePartnerRequest
        {
            RequestId = "s",
            Partner = "bike",
            ValidDuration = Duration.FromTimeSpan(TimeSpan.FromMinutes(59)),
        };
        Assert.Equal("FIELD_INVALID", (await RefusedCall.OfAsync(gateway.Onboarding.InvitePartnerAsync(short1))).Reason);
        var own = NewPartner("own");
        own.ClientAuthentication = ClientAuthentication.SelfSignedTls;
        var creation = new CreatePartnerRequest
        {
            RequestId = "own",
            Partner = own,
            Invited = true,
        };
        Assert.Equal("FIELD_INVALID", (await RefusedCall.OfAsync(gateway.Partners.CreatePartnerAsync(creation))).Reason);
    }

    [Fact]
    public async Task Request_ThatIsNone_IsRefusedBeforeTheInvitationIsUsed()
    {
        await using var gateway = await StartAsync();
        var code = await InviteNewAsync(gateway, "bike");
        using var applicant = new CertificateApplicant(gateway);

        var nonsense = await applicant.AskAsync(gateway.PublicUrl, null, code, "nonsense");
        var large = await applicant.AskAsync(gateway.PublicUrl, null, code, new string('A', 100_000));

        Assert.Equal((HttpStatusCode.BadRequest, "FIELD_INVALID"), (nonsense.Status, nonsense.Reason));
        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "MESSAGE_TOO_LARGE"), (large.Status, large.Reason));
        Assert.Equal(HttpStatusCode.OK, (await applicant.AskWithInvitationAsync(code)).Status);
    }

    [Fact]
    public async Task Renewal_WithTheCertificateInUse_GivesASecondBesideIt()
    {
        await using var gateway = await StartAsync();
        await gateway.OnboardAsync("bike");
        await gateway.OnboardAsync("other");
        using var first = gateway.Authority.Partner("bike");
        using var applicant = new CertificateApplicant(gateway);

        using var second = applicant.WithKey(await applicant.AskWithCertificateAsync(first));
        Assert.NotEmpty(await gateway.TokenAsync("bike", first, "score.read"));
        Assert.NotEmpty(await gateway.TokenAsync("bike", second, "score.read"));

        using var stranger = gateway.Authority.Partner("other");
        var stolen = await applicant.AskWithCertificateAsync(stranger);
        Assert.Equal("FIELD_INVALID", stolen.Reason);
        using var unknown = gateway.Authority.Partner("nobody");
        Assert.Equal("CERTIFICATE_UNKNOWN", (await applicant.AskWithCertificateAsync(unknown)).Reason);
        await gateway.Partners.RevokePartnerCertificateAsync(
            new()
            {
                RequestId = "r",
                Partner = "bike",
                Thumbprint = Convert.ToHexStringLower(SHA256.HashData(first.RawData)),
            }
        );
        Assert.Equal("CERTIFICATE_REVOKED", (await applicant.AskWithCertificateAsync(first)).Reason);
        await gateway.Partners.SuspendPartnerAsync(new() { RequestId = "s", Partner = "bike" });
        Assert.Equal("PARTNER_SUSPENDED", (await applicant.AskWithCertificateAsync(second)).Reason);
    }

    [Fact]
    public async Task WithoutAKeyToSignWith_TheOperatorSigns()
    {
        await using var gateway = await StartAsync(("Sesame:Onboarding:IssuerCertificate", ""));
        var code = await InviteNewAsync(gateway, "bike");
        using var applicant = new CertificateApplicant(gateway);
        var waiting = await applicant.AskWithInvitationAsync(code);
        Assert.Equal((HttpStatusCode.Accepted, TimeSpan.FromSeconds(10)), (waiting.Status, waiting.RetryAfter));
        Assert.Equal(HttpStatusCode.Accepted, (await applicant.AskWithInvitationAsync(code)).Status);
        var waitingOnly = new ListCertificateRequestsRequest { State = CertificateRequestState.Waiting };
        var request = Assert.Single((await gateway.Onboarding.ListCertificateRequestsAsync(waitingOnly)).CertificateRequests);

        // Of another key, of another partner, of another CA.
        using var otherKey = gateway.Authority.Partner("bike");
        using var otherName = gateway.Authority.PartnerOfKey("other", applicant.PublicKey);
        using var strangers = new TestAuthority("Elsewhere");
        using var otherCa = strangers.PartnerOfKey("bike", applicant.PublicKey);
        foreach (var wrong in new[] { otherKey, otherName, otherCa })
        {
            Assert.Equal("FIELD_INVALID", (await RefusedCall.OfAsync(() => IssueAsync(wrong, wrong.Thumbprint))).Reason);
        }

        using var right = gateway.Authority.PartnerOfKey("bike", applicant.PublicKey);
        await IssueAsync(right, "right");
        Assert.Equal("ALREADY_EXISTS", (await RefusedCall.OfAsync(() => IssueAsync(right, "twice"))).Reason);

        using var certificate = applicant.WithKey(await applicant.AskWithInvitationAsync(code));
        Assert.Equal(right.RawData, certificate.RawData);
        Assert.NotEmpty(await gateway.TokenAsync("bike", certificate, "score.read"));
        Assert.Empty((await gateway.Onboarding.ListCertificateRequestsAsync(waitingOnly)).CertificateRequests);

        async Task IssueAsync(X509Certificate2 signed, string requestId) =>
            await gateway.Onboarding.IssueCertificateAsync(
                new()
                {
                    RequestId = requestId,
                    CertificateRequestId = request.CertificateRequestId,
                    CertificateDer = ByteString.CopyFrom(signed.RawData),
                }
            );
    }

    [Fact]
    public async Task Certificates_BeyondAHundred_AreRefusedUntilSomeHaveEnded()
    {
        await using var gateway = await StartAsync();
        await gateway.OnboardAsync("bike");
        using var certificate = gateway.Authority.Partner("bike");
        for (var number = 0; number < 100; number++)
        {
            Assert.Equal(HttpStatusCode.OK, await AskAnewAsync());
        }

        using var applicant = new CertificateApplicant(gateway);
        var refused = await applicant.AskWithCertificateAsync(certificate);
        Assert.Equal((HttpStatusCode.TooManyRequests, "TOO_MANY_CERTIFICATES"), (refused.Status, refused.Reason));
        time.Advance(TimeSpan.FromDays(91));
        Assert.Equal(HttpStatusCode.OK, await AskAnewAsync());

        async Task<HttpStatusCode> AskAnewAsync()
        {
            using var next = new CertificateApplicant(gateway);
            return (await next.AskWithCertificateAsync(certificate)).Status;
        }
    }

    private Task<GatewayUnderTest> StartAsync(params IEnumerable<(string Key, string Value)> settings) =>
        stores.StartGatewayAsync(
            store,
            new GatewaySetup
            {
                Time = time,
                Settings = settings.ToDictionary(setting => setting.Key, setting => (string?)setting.Value, StringComparer.Ordinal),
            }
        );

    private static Partner NewPartner(string id) =>
        new()
        {
            Partner_ = id,
            Kind = PartnerKind.Lender,
            DisplayName = id,
            Scopes = { ConnectedPartner.AllScopes },
        };

    private static async Task<string> InviteNewAsync(GatewayUnderTest gateway, string id)
    {
        var creation = new CreatePartnerRequest
        {
            RequestId = id,
            Partner = NewPartner(id),
            Invited = true,
        };
        Assert.Equal(PartnerState.Invited, (await gateway.Partners.CreatePartnerAsync(creation)).Partner.State);
        return await InviteAsync(gateway, id, "first");
    }

    private static async Task<string> InviteAsync(GatewayUnderTest gateway, string id, string requestId) =>
        (await gateway.Onboarding.InvitePartnerAsync(new() { RequestId = requestId, Partner = id })).Invitation.Code;
}

public sealed class SqliteEnrolmentTests(Stores stores) : EnrolmentTests(stores, Store.Sqlite);

public sealed class PostgreSqlEnrolmentTests(Stores stores) : EnrolmentTests(stores, Store.PostgreSql);
