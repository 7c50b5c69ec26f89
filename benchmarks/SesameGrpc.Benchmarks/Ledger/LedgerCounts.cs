using System.Data.Common;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Benchmarks.Ledger;

/// <summary>What a store holds: whether every grant that was counted is there, whole and once.</summary>
internal sealed record LedgerCounts(long Obligations, long Open, long Entries, long Requests, long Leaves, long Events)
{
    public static async Task<LedgerCounts> ReadAsync(DbConnection connection) =>
        new(
            await CountAsync(connection, "SELECT count(*) FROM obligations"),
            await CountAsync(connection, "SELECT CAST(coalesce(sum(open_count), 0) AS BIGINT) FROM exposures WHERE scope = 'all'"),
            await CountAsync(connection, "SELECT count(*) FROM ledger_entries"),
            await CountAsync(connection, "SELECT count(*) FROM requests"),
            await CountAsync(
                connection,
                "SELECT CAST(coalesce(sum(leaf_count), 0) AS BIGINT) FROM audit_groups WHERE first_index < (SELECT size FROM audit_log)"
            ),
            await CountAsync(connection, "SELECT count(*) FROM events")
        );

    public void RequireGrown(string server, LedgerCounts before, long grants)
    {
        var grown = new LedgerCounts(
            Obligations - before.Obligations,
            Open - before.Open,
            Entries - before.Entries,
            Requests - before.Requests,
            Leaves - before.Leaves,
            Events - before.Events
        );
        if (grown != new LedgerCounts(grants, grants, grants, grants, grants, grants))
        {
            throw new InvalidOperationException($"{server}: {grants} grants were answered, and the store has {grown} more.");
        }
    }

    private static async Task<long> CountAsync(DbConnection connection, string sql) =>
        await connection.Command(sql).ScalarInt64Async(CancellationToken.None) ?? 0;
}
