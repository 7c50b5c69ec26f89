using System.Data.Common;
using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Gateway.Audit;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.TestSupport;

/// <summary>The stored audit log, past the gateway.</summary>
public static class StoredLeaves
{
    /// <summary>All leaves from an index on, in their order.</summary>
    public static async Task<IReadOnlyList<(long Index, AuditEntry Entry)>> ReadAsync(DbConnection connection, long from = 0) =>
        [
            .. (await AuditStore.LeavesAsync(connection, from, long.MaxValue - from, CancellationToken.None)).Select(leaf =>
                (leaf.Index, leaf.Parse())
            ),
        ];

    /// <summary>Makes a group of each leaf, so that one can be tampered with alone: its row is the one with its index.</summary>
    public static async Task SplitAsync(DbConnection connection)
    {
        foreach (var group in await AuditStore.GroupsFromAsync(connection, 0, int.MaxValue, CancellationToken.None))
        {
            await connection
                .Command("DELETE FROM audit_groups WHERE first_index = @first", ("first", group.First))
                .ExecuteAsync(CancellationToken.None);
            foreach (var leaf in group.Leaves())
            {
                var alone = new LeafWriter();
                alone.Add(leaf);
                await AuditStore.InsertAsync(
                    connection,
                    new LeafGroup(leaf.Index, 1, alone.OldestMicros, alone.NewestMicros, alone.Written.ToArray()),
                    CancellationToken.None
                );
            }
        }
    }
}
