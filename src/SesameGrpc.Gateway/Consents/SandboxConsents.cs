using System.Collections.Frozen;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Partners;
using SesameGrpc.Gateway.Persons;
using SesameGrpc.Gateway.Sandbox;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Consents;

/// <summary>
/// Stands in for the persons of a sandbox, who cannot be asked: one who is opted in agrees to a partner's first question, with everything that the partner may have for its usual purpose. Not those whose id
/// says otherwise: -noconsent has never agreed, -revoked has agreed and withdrawn, -frozen has agreed and suspended it. From then on it is a consent as any other. In production it does nothing.
/// </summary>
internal sealed class SandboxConsents(
    Database database,
    PersonStore persons,
    PairwiseSubjects subjects,
    PartnerDirectory partners,
    GatewayOptions options,
    TimeProvider time
)
{
    // Nobody is there to renew it.
    private static readonly TimeSpan StandingLifetime = TimeSpan.FromDays(3650);

    /// <summary>
    /// Whether a remembered consent may lead to a grant. Under the person's lock it is read again, but in a sandbox there may have to be a new one first.
    /// </summary>
    public bool AllowsMemoryForGrants => options.Mode != GatewayMode.Sandbox;

    /// <summary>Whether calls about this subject wait, or fail, as a test person's id says.</summary>
    public bool IsForced(string subject) => options.Mode == GatewayMode.Sandbox && TestPersons.IsForced(subject);

    /// <summary>Sees to the standing consent of a person whom a partner asks about; true if what the person has decided is worth reading again.</summary>
    public async ValueTask<bool> ProvideAsync(string partnerId, string subject, CancellationToken cancellationToken)
    {
        if (options.Mode != GatewayMode.Sandbox || TestPersons.Is(subject, TestPersons.NoConsent))
        {
            return false;
        }

        var person = await persons.FindByExternalIdAsync(subject, cancellationToken);
        if (person is not { OptedIn: true } || partners.Current.Find(partnerId) is not { } partner)
        {
            return false;
        }

        // Somebody else may have been first a moment ago, so that is worth another look too.
        return await HasDecidedAsync(partner, person, cancellationToken)
            || await database.WriteAsync((transaction, token) => AgreeAsync(transaction, partner, person.Id, token), cancellationToken);
    }

    // Since opting in last: whoever opts out and in again may be asked again.
    private const string Decided = """
        SELECT count(*) FROM consents WHERE partner_id = @partner AND person_id = @person
            AND granted_us >= @since AND (ended_us IS NULL OR ended_us > @since OR granted_us > @since)
        """;

    private async Task<bool> HasDecidedAsync(PartnerRecord partner, PersonRow person, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await CountAsync(connection.Command(Decided, Key(partner, person)), cancellationToken) > 0;
    }

    private async Task<bool> AgreeAsync(
        System.Data.Common.DbTransaction transaction,
        PartnerRecord partner,
        string personId,
        CancellationToken cancellationToken
    )
    {
        var person = await persons.LockAsync(transaction, personId, cancellationToken);
        if (person is not { OptedIn: true })
        {
            return false;
        }

        if (await CountAsync(transaction.Command(Decided, Key(partner, person)), cancellationToken) == 0)
        {
            await ConsentStore.InsertAsync(
                transaction,
                await StandingAsync(transaction, partner, person, cancellationToken),
                cancellationToken
            );
        }

        return true;
    }

    private async Task<Consent> StandingAsync(
        System.Data.Common.DbTransaction transaction,
        PartnerRecord partner,
        PersonRow person,
        CancellationToken cancellationToken
    )
    {
        var now = time.NowMicros();
        var kind = partner.Document.Kind;
        var purpose = Minimisation.PurposesOf(kind).FirstOrDefault();
        var isRevoked = TestPersons.Is(person.ExternalId, TestPersons.Revoked);
        return new Consent
        {
            Id = TimedId.New(now),
            Partner = partner.Id,
            Person = person.Id,
            Subject = await subjects.EnsureAsync(transaction, partner.Id, person, cancellationToken),
            Purpose = purpose,
            Scopes = Minimisation.ScopesOf(kind, purpose).ToFrozenSet(StringComparer.Ordinal),
            Programmes = [Consent.AnyProgramme],
            State =
                isRevoked ? ConsentState.Withdrawn
                : TestPersons.Is(person.ExternalId, TestPersons.Frozen) ? ConsentState.Suspended
                : ConsentState.Active,
            GrantedMicros = now,
            ExpireMicros = now + StandingLifetime.ToMicros(),
            EndedMicros = isRevoked ? now : null,
        };
    }

    private static (string, object?)[] Key(PartnerRecord partner, PersonRow person) =>
        [("partner", partner.Id), ("person", person.Id), ("since", person.OptedInMicros)];

    private static async Task<long> CountAsync(System.Data.Common.DbCommand command, CancellationToken cancellationToken) =>
        await command.ScalarInt64Async(cancellationToken) ?? 0;
}
