using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Gateway.Audit;
using SesameGrpc.Gateway.Failpoints;
using SesameGrpc.Gateway.Persons;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Pages;

/// <summary>From the id that a login gives to the person that the gateway knows, and a person's own opting in.</summary>
internal sealed class PersonAccounts(PersonStore store, PersonChanges changes, Database database, AuditEntries entries)
{
    /// <summary>The person behind a login's id; null where there is none, or one who never took part.</summary>
    public async Task<PersonAccount?> FindByExternalIdAsync(string externalId, CancellationToken cancellationToken) =>
        AccountOf(await store.FindByExternalIdAsync(externalId, cancellationToken));

    /// <summary>The person of a session; null when the person was erased since.</summary>
    public async Task<PersonAccount?> FindAsync(string personId, CancellationToken cancellationToken) =>
        AccountOf(await store.FindAsync(personId, cancellationToken));

    /// <summary>Opts a person in, as the operator's PersonService does.</summary>
    public async Task<PersonAccount> OptInAsync(string externalId, string callId, CancellationToken cancellationToken)
    {
        var (pending, row) = await database.WriteBatchedAsync(
            async (transaction, token) =>
            {
                var version = await store.OptInAsync(transaction, externalId, token);
                var row =
                    await store.FindByExternalIdAsync(transaction, externalId, token)
                    ?? throw new InvalidOperationException("A person who has just opted in has no row.");
                var entry = entries.NewOfPerson(row.Id, "OptIn", callId);
                entry.Outcome = AuditOutcome.Changed;
                var pending = version is { } changed ? await changes.BeforeCommitAsync(transaction, [(row.Id, changed)], token) : null;
                var last = new StatementBatch(transaction);
                AuditLog.Append(last, [entry]);
                return ((pending, row), last);
            },
            cancellationToken
        );
        Crash.At(Failpoint.PersonCommitted);
        if (pending is not null)
        {
            await changes.AnnounceAsync(pending);
        }

        return AccountOf(row)!;
    }

    private static PersonAccount? AccountOf(PersonRow? row) => row is null ? null : new PersonAccount(row.Id, row.ExternalId, row.OptedIn);
}

/// <summary>A person by both names: the gateway's own id, and the operator's.</summary>
internal sealed record PersonAccount(string PersonId, string ExternalId, bool IsOptedIn);
