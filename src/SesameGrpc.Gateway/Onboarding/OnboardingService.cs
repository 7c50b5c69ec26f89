using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Grpc.Core;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Identity;
using SesameGrpc.Gateway.Paging;
using SesameGrpc.Gateway.Partners;
using SesameGrpc.Gateway.Pipeline;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Replay;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.Gateway.Tls;
using CertificateRequest = SesameGrpc.Contracts.Operator.V1.CertificateRequest;

namespace SesameGrpc.Gateway.Onboarding;

/// <summary>The operator's side: invites partners, and signs what the gateway cannot.</summary>
internal sealed class OnboardingService(
    CertificateRequestStore store,
    CertificateEnrolment enrolment,
    InvitationCodes codes,
    CertificateTrust trust,
    PartnerDirectory directory,
    RequestReplay replay,
    GatewayOptions options,
    TimeProvider time
) : Contracts.Operator.V1.OnboardingService.OnboardingServiceBase
{
    private const int LongestCertificate = 8192;
    private static readonly TimeSpan ShortestInvitation = TimeSpan.FromHours(1);
    private static readonly TimeSpan UsualInvitation = TimeSpan.FromDays(7);
    private static readonly TimeSpan LongestInvitation = TimeSpan.FromDays(30);

    public override async Task<InvitePartnerResponse> InvitePartner(InvitePartnerRequest request, ServerCallContext context)
    {
        var valid = request.ValidDuration?.ToTimeSpan() ?? UsualInvitation;
        new FieldCheck()
            .Require(valid >= ShortestInvitation && valid <= LongestInvitation, "valid_duration", "must be 1 hour to 30 days")
            .Enforce();
        var response = await replay.RunAsync(
            context,
            request.RequestId,
            request,
            InvitePartnerResponse.Parser,
            async (transaction, token) =>
            {
                var partner = await PartnerStore.LockAsync(transaction, PartnerRules.RequireId(request.Partner), token);
                new FieldCheck()
                    .Require(
                        (partner ?? throw new RefusalException(Refuse.NotFound())).ClientAuthentication == ClientAuthentication.TlsCa,
                        "partner",
                        "must authenticate by TLS_CA; certificates that sign themselves are registered"
                    )
                    .Enforce();
                var stored = new StoredInvitation(request.Partner, InvitationCodes.NewId(), (time.GetUtcNow() + valid).ToMicros(), null);
                await CertificateRequestStore.SaveInvitationAsync(transaction, stored, token);
                context.Call().Changes("invitation", request.Partner);
                return new InvitePartnerResponse { Invitation = ToMessage(stored) };
            }
        );

        // What is kept for replay has the id alone.
        response.Invitation.Code = codes.Of(Convert.FromHexString(response.Invitation.Code));
        return response;
    }

    public override Task<WithdrawInvitationResponse> WithdrawInvitation(WithdrawInvitationRequest request, ServerCallContext context) =>
        replay.RunAsync(
            context,
            request.RequestId,
            request,
            WithdrawInvitationResponse.Parser,
            async (transaction, token) =>
            {
                if (await PartnerStore.LockAsync(transaction, PartnerRules.RequireId(request.Partner), token) is null)
                {
                    throw new RefusalException(Refuse.NotFound());
                }

                await CertificateRequestStore.DeleteInvitationAsync(transaction, request.Partner, token);
                context.Call().Changes("invitation", request.Partner);
                return new WithdrawInvitationResponse();
            }
        );

    public override async Task<ListCertificateRequestsResponse> ListCertificateRequests(
        ListCertificateRequestsRequest request,
        ServerCallContext context
    )
    {
        new FieldCheck()
            .Require(
                request.Partner.Length == 0 || PartnerRules.IsPartnerId(request.Partner),
                "partner",
                "must be a partner's id, or empty"
            )
            .Require(Enum.IsDefined(request.State), "state", "must be WAITING or ISSUED, or unspecified for both")
            .PageSize(request.PageSize)
            .PageToken(request.PageToken.Length == 0 || PartnerRules.IsSha256(request.PageToken))
            .Enforce();
        var size = Page.SizeOf(request.PageSize);
        bool? isIssued = request.State == CertificateRequestState.Unspecified ? null : request.State == CertificateRequestState.Issued;
        var found = await store.ListAsync(request.Partner, isIssued, request.PageToken, size + 1, context.CancellationToken);
        var page = Page.Of(found, size, last => last.KeyHash);
        return new ListCertificateRequestsResponse
        {
            CertificateRequests = { page.Items.Select(ToMessage) },
            NextPageToken = page.NextToken,
        };
    }

    public override async Task<IssueCertificateResponse> IssueCertificate(IssueCertificateRequest request, ServerCallContext context)
    {
        using var certificate = Parse(request.CertificateDer);
        var response = await replay.RunAsync(
            context,
            request.RequestId,
            request,
            IssueCertificateResponse.Parser,
            async (transaction, token) =>
            {
                var known = PartnerRules.IsSha256(request.CertificateRequestId)
                    ? await CertificateRequestStore.FindAsync(transaction, request.CertificateRequestId, token)
                    : null;
                var partner = await PartnerStore.LockAsync(
                    transaction,
                    known?.Partner ?? throw new RefusalException(Refuse.NotFound()),
                    token
                );
                if (known.Certificate is not null)
                {
                    throw new RefusalException(Refuse.AlreadyExists("certificate_request_id", "The request has its certificate already."));
                }

                Check(certificate, known);
                var issued = await enrolment.CompleteAsync(transaction, partner!, known, certificate, token);
                context.Call().Changes(CertificateEnrolment.ResourceKind, known.KeyHash);
                return new IssueCertificateResponse { CertificateRequest = ToMessage(issued) };
            }
        );
        await directory.RefreshAsync(CancellationToken.None);
        return response;
    }

    private static X509Certificate2 Parse(ByteString der)
    {
        try
        {
            return der.Length <= LongestCertificate
                ? X509CertificateLoader.LoadCertificate(der.Span)
                : throw new CryptographicException("It is too long.");
        }
        catch (CryptographicException)
        {
            throw new RefusalException(
                Refuse.Field("certificate_der", $"must be one X.509 certificate in DER form, at most {LongestCertificate} bytes")
            );
        }
    }

    // As strictly as each of its calls will be.
    private void Check(X509Certificate2 certificate, StoredRequest request)
    {
        var verdict = trust.OfPartner(new ClientCertificate(certificate, []));
        new FieldCheck()
            .Require(SigningRequest.HashOf(certificate.PublicKey) == request.KeyHash, "certificate_der", "must be of the request's key")
            .Require(
                verdict.Refusal is null && verdict.Partner == request.Partner,
                "certificate_der",
                verdict.Refusal?.Message ?? $"must name {request.Partner}, not {verdict.Partner}"
            )
            .Enforce();
    }

    private Invitation ToMessage(StoredInvitation stored) =>
        new()
        {
            Partner = stored.Partner,
            Code = Convert.ToHexStringLower(stored.Id),
            ExpireTime = Instants.ToTimestamp(stored.ExpireMicros),
            PublicUrl = options.Listeners.PublicUrl,
            ServerCaSha256 = ServerCaHash(options.Onboarding.ServerCa),
        };

    private static string ServerCaHash(string path)
    {
        if (path.Length == 0)
        {
            return "";
        }

        using var authority = X509CertificateLoader.LoadCertificateFromFile(path);
        return ClientCertificate.ThumbprintOf(authority);
    }

    private static CertificateRequest ToMessage(StoredRequest stored) =>
        new()
        {
            CertificateRequestId = stored.KeyHash,
            Partner = stored.Partner,
            State = stored.Certificate is null ? CertificateRequestState.Waiting : CertificateRequestState.Issued,
            RequestDer = ByteString.CopyFrom(stored.Der),
            RequestTime = Instants.ToTimestamp(stored.RequestMicros),
            CertificateDer = stored.Certificate is null ? ByteString.Empty : ByteString.CopyFrom(stored.Certificate),
            ExpireTime = stored.ExpireMicros is { } end ? Instants.ToTimestamp(end) : null,
        };
}
