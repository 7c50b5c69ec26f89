using System.Data.Common;
using SesameGrpc.Gateway.Ledger;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Reconciliation;

/// <summary>
/// Reads the ledger page by page, for a verification. What comes next and what is on a page is decided by the store alone: it may sort texts in another order than this program.
/// </summary>
internal sealed class ReconciliationStore(DbConnection connection)
{
    private const string NextObligation = """
        SELECT id FROM (SELECT obligation_id AS id FROM obligations WHERE obligation_id > @after ORDER BY obligation_id LIMIT @limit) o
        UNION
        SELECT id FROM (SELECT DISTINCT obligation_id AS id FROM ledger_entries WHERE obligation_id > @after ORDER BY obligation_id LIMIT @limit) e
        UNION
        SELECT id FROM (SELECT obligation_id AS id FROM collections WHERE obligation_id > @after ORDER BY obligation_id LIMIT @limit) c
        ORDER BY 1 LIMIT @limit
        """;

    private const string NextPerson = """
        SELECT id FROM (SELECT DISTINCT person_id AS id FROM exposures WHERE person_id > @after ORDER BY person_id LIMIT @limit) x
        UNION
        SELECT id FROM (SELECT DISTINCT person_id AS id FROM ledger_entries WHERE person_id > @after ORDER BY person_id LIMIT @limit) e
        ORDER BY 1 LIMIT @limit
        """;

    private const string EntryColumns = "e.person_id, e.version, e.obligation_id, e.kind, e.amount_fen, e.state, e.detail";

    /// <summary>How many entries there are to read: each by obligation, where it has one, and by person.</summary>
    public async Task<long> CountEntriesAsync(CancellationToken cancellationToken) =>
        await connection
            .Command("SELECT COUNT(*) + COUNT(CASE WHEN obligation_id <> '' THEN 1 END) FROM ledger_entries")
            .ScalarInt64Async(cancellationToken)
        ?? 0;

    /// <summary>The next ids that obligations, entries or collections name.</summary>
    public Task<List<string>> NextObligationsAsync(string after, int limit, CancellationToken cancellationToken) =>
        NextAsync(NextObligation, after, limit, cancellationToken);

    /// <summary>The next persons whom exposures or entries name.</summary>
    public Task<List<string>> NextPersonsAsync(string after, int limit, CancellationToken cancellationToken) =>
        NextAsync(NextPerson, after, limit, cancellationToken);

    public Task<List<Obligation>> ObligationsAsync(string after, string last, CancellationToken cancellationToken) =>
        connection
            .Command($"{LedgerStore.Select} WHERE o.obligation_id > @after AND o.obligation_id <= @last", ("after", after), ("last", last))
            .ListAsync(LedgerStore.Map, cancellationToken);

    /// <summary>Whose each collection is.</summary>
    public Task<List<(string ObligationId, string Person)>> CollectionsAsync(
        string after,
        string last,
        CancellationToken cancellationToken
    ) =>
        connection
            .Command(
                "SELECT obligation_id, person_id FROM collections WHERE obligation_id > @after AND obligation_id <= @last",
                ("after", after),
                ("last", last)
            )
            .ListAsync(row => (row.GetString(0), row.GetString(1)), cancellationToken);

    public Task<List<(string Person, StoredExposure Exposure)>> ExposuresAsync(
        string after,
        string last,
        CancellationToken cancellationToken
    ) =>
        connection
            .Command(
                """
                SELECT person_id, scope, open_fen, open_count, ceiling_fen, ceiling_count, version FROM exposures
                WHERE person_id > @after AND person_id <= @last ORDER BY person_id, scope
                """,
                ("after", after),
                ("last", last)
            )
            .ListAsync(
                row =>
                    (
                        row.GetString(0),
                        new StoredExposure(
                            row.GetString(1),
                            row.GetInt64(2),
                            row.GetInt64(3),
                            row.GetInt64(4),
                            row.GetInt64(5),
                            row.GetInt64(6)
                        )
                    ),
                cancellationToken
            );

    /// <summary>Hands over the entries of a page of obligations, in the order of the journal, without keeping them.</summary>
    public Task EntriesByObligationAsync(string after, string last, Action<TrailEntry> add, CancellationToken cancellationToken) =>
        EachAsync(
            $"""
            SELECT {EntryColumns} FROM ledger_entries e
            WHERE e.obligation_id > @after AND e.obligation_id <= @last ORDER BY e.obligation_id, e.version
            """,
            after,
            last,
            row => add(Map(row)),
            cancellationToken
        );

    /// <summary>Hands over the entries of a page of persons, in the order of the journal, with the partner and the programme of their obligations.</summary>
    public Task EntriesByPersonAsync(
        string after,
        string last,
        Action<TrailEntry, string?, string?> add,
        CancellationToken cancellationToken
    ) =>
        EachAsync(
            $"""
            SELECT {EntryColumns}, o.partner_id, o.programme FROM ledger_entries e LEFT JOIN obligations o ON o.obligation_id = e.obligation_id
            WHERE e.person_id > @after AND e.person_id <= @last ORDER BY e.person_id, e.version
            """,
            after,
            last,
            row => add(Map(row), row.IsDBNull(7) ? null : row.GetString(7), row.IsDBNull(8) ? null : row.GetString(8)),
            cancellationToken
        );

    /// <summary>Requests that took effect and have no answer; a sound store has none.</summary>
    public async Task UnansweredAsync(Action<string, string, string> add, CancellationToken cancellationToken)
    {
        await using var command = connection.Command("SELECT caller, method, request_id FROM requests WHERE response IS NULL");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            add(reader.GetString(0), reader.GetString(1), reader.GetString(2));
        }
    }

    private Task<List<string>> NextAsync(string sql, string after, int limit, CancellationToken cancellationToken) =>
        connection.Command(sql, ("after", after), ("limit", limit)).ListAsync(row => row.GetString(0), cancellationToken);

    private async Task EachAsync(string sql, string after, string last, Action<DbDataReader> onRow, CancellationToken cancellationToken)
    {
        await using var command = connection.Command(sql, ("after", after), ("last", last));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            onRow(reader);
        }
    }

    private static TrailEntry Map(DbDataReader row) =>
        new(
            row.GetString(0),
            row.GetInt64(1),
            row.GetString(2),
            (EntryKind)row.GetInt32(3),
            row.GetInt64(4),
            (ObligationState)row.GetInt32(5),
            row.IsDBNull(6) ? null : row.GetFieldValue<byte[]>(6)
        );
}
