using System.Data.Common;
using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Gateway.Audit;
using SesameGrpc.Gateway.Ledger;
using SesameGrpc.Gateway.Persons;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Retention;

/// <summary>An obligation that was overdue, and whose it is.</summary>
internal sealed record AdverseRecord(string ObligationId, string Person);

/// <summary>
/// Deletes obligations that were overdue or written off once they have been kept long enough. Invariant: the journal stays dense and the sums stay what the journal says: entries of a deleted
/// obligation keep their numbers and lose everything else, and the scopes that they counted in are lowered by them, under the person's lock.
/// </summary>
internal sealed class AdverseRecordStore(Database database, PersonStore persons)
{
    // Whatever was written off was overdue before. It became overdue before it ended, so that the index on the one bounds the search for the other.
    private const string Due = """
        FROM ledger_entries e JOIN obligations o ON o.obligation_id = e.obligation_id
        WHERE e.kind = 9 AND e.created_us < @cutoff AND o.ended_us < @cutoff
        """;

    private const string Retire = """
        UPDATE ledger_entries SET kind = 10, obligation_id = '', amount_fen = 0, state = 0, created_us = 0, detail = NULL
        WHERE person_id = @person AND obligation_id = @id
        """;

    /// <summary>What has been kept long enough, behind the last one seen.</summary>
    public async Task<List<AdverseRecord>> FindAsync(long cutoffMicros, string behind, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await connection
            .Command(
                $"SELECT DISTINCT o.obligation_id, o.person_id {Due} AND o.obligation_id > @behind ORDER BY o.obligation_id LIMIT @limit",
                ("cutoff", cutoffMicros),
                ("behind", behind),
                ("limit", limit)
            )
            .ListAsync(row => new AdverseRecord(row.GetString(0), row.GetString(1)), cancellationToken);
    }

    public async Task<long> CountLeftAsync(long cutoffMicros, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        var command = connection.Command($"SELECT COUNT(DISTINCT o.obligation_id) {Due}", ("cutoff", cutoffMicros));
        return await command.ScalarInt64Async(cancellationToken) ?? 0;
    }

    /// <summary>Deletes the records of requests to erase a person.</summary>
    public Task<int> ForgetErasuresAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
        database.WriteAsync(
            (transaction, token) =>
                transaction
                    .Command(
                        "DELETE FROM requests WHERE method = 'sesame.operator.v1.PersonService/ErasePerson' AND created_us < @before",
                        ("before", before.ToMicros())
                    )
                    .ExecuteAsync(token),
            cancellationToken
        );

    /// <summary>Deletes one with all that speaks of it; false: another instance was first, or a refund or a delivery of its events is still under way.</summary>
    public Task<bool> RetireAsync(AdverseRecord record, long cutoffMicros, AuditEntry leaf, CancellationToken cancellationToken) =>
        database.WriteBatchedAsync(
            async (transaction, token) =>
            {
                var last = new StatementBatch(transaction);
                await persons.LockAsync(transaction, record.Person, token);
                var found = await transaction
                    .Command(
                        "SELECT partner_id, programme FROM obligations WHERE obligation_id = @id AND ended_us < @cutoff",
                        ("id", record.ObligationId),
                        ("cutoff", cutoffMicros)
                    )
                    .ListAsync(row => (Partner: row.GetString(0), Programme: row.GetString(1)), token);
                if (found.Count == 0)
                {
                    return (false, last);
                }

                var (partner, programme) = found[0];
                var events = await AdverseTraces.EventsAsync(transaction, record, partner, token);
                if (await AdverseTraces.IsUnderWayAsync(transaction, record, partner, events, token))
                {
                    return (false, last);
                }

                // Who comes second without the lock, because the person has been erased, finds nothing to delete.
                var deleted = await transaction
                    .Command("DELETE FROM obligations WHERE obligation_id = @id", ("id", record.ObligationId))
                    .ExecuteAsync(token);
                if (deleted == 0)
                {
                    return (false, last);
                }

                await RetireEntriesAsync(transaction, record, ScopeLimit.ScopesOf(partner, programme), token);
                await AdverseTraces.DeleteAnswersAsync(transaction, record.Person, record.ObligationId, token);
                last.Add("DELETE FROM collections WHERE obligation_id = @id", ("id", record.ObligationId));
                last.Add("DELETE FROM disputes WHERE about_kind = 3 AND about = @id", ("id", record.ObligationId));
                last.Add("UPDATE fulfilments SET obligation_id = NULL WHERE obligation_id = @id", ("id", record.ObligationId));
                events.ForEach(position => AdverseTraces.DeleteEvent(last, position, partner));
                AuditLog.Append(last, [leaf]);
                return (true, last);
            },
            cancellationToken
        );

    // The scope of all partners keeps counting every entry, retired ones too: its version is the number of the person's last entry.
    private static async Task RetireEntriesAsync(
        DbTransaction transaction,
        AdverseRecord record,
        IReadOnlyList<string> scopes,
        CancellationToken cancellationToken
    )
    {
        var entries = await transaction
            .Command(Retire, ("person", record.Person), ("id", record.ObligationId))
            .ExecuteAsync(cancellationToken);
        foreach (var scope in scopes.Where(scope => scope != ScopeLimit.AllScope))
        {
            await transaction
                .Command(
                    "UPDATE exposures SET version = version - @entries WHERE person_id = @person AND scope = @scope",
                    ("entries", entries),
                    ("person", record.Person),
                    ("scope", scope)
                )
                .ExecuteAsync(cancellationToken);
            await transaction
                .Command(
                    "DELETE FROM exposures WHERE person_id = @person AND scope = @scope AND version = 0",
                    ("person", record.Person),
                    ("scope", scope)
                )
                .ExecuteAsync(cancellationToken);
        }
    }
}
