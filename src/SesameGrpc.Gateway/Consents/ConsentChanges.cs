using System.Collections.Frozen;
using System.Data.Common;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Persons;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Consents;

/// <summary>What a person agrees to. The person is the internal id; scopes and programmes are within what <see cref="Minimisation"/> and the partner allow.</summary>
internal sealed record ConsentGrant(
    string Partner,
    string Person,
    Purpose Purpose,
    IReadOnlyCollection<string> Scopes,
    IReadOnlyCollection<string> Programmes,
    TimeSpan Lifetime
);

/// <summary>
/// Changes consents, inside the transaction of whoever asks: the person's pages and the operator's service. Under the person's lock, which grants of obligations hold too. What a change
/// must leave behind is in the <see cref="ConsentOutcome"/> that it returns.
/// </summary>
internal sealed class ConsentChanges(PersonStore persons, PairwiseSubjects subjects, TimeProvider time)
{
    /// <summary>Puts a new consent in force; one to the same partner that was live is replaced. Refused with RESOURCE_NOT_FOUND for a person who is not opted in.</summary>
    public async Task<ConsentOutcome> GrantAsync(DbTransaction transaction, ConsentGrant grant, CancellationToken cancellationToken)
    {
        var person = await persons.LockAsync(transaction, grant.Person, cancellationToken);
        if (person is not { OptedIn: true })
        {
            throw new RefusalException(Refuse.NotFound());
        }

        var now = time.NowMicros();
        var outcome = new ConsentOutcome(now);
        foreach (var live in await ConsentStore.ListLiveAsync(transaction, person.Id, grant.Partner, cancellationToken))
        {
            await EndAsync(transaction, live, ConsentState.Replaced, outcome, cancellationToken);
        }

        var consent = new Consent
        {
            Id = TimedId.New(now),
            Partner = grant.Partner,
            Person = person.Id,
            Subject = await subjects.EnsureAsync(transaction, grant.Partner, person, cancellationToken),
            Purpose = grant.Purpose,
            Scopes = grant.Scopes.ToFrozenSet(StringComparer.Ordinal),
            Programmes = grant.Programmes.ToFrozenSet(StringComparer.Ordinal),
            State = ConsentState.Active,
            GrantedMicros = now,
            ExpireMicros = now + grant.Lifetime.ToMicros(),
        };
        await ConsentStore.InsertAsync(transaction, consent, cancellationToken);
        outcome.Add(consent, EventType.ConsentGranted);
        return outcome;
    }

    /// <summary>Ends a consent of the person for good; one that has ended stays as it is. RESOURCE_NOT_FOUND where the person has none of this id.</summary>
    public async Task<ConsentOutcome> WithdrawAsync(
        DbTransaction transaction,
        string person,
        string consentId,
        CancellationToken cancellationToken
    )
    {
        var (consent, outcome) = await FindAsync(transaction, person, consentId, cancellationToken);
        if (consent.IsLive)
        {
            await EndAsync(transaction, consent, ConsentState.Withdrawn, outcome, cancellationToken);
        }

        return outcome;
    }

    /// <summary>Ends all consents of the person for good. The caller holds the person's lock, or this takes it.</summary>
    public async Task<ConsentOutcome> WithdrawAllAsync(DbTransaction transaction, string person, CancellationToken cancellationToken)
    {
        _ = await persons.LockAsync(transaction, person, cancellationToken) ?? throw new RefusalException(Refuse.NotFound());
        var outcome = new ConsentOutcome(time.NowMicros());
        foreach (var live in await ConsentStore.ListLiveAsync(transaction, person, null, cancellationToken))
        {
            await EndAsync(transaction, live, ConsentState.Withdrawn, outcome, cancellationToken);
        }

        return outcome;
    }

    /// <summary>Takes a consent out of force until it is resumed.</summary>
    public async Task<ConsentOutcome> SuspendAsync(
        DbTransaction transaction,
        string person,
        string consentId,
        CancellationToken cancellationToken
    )
    {
        var (consent, outcome) = await FindAsync(transaction, person, consentId, cancellationToken);
        Require(consent, consent.IsInForce(outcome.Micros));
        var suspended = consent with { State = ConsentState.Suspended };
        await ConsentStore.UpdateAsync(transaction, suspended, cancellationToken);
        outcome.Add(suspended, EventType.ConsentWithdrawn);
        return outcome;
    }

    /// <summary>Puts a suspended consent in force again.</summary>
    public async Task<ConsentOutcome> ResumeAsync(
        DbTransaction transaction,
        string person,
        string consentId,
        CancellationToken cancellationToken
    )
    {
        var (consent, outcome) = await FindAsync(transaction, person, consentId, cancellationToken);
        Require(consent, consent.State == ConsentState.Suspended && outcome.Micros < consent.ExpireMicros);
        var resumed = consent with { State = ConsentState.Active };
        await ConsentStore.UpdateAsync(transaction, resumed, cancellationToken);
        outcome.Add(resumed, EventType.ConsentGranted);
        return outcome;
    }

    private async Task<(Consent Consent, ConsentOutcome Outcome)> FindAsync(
        DbTransaction transaction,
        string person,
        string consentId,
        CancellationToken cancellationToken
    )
    {
        await persons.LockAsync(transaction, person, cancellationToken);
        var found = await transaction
            .Command(
                $"SELECT {Consent.Columns} FROM consents c WHERE c.consent_id = @id AND c.person_id = @person",
                ("id", consentId),
                ("person", person)
            )
            .ListAsync(Consent.Map, cancellationToken);
        var consent = found.SingleOrDefault() ?? throw new RefusalException(Refuse.NotFound());
        return (consent, new ConsentOutcome(time.NowMicros(), consent));
    }

    private static async Task EndAsync(
        DbTransaction transaction,
        Consent consent,
        ConsentState state,
        ConsentOutcome outcome,
        CancellationToken cancellationToken
    )
    {
        var ended = consent with { State = state, EndedMicros = outcome.Micros };
        await ConsentStore.UpdateAsync(transaction, ended, cancellationToken);

        // To the partner a suspended consent, and one whose time has passed, were gone already.
        var isNews = consent.IsInForce(outcome.Micros) && state != ConsentState.Replaced;
        outcome.Add(ended, isNews ? EventType.ConsentWithdrawn : null);
    }

    private static void Require(Consent consent, bool isAllowed)
    {
        if (!isAllowed)
        {
            var allowed = (consent.IsLive, consent.State) switch
            {
                (true, ConsentState.Suspended) => "WITHDRAW,RESUME",
                (true, _) => "WITHDRAW,SUSPEND",
                _ => "",
            };
            throw new RefusalException(Refuse.StateConflict(consent.State.ToString().ToUpperInvariant(), allowed, 0));
        }
    }
}
