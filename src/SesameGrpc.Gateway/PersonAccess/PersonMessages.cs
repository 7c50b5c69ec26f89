using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.Consents;
using SesameGrpc.Gateway.CreditScores;
using SesameGrpc.Gateway.Partners;
using SesameGrpc.Gateway.Persons;
using SesameGrpc.Gateway.Storage;
using ConsentState = SesameGrpc.Gateway.Consents.ConsentState;
using Wire = SesameGrpc.Contracts.Operator.V1;

namespace SesameGrpc.Gateway.PersonAccess;

/// <summary>Persons and their consents as messages. Pure.</summary>
internal static class PersonMessages
{
    public static Person ToMessage(PersonRow row, int openDisputes) =>
        new()
        {
            Person_ = row.ExternalId,
            OptedIn = row.OptedIn,
            OptInTime = Instants.ToTimestamp(row.OptedInMicros),
            OptOutTime = row.OptedOutMicros is { } micros ? Instants.ToTimestamp(micros) : null,
            CourtListed = row.Person.CourtListed,
            FedScore = row.Person.FedScore ?? 0,
            ServedScore = row.OptedIn ? row.Person.ServedScore : 0,
            Band = row.OptedIn ? ScoreBands.Of(row.Person.ServedScore) : Contracts.Partner.V1.ScoreBand.Unspecified,
            Factors = { row.OptedIn ? ScoreFactors.Of(row.Person) : [] },
            AsOfTime = row.Person.FedScore is null ? null : Instants.ToTimestamp(row.Person.AsOfMicros),
            Version = row.Person.Version,
            OpenDisputes = openDisputes,
        };

    public static PersonConsent ToMessage(Consent consent, PartnerSnapshot partners, long nowMicros) =>
        new()
        {
            ConsentId = consent.Id,
            Partner = consent.Partner,
            PartnerDisplayName = partners.NameOf(consent.Partner),
            State = StateOf(consent, nowMicros),
            Purpose = consent.Purpose,
            Scopes = { consent.Scopes.Order(StringComparer.Ordinal) },
            Programmes = { consent.Programmes.Order(StringComparer.Ordinal) },
            GrantTime = Instants.ToTimestamp(consent.GrantedMicros),
            ExpireTime = Instants.ToTimestamp(consent.ExpireMicros),
            EndTime = consent.EndedMicros is { } ended ? Instants.ToTimestamp(ended) : null,
            Subject = consent.Subject,
        };

    /// <summary>How a consent stands to the person, who also sees that its time has passed.</summary>
    public static Wire.ConsentState StateOf(Consent consent, long nowMicros) =>
        consent.State switch
        {
            ConsentState.Withdrawn => Wire.ConsentState.Withdrawn,
            ConsentState.Replaced => Wire.ConsentState.Replaced,
            _ when nowMicros >= consent.ExpireMicros => Wire.ConsentState.Expired,
            ConsentState.Suspended => Wire.ConsentState.Suspended,
            _ => Wire.ConsentState.Active,
        };
}
