using System.Data.Common;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.TransparencyLog;

namespace SesameGrpc.Gateway.Audit;

/// <summary>Reads the audit log's tables.</summary>
internal static class AuditStore
{
    /// <summary>Columns of audit_groups, in the order of the fields of <see cref="LeafGroup"/>.</summary>
    public const string GroupColumns = "first_index, leaf_count, oldest_us, newest_us, entries";

    /// <summary>Number of leaves; all below it are committed.</summary>
    public static async Task<long> SizeAsync(DbConnection connection, CancellationToken cancellationToken) =>
        await connection.Command("SELECT size FROM audit_log WHERE id = 1").ScalarInt64Async(cancellationToken)
        ?? throw new LogFormatException("audit_log has no row.");

    /// <summary>Size of the last checkpoint; -1 before the first.</summary>
    public static async Task<long> PublishedSizeAsync(DbConnection connection, CancellationToken cancellationToken) =>
        await connection.Command("SELECT size FROM audit_publication WHERE id = 1").ScalarInt64Async(cancellationToken)
        ?? throw new LogFormatException("audit_publication has no row.");

    /// <summary>Number of leaves that the runs cover; see <see cref="LeafRun"/>.</summary>
    public static async Task<long> IndexedAsync(DbConnection connection, CancellationToken cancellationToken) =>
        await connection.Command("SELECT leaves FROM audit_indexing WHERE id = 1").ScalarInt64Async(cancellationToken)
        ?? throw new LogFormatException("audit_indexing has no row.");

    /// <summary>Index of the first entry that has not ended; entries before it are deleted.</summary>
    public static async Task<long> MinimumIndexAsync(DbConnection connection, CancellationToken cancellationToken) =>
        await connection.Command("SELECT minimum_index FROM audit_retention WHERE id = 1").ScalarInt64Async(cancellationToken)
        ?? throw new LogFormatException("audit_retention has no row.");

    /// <summary>The signed checkpoint of this size, if there is one.</summary>
    public static async Task<string?> CheckpointAsync(DbConnection connection, long size, CancellationToken cancellationToken) =>
        (
            await connection
                .Command("SELECT note FROM audit_checkpoints WHERE size = @size", ("size", size))
                .ListAsync(row => row.GetString(0), cancellationToken)
        ).SingleOrDefault();

    /// <summary>All signed checkpoints, by size.</summary>
    public static Task<List<(long Size, string Note)>> CheckpointsAsync(DbConnection connection, CancellationToken cancellationToken) =>
        connection
            .Command("SELECT size, note FROM audit_checkpoints ORDER BY size")
            .ListAsync(row => (row.GetInt64(0), row.GetString(1)), cancellationToken);

    /// <summary>Hashes of a tile; null where there is none.</summary>
    public static async Task<byte[]?> TileAsync(DbConnection connection, int level, long index, CancellationToken cancellationToken) =>
        (
            await connection
                .Command("SELECT hashes FROM audit_tiles WHERE level = @level AND tile_index = @index", ("level", level), ("index", index))
                .ListAsync(row => row.GetFieldValue<byte[]>(0), cancellationToken)
        ).SingleOrDefault();

    /// <summary>Groups that begin at an index or behind it, in their order; at most so many.</summary>
    public static Task<List<LeafGroup>> GroupsFromAsync(
        DbConnection connection,
        long first,
        int limit,
        CancellationToken cancellationToken
    ) =>
        connection
            .Command(
                $"SELECT {GroupColumns} FROM audit_groups WHERE first_index >= @first ORDER BY first_index LIMIT @limit",
                ("first", first),
                ("limit", (long)limit)
            )
            .ListAsync(ReadGroup, cancellationToken);

    /// <summary>Groups from the one that has a leaf on, in their order, up to another leaf; at most so many.</summary>
    public static Task<List<LeafGroup>> GroupsAsync(
        DbConnection connection,
        long first,
        long end,
        int limit,
        CancellationToken cancellationToken
    ) =>
        connection
            .Command(
                $"""
                SELECT {GroupColumns} FROM audit_groups
                WHERE first_index >= COALESCE((SELECT MAX(first_index) FROM audit_groups WHERE first_index <= @first), 0) AND first_index < @end
                ORDER BY first_index LIMIT @limit
                """,
                ("first", first),
                ("end", end),
                ("limit", (long)limit)
            )
            .ListAsync(ReadGroup, cancellationToken);

    /// <summary>Leaves of an index range, in their order; throws <see cref="LogFormatException"/> where their groups are not what they say.</summary>
    public static async Task<List<StoredLeaf>> LeavesAsync(
        DbConnection connection,
        long first,
        long count,
        CancellationToken cancellationToken
    )
    {
        var groups = await GroupsAsync(connection, first, first + count, int.MaxValue, cancellationToken);
        return [.. groups.SelectMany(group => group.Leaves()).Where(leaf => leaf.Index >= first && leaf.Index < first + count)];
    }

    /// <summary>The same where all must be there: throws <see cref="LogFormatException"/> when one is not.</summary>
    public static async Task<List<StoredLeaf>> AllLeavesAsync(
        DbConnection connection,
        long first,
        long count,
        CancellationToken cancellationToken
    )
    {
        var leaves = await LeavesAsync(connection, first, count, cancellationToken);
        return leaves.Count == count && leaves[^1].Index == first + count - 1
            ? leaves
            : throw new LogFormatException($"Of the leaves {first} to {first + count - 1} only {leaves.Count} are stored.");
    }

    /// <summary>The leaf with this index, if its entry is stored.</summary>
    public static async Task<StoredLeaf?> LeafAsync(DbConnection connection, long index, CancellationToken cancellationToken)
    {
        var leaves = await LeavesAsync(connection, index, 1, cancellationToken);
        return leaves.Count == 1 ? leaves[0] : null;
    }

    public static Task<int> InsertAsync(DbConnection connection, LeafGroup group, CancellationToken cancellationToken) =>
        connection
            .Command(
                $"INSERT INTO audit_groups ({GroupColumns}) VALUES (@first, @count, @oldest, @newest, @entries)",
                ("first", group.First),
                ("count", group.Count),
                ("oldest", group.OldestMicros),
                ("newest", group.NewestMicros),
                ("entries", group.Entries)
            )
            .ExecuteAsync(cancellationToken);

    private static LeafGroup ReadGroup(DbDataReader row) =>
        new(row.GetInt64(0), row.GetInt32(1), row.GetInt64(2), row.GetInt64(3), row.GetFieldValue<byte[]>(4));
}
