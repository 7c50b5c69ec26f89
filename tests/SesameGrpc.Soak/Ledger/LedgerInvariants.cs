using System.Data.Common;
using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.TestSupport;

namespace SesameGrpc.Soak.Ledger;

/// <summary>
/// Proves the ledger's invariants on what a store holds, by statements of its own: it shares nothing with the gateway but the tables and the contract of the audit log.
/// All are read from one snapshot, so it may look while the ledger is being changed.
/// </summary>
internal static class LedgerInvariants
{
    public const int MostTold = 5;

    /// <summary>Every violation, by the name of its invariant; empty: none.</summary>
    public static async Task<IReadOnlyList<string>> CheckAsync(GatewayUnderTest gateway, bool withAudit = true)
    {
        await using var connection = await gateway.Service<Database>().OpenAsync(CancellationToken.None);
        return await CheckAsync(connection, withAudit);
    }

    public static async Task<IReadOnlyList<string>> CheckAsync(DbConnection connection, bool withAudit = true)
    {
        await using var snapshot = await Database.BeginSnapshotAsync(connection, CancellationToken.None);
        var violations = new List<string>();
        foreach (var (name, sql) in LedgerInvariantQueries.All)
        {
            violations.AddRange((await RowsAsync(snapshot, sql)).Take(MostTold).Select(row => $"{name}: {row}"));
        }

        if (withAudit)
        {
            violations.AddRange(await LedgerLogInvariants.CheckAsync(snapshot));
        }

        return violations;
    }

    /// <summary>The entries of the audit log from this index on.</summary>
    public static async Task<List<AuditEntry>> LeavesAsync(DbTransaction snapshot, long from) =>
        [.. (await StoredLeaves.ReadAsync(snapshot.Connection!, from)).Select(leaf => leaf.Entry)];

    /// <summary>How many leaves the audit log has.</summary>
    public static async Task<long> LeafCountAsync(GatewayUnderTest gateway)
    {
        await using var connection = await gateway.Service<Database>().OpenAsync(CancellationToken.None);
        return await connection.Command("SELECT size FROM audit_log").ScalarInt64Async(CancellationToken.None) ?? 0;
    }

    /// <summary>The rows of a query as text, columns parted by spaces.</summary>
    public static Task<List<string>> RowsAsync(DbTransaction snapshot, string sql) =>
        snapshot
            .Command(sql)
            .ListAsync(
                row =>
                    string.Join(
                        ' ',
                        Enumerable.Range(0, row.FieldCount).Select(column => row.IsDBNull(column) ? "-" : $"{row.GetValue(column)}")
                    ),
                CancellationToken.None
            );
}
