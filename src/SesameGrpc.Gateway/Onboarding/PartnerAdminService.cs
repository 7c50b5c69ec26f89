using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Failpoints;
using SesameGrpc.Gateway.Paging;
using SesameGrpc.Gateway.Partners;
using SesameGrpc.Gateway.Pipeline;
using SesameGrpc.Gateway.Programmes;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Replay;
using SesameGrpc.Gateway.Tls;
using SesameGrpc.Gateway.Tokens;

namespace SesameGrpc.Gateway.Onboarding;

/// <summary>Onboards partners. A change is in force on this instance before its answer.</summary>
internal sealed class PartnerAdminService(
    PartnerStore store,
    PartnerDirectory directory,
    ClientRegistration clients,
    ProgrammeCatalogueSource programmes,
    RequestReplay replay,
    TimeProvider time,
    GatewayOptions options
) : Contracts.Operator.V1.PartnerAdminService.PartnerAdminServiceBase
{
    public override Task<CreatePartnerResponse> CreatePartner(CreatePartnerRequest request, ServerCallContext context)
    {
        var partner = (request.Partner ?? new Partner()).Clone();
        PartnerRules.Check(partner, programmes, options.Mode);
        new FieldCheck()
            .Require(
                !request.Invited || partner.ClientAuthentication != ClientAuthentication.SelfSignedTls,
                "invited",
                "must be false with SELF_SIGNED_TLS, whose certificates are registered"
            )
            .Enforce();
        return ChangeAsync(
            context,
            request.RequestId,
            request,
            CreatePartnerResponse.Parser,
            partner.Partner_,
            existing =>
                existing is null
                    ? NewPartner(partner, request.Invited ? PartnerState.Invited : PartnerState.Active)
                    : throw new RefusalException(
                        Refuse.AlreadyExists("partner.partner", "A partner of this id exists; ids are never reused.")
                    ),
            changed => new CreatePartnerResponse { Partner = changed }
        );
    }

    public override async Task<GetPartnerResponse> GetPartner(GetPartnerRequest request, ServerCallContext context) =>
        new()
        {
            Partner =
                await store.FindAsync(PartnerRules.RequireId(request.Partner), context.CancellationToken)
                ?? throw new RefusalException(Refuse.NotFound()),
        };

    public override async Task<ListPartnersResponse> ListPartners(ListPartnersRequest request, ServerCallContext context)
    {
        new FieldCheck()
            .PageSize(request.PageSize)
            .PageToken(request.PageToken.Length == 0 || PartnerRules.IsPartnerId(request.PageToken))
            .Enforce();
        var size = Page.SizeOf(request.PageSize);
        var found = await store.ListAsync(request.PageToken, size + 1, context.CancellationToken);
        var page = Page.Of(found, size, partner => partner.Partner_);
        return new ListPartnersResponse { Partners = { page.Items }, NextPageToken = page.NextToken };
    }

    public override Task<UpdatePartnerResponse> UpdatePartner(UpdatePartnerRequest request, ServerCallContext context)
    {
        var wanted = request.Partner ?? new Partner();
        string[] updatable = ["display_name", "scopes", "enrolments", "redirect_uris", "badge_sites"];
        var paths = request.UpdateMask?.Paths ?? [];
        new FieldCheck()
            .Require(
                paths.Count > 0 && paths.All(updatable.Contains),
                "update_mask",
                $"must name at least one of {string.Join(", ", updatable)}, and nothing else"
            )
            .Enforce();
        return ChangeAsync(
            context,
            request.RequestId,
            request,
            UpdatePartnerResponse.Parser,
            wanted.Partner_,
            Existing(partner =>
            {
                var before = partner.Clone();
                request.UpdateMask!.Merge(
                    wanted,
                    partner,
                    new FieldMask.MergeOptions
                    {
                        ReplaceMessageFields = true,
                        ReplaceRepeatedFields = true,
                        ReplacePrimitiveFields = true,
                    }
                );
                PartnerRules.Check(partner, programmes, options.Mode);
                PartnerRules.Normalize(partner, before);
            }),
            changed => new UpdatePartnerResponse { Partner = changed }
        );
    }

    public override Task<SuspendPartnerResponse> SuspendPartner(SuspendPartnerRequest request, ServerCallContext context) =>
        ChangeAsync(
            context,
            request.RequestId,
            request,
            SuspendPartnerResponse.Parser,
            request.Partner,
            Existing(partner => partner.State = PartnerState.Suspended),
            changed => new SuspendPartnerResponse { Partner = changed }
        );

    public override Task<ResumePartnerResponse> ResumePartner(ResumePartnerRequest request, ServerCallContext context) =>
        ChangeAsync(
            context,
            request.RequestId,
            request,
            ResumePartnerResponse.Parser,
            request.Partner,
            Existing(partner => partner.State = partner.State == PartnerState.Invited ? PartnerState.Invited : PartnerState.Active),
            changed => new ResumePartnerResponse { Partner = changed }
        );

    public override async Task<AddPartnerCertificateResponse> AddPartnerCertificate(
        AddPartnerCertificateRequest request,
        ServerCallContext context
    )
    {
        new FieldCheck()
            .Require(
                request.CertificateDer.Length is > 0 and <= 8192,
                "certificate_der",
                "must be one X.509 certificate in DER form, at most 8192 bytes"
            )
            .Enforce();
        using var certificate = PartnerRules.ParseSelfSigned(request.CertificateDer.ToByteArray(), time.GetUtcNow());
        var added = new PartnerCertificate
        {
            Thumbprint = ClientCertificate.ThumbprintOf(certificate),
            ExpireTime = Timestamp.FromDateTime(certificate.NotAfter.ToUniversalTime()),
        };
        return await ChangeAsync(
            context,
            request.RequestId,
            request,
            AddPartnerCertificateResponse.Parser,
            request.Partner,
            Existing(partner => Register(partner, added)),
            changed => new AddPartnerCertificateResponse { Partner = changed }
        );
    }

    public override Task<RevokePartnerCertificateResponse> RevokePartnerCertificate(
        RevokePartnerCertificateRequest request,
        ServerCallContext context
    )
    {
        new FieldCheck()
            .Require(
                PartnerRules.IsSha256(request.Thumbprint),
                "thumbprint",
                "must be 64 lower-case hexadecimal digits, the SHA-256 of the DER form"
            )
            .Enforce();
        return ChangeAsync(
            context,
            request.RequestId,
            request,
            RevokePartnerCertificateResponse.Parser,
            request.Partner,
            Existing(partner =>
            {
                var certificate = partner.Certificates.FirstOrDefault(known => known.Thumbprint == request.Thumbprint);
                if (certificate is null)
                {
                    certificate = new PartnerCertificate { Thumbprint = request.Thumbprint };
                    partner.Certificates.Add(certificate);
                }

                certificate.Revoked = true;
            }),
            changed => new RevokePartnerCertificateResponse { Partner = changed }
        );
    }

    private void Register(Partner partner, PartnerCertificate added)
    {
        if (partner.ClientAuthentication != ClientAuthentication.SelfSignedTls)
        {
            throw new RefusalException(
                Refuse.Field("partner", "must authenticate by SELF_SIGNED_TLS; certificates of the partner CA need no registration")
            );
        }

        var owner = directory.Current.PartnerOfRegisteredCertificate(added.Thumbprint);
        if (
            directory.Current.IsRevoked(added.Thumbprint)
            || owner is not null
            || partner.Certificates.Any(known => known.Thumbprint == added.Thumbprint)
        )
        {
            throw new RefusalException(
                Refuse.AlreadyExists("certificate_der", "The certificate is registered or revoked already; make a new key and certificate.")
            );
        }

        partner.Certificates.Add(added);
    }

    private static Partner NewPartner(Partner partner, PartnerState state)
    {
        partner.State = state;
        partner.CreateTime = null;
        partner.LastEnrolmentRevisions.Clear();
        partner.Certificates.Clear();
        if (partner.ClientAuthentication == ClientAuthentication.Unspecified)
        {
            partner.ClientAuthentication = ClientAuthentication.TlsCa;
        }

        PartnerRules.Normalize(partner, before: null);
        return partner;
    }

    private static Func<Partner?, Partner> Existing(Action<Partner> change) =>
        existing =>
        {
            var partner = existing ?? throw new RefusalException(Refuse.NotFound());
            change(partner);
            return partner;
        };

    private async Task<TResponse> ChangeAsync<TResponse>(
        ServerCallContext context,
        string requestId,
        IMessage request,
        MessageParser<TResponse> parser,
        string id,
        Func<Partner?, Partner> change,
        Func<Partner, TResponse> answer
    )
        where TResponse : class, IMessage<TResponse>
    {
        PartnerRules.RequireId(id);
        var response = await replay.RunAsync(
            context,
            requestId,
            request,
            parser,
            async (transaction, token) =>
            {
                var partner = change(await PartnerStore.LockAsync(transaction, id, token));
                partner.UpdateTime = Timestamp.FromDateTimeOffset(time.GetUtcNow());
                partner.CreateTime ??= partner.UpdateTime;
                await PartnerStore.SaveAsync(transaction, partner, token);
                Crash.At(Failpoint.PartnerSaved);
                await clients.EnsureAsync(transaction, partner, token);
                Crash.At(Failpoint.PartnerRegistered);
                context.Call().Changes("partner", id);
                return answer(partner);
            }
        );
        Crash.At(Failpoint.PartnerCommitted);
        await directory.RefreshAsync(CancellationToken.None);
        return response;
    }
}
