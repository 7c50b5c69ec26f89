using System.Data.Common;
using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Ledger;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.TestSupport;
using CollectionState = SesameGrpc.Gateway.Ledger.CollectionState;

namespace SesameGrpc.Soak.Kill;

internal sealed record StoredObligation(
    string Id,
    string Partner,
    string Person,
    string Programme,
    ObligationState State,
    long Revision,
    long HeldFen,
    long ChargedFen,
    long CollectedFen,
    SettledBy? SettledBy
)
{
    public bool IsOpen => State is ObligationState.Active or ObligationState.Settling or ObligationState.Overdue;
}

internal sealed record StoredEntry(string Person, long Version, string Obligation, EntryKind Kind, long AmountFen, ObligationState State);

internal sealed record StoredExposure(string Person, string Scope, long OpenFen, long OpenCount, long Version);

internal sealed record StoredCollection(string Obligation, CollectionState State);

internal sealed record StoredEvent(long Position, string Partner, Event Event);

/// <summary>The tables that belong together, as they are at one moment; read by SQL of its own.</summary>
internal sealed class StoredState
{
    public required List<StoredObligation> Obligations { get; init; }

    public required List<StoredEntry> Entries { get; init; }

    public required List<StoredExposure> Exposures { get; init; }

    public required List<StoredCollection> Collections { get; init; }

    /// <summary>The answer of each request, null where a record has none.</summary>
    public required Dictionary<(string Caller, string Method, string RequestId), byte[]?> Requests { get; init; }

    /// <summary>In the order of their indexes, from 0 on.</summary>
    public required List<AuditEntry> Leaves { get; init; }

    public required List<StoredEvent> Events { get; init; }

    public required List<string> Partners { get; init; }

    public required List<string> Clients { get; init; }

    public required Dictionary<string, long> ScoreVersions { get; init; }

    public required HashSet<string> CompleteImports { get; init; }

    /// <summary>Whether the first start has come so far that there are tables.</summary>
    public static async Task<bool> HasSchemaAsync(DbConnection connection)
    {
        try
        {
            await connection.Command("SELECT count(*) FROM events").ScalarInt64Async(CancellationToken.None);
            return true;
        }
        catch (DbException)
        {
            return false;
        }
    }

    public static async Task<StoredState> ReadAsync(DbConnection connection)
    {
        Task<List<T>> ListAsync<T>(string sql, Func<DbDataReader, T> map) => connection.Command(sql).ListAsync(map, CancellationToken.None);
        var requests = await ListAsync(
            "SELECT caller, method, request_id, response FROM requests",
            row =>
                (Key: (row.GetString(0), row.GetString(1), row.GetString(2)), Answer: row.IsDBNull(3) ? null : row.GetFieldValue<byte[]>(3))
        );
        return new StoredState
        {
            Obligations = await ListAsync(
                "SELECT obligation_id, partner_id, person_id, programme, state, revision, held_fen, charged_fen, collected_fen, settled_by FROM obligations",
                row => new StoredObligation(
                    row.GetString(0),
                    row.GetString(1),
                    row.GetString(2),
                    row.GetString(3),
                    (ObligationState)row.GetInt32(4),
                    row.GetInt64(5),
                    row.GetInt64(6),
                    row.GetInt64(7),
                    row.GetInt64(8),
                    (SettledBy?)row.NullableInt32(9)
                )
            ),
            Entries = await ListAsync(
                "SELECT person_id, version, obligation_id, kind, amount_fen, state FROM ledger_entries ORDER BY person_id, version",
                row => new StoredEntry(
                    row.GetString(0),
                    row.GetInt64(1),
                    row.GetString(2),
                    (EntryKind)row.GetInt32(3),
                    row.GetInt64(4),
                    (ObligationState)row.GetInt32(5)
                )
            ),
            Exposures = await ListAsync(
                "SELECT person_id, scope, open_fen, open_count, version FROM exposures",
                row => new StoredExposure(row.GetString(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4))
            ),
            Collections = await ListAsync(
                "SELECT obligation_id, state FROM collections",
                row => new StoredCollection(row.GetString(0), (CollectionState)row.GetInt32(1))
            ),
            Requests = requests.ToDictionary(request => request.Key, request => request.Answer),
            Leaves = [.. (await StoredLeaves.ReadAsync(connection)).Select(leaf => leaf.Entry)],
            Events = await ListAsync(
                "SELECT position, partner_id, document FROM events",
                row => new StoredEvent(row.GetInt64(0), row.GetString(1), Event.Parser.ParseFrom(row.GetFieldValue<byte[]>(2)))
            ),
            Partners = await ListAsync("SELECT partner_id FROM partners ORDER BY partner_id", row => row.GetString(0)),
            Clients = await ListAsync("SELECT \"ClientId\" FROM \"OpenIddictApplications\"", row => row.GetString(0)),
            ScoreVersions = (
                await ListAsync(
                    "SELECT external_id, score_version FROM persons",
                    row => (Person: row.GetString(0), Version: row.GetInt64(1))
                )
            ).ToDictionary(row => row.Person, row => row.Version, StringComparer.Ordinal),
            CompleteImports = [.. await ListAsync("SELECT import_id FROM score_imports WHERE complete = 1", row => row.GetString(0))],
        };
    }
}
