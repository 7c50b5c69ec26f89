using Grpc.Core;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Paging;
using SesameGrpc.Gateway.Pipeline;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.Gateway.Withdrawals;
using Wire = SesameGrpc.Contracts.Partner.V1.Consent;

namespace SesameGrpc.Gateway.Consents;

/// <summary>Shows a partner the consents that it has. One that is not in force is not there.</summary>
internal sealed class ConsentService(ConsentStore store, SandboxConsents sandbox, TimeProvider time)
    : Contracts.Partner.V1.ConsentService.ConsentServiceBase
{
    public override async Task<GetConsentResponse> GetConsent(GetConsentRequest request, ServerCallContext context)
    {
        var call = context.Call();
        var partner = context.Partner().Id;
        var reading = request.KeyCase switch
        {
            GetConsentRequest.KeyOneofCase.ConsentId => TimedId.Is(request.ConsentId)
                ? await store.FindAsync(request.ConsentId, context.CancellationToken)
                : null,
            GetConsentRequest.KeyOneofCase.Subject => await FindAsync(call, partner, request.Subject, context.CancellationToken),
            _ => throw new RefusalException(Refuse.Field("key", "must be consent_id or subject")),
        };
        if (reading?.Consent is not { } consent || consent.Partner != partner || !consent.IsInForce(time.NowMicros()))
        {
            throw new RefusalException(Refuse.NotFound());
        }

        Disclose(call, consent, reading.AsOf);
        return new GetConsentResponse { Consent = ToMessage(consent) };
    }

    public override async Task<ListConsentsResponse> ListConsents(ListConsentsRequest request, ServerCallContext context)
    {
        new FieldCheck().PageOfIds(request.PageSize, request.PageToken).Enforce();
        var size = Page.SizeOf(request.PageSize);
        var found = await store.ListOfPartnerAsync(
            context.Partner().Id,
            request.PageToken,
            time.NowMicros(),
            size + 1,
            context.CancellationToken
        );
        var page = Page.Of(found, size, reading => reading.Consent!.Id);
        foreach (var reading in page.Items)
        {
            Disclose(context.Call(), reading.Consent!, reading.AsOf);
        }

        return new ListConsentsResponse
        {
            Consents = { page.Items.Select(reading => ToMessage(reading.Consent!)) },
            NextPageToken = page.NextToken,
        };
    }

    private async Task<ConsentReading> FindAsync(Call call, string partner, string subject, CancellationToken cancellationToken)
    {
        new FieldCheck().Person("subject", subject).Enforce();
        await sandbox.ProvideAsync(partner, subject, cancellationToken);
        var reading = await store.FindAsync(partner, subject, cancellationToken);
        call.Concerns(reading.Person ?? subject);
        return reading;
    }

    private static void Disclose(Call call, Consent consent, long asOf)
    {
        call.Reliances.Add(new Reliance(consent.Person, asOf));
        call.Discloses(consent.Person, "consent", consent.Id, 0, "consent", consent.Describe);
    }

    private static Wire ToMessage(Consent consent) =>
        new()
        {
            ConsentId = consent.Id,
            Subject = consent.Subject,
            Purpose = consent.Purpose,
            Scopes = { consent.Scopes.Order(StringComparer.Ordinal) },
            Programmes = { consent.Programmes.Order(StringComparer.Ordinal) },
            GrantTime = Instants.ToTimestamp(consent.GrantedMicros),
            ExpireTime = Instants.ToTimestamp(consent.ExpireMicros),
        };
}
