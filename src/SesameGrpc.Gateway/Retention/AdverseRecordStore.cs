using System.Data.Common;
using System.Text;
using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Contracts.Partner.V1;
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

    private const string Deliveries =
        "position = @position AND endpoint_id IN (SELECT endpoint_id FROM webhook_endpoints WHERE partner_id = @partner)";

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
                var events = await EventsAsync(transaction, record, partner, token);
                if (await IsUnderWayAsync(transaction, record, partner, events, token))
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
                await DeleteAnswersAsync(transaction, record, token);
                last.Add("DELETE FROM collections WHERE obligation_id = @id", ("id", record.ObligationId));
                last.Add("DELETE FROM disputes WHERE about_kind = 3 AND about = @id", ("id", record.ObligationId));
                events.ForEach(position => DeleteEvent(last, position, partner));
                AuditLog.Append(last, [leaf]);
                return (true, last);
            },
            cancellationToken
        );

    private static async Task<List<long>> EventsAsync(
        DbTransaction transaction,
        AdverseRecord record,
        string partner,
        CancellationToken cancellationToken
    )
    {
        var all = await transaction
            .Command(
                "SELECT position, document FROM events WHERE person_id = @person AND partner_id = @partner",
                ("person", record.Person),
                ("partner", partner)
            )
            .ListAsync(row => (Position: row.GetInt64(0), Event: Event.Parser.ParseFrom(row.GetFieldValue<byte[]>(1))), cancellationToken);
        return [.. all.Where(item => item.Event.DepositWaiver?.DepositWaiverId == record.ObligationId).Select(item => item.Position)];
    }

    // A delivery that is still to be made holds up those behind it, and a refund has money to give back; both come to an end by themselves.
    private static async Task<bool> IsUnderWayAsync(
        DbTransaction transaction,
        AdverseRecord record,
        string partner,
        List<long> events,
        CancellationToken cancellationToken
    )
    {
        var batch = new StatementBatch(transaction);
        var open = new List<List<int>>
        {
            batch.Query(
                "SELECT 1 FROM collections WHERE obligation_id = @id AND next_us IS NOT NULL",
                row => row.GetInt32(0),
                ("id", record.ObligationId)
            ),
        };
        open.AddRange(
            events.Select(position =>
                batch.Query(
                    $"SELECT 1 FROM webhook_deliveries WHERE {Deliveries} AND state < 3",
                    row => row.GetInt32(0),
                    ("position", position),
                    ("partner", partner)
                )
            )
        );
        await batch.SendAsync(cancellationToken);
        return open.Any(rows => rows.Count > 0);
    }

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

    // Answers that are kept for repetitions of their requests tell of the obligation as well.
    private static async Task DeleteAnswersAsync(DbTransaction transaction, AdverseRecord record, CancellationToken cancellationToken)
    {
        var id = Encoding.ASCII.GetBytes(record.ObligationId);
        var answers = await transaction
            .Command("SELECT caller, method, request_id, response FROM requests WHERE person_id = @person", ("person", record.Person))
            .ListAsync(
                row =>
                    (
                        Caller: row.GetString(0),
                        Method: row.GetString(1),
                        Request: row.GetString(2),
                        Response: row.IsDBNull(3) ? [] : row.GetFieldValue<byte[]>(3)
                    ),
                cancellationToken
            );
        foreach (var answer in answers.Where(answer => answer.Response.AsSpan().IndexOf(id) >= 0))
        {
            await transaction
                .Command(
                    "DELETE FROM requests WHERE caller = @caller AND method = @method AND request_id = @request",
                    ("caller", answer.Caller),
                    ("method", answer.Method),
                    ("request", answer.Request)
                )
                .ExecuteAsync(cancellationToken);
        }
    }

    private static void DeleteEvent(StatementBatch batch, long position, string partner) =>
        batch
            .Add($"DELETE FROM webhook_attempts WHERE {Deliveries}", ("position", position), ("partner", partner))
            .Add($"DELETE FROM webhook_deliveries WHERE {Deliveries}", ("position", position), ("partner", partner))
            .Add("DELETE FROM events WHERE position = @position", ("position", position));
}
