using System.Data.Common;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.TransparencyLog;

namespace SesameGrpc.Gateway.Audit;

/// <summary>A leaf as stored: the bytes that are hashed, and the columns that repeat a part of them.</summary>
internal sealed record StoredLeaf(long Index, byte[] Entry, byte[] SubjectHash, string Caller, long TimeMicros);

/// <summary>Reads the audit log's tables.</summary>
internal static class AuditStore
{
    private const string LeafColumns = "leaf_index, entry, subject_hash, caller, time_us";

    /// <summary>Number of leaves; all below it are committed.</summary>
    public static async Task<long> SizeAsync(DbConnection connection, CancellationToken cancellationToken) =>
        await connection.Command("SELECT size FROM audit_log WHERE id = 1").ScalarInt64Async(cancellationToken)
        ?? throw new LogFormatException("audit_log has no row.");

    /// <summary>Size of the last checkpoint; -1 before the first.</summary>
    public static async Task<long> PublishedSizeAsync(DbConnection connection, CancellationToken cancellationToken) =>
        await connection.Command("SELECT size FROM audit_publication WHERE id = 1").ScalarInt64Async(cancellationToken)
        ?? throw new LogFormatException("audit_publication has no row.");

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

    /// <summary>Leaves of an index range, in their order.</summary>
    public static Task<List<StoredLeaf>> LeavesAsync(
        DbConnection connection,
        long first,
        long count,
        CancellationToken cancellationToken
    ) =>
        connection
            .Command(
                $"SELECT {LeafColumns} FROM audit_leaves WHERE leaf_index >= @first AND leaf_index < @end ORDER BY leaf_index",
                ("first", first),
                ("end", first + count)
            )
            .ListAsync(ReadLeaf, cancellationToken);

    /// <summary>One more leaf than a page holds, of a person, of a caller, of both or of all, in the order of their times.</summary>
    public static Task<List<StoredLeaf>> SearchAsync(
        DbConnection connection,
        LeafFilter filter,
        int count,
        CancellationToken cancellationToken
    )
    {
        // Each text has its index; the condition on the length is the one of the partial index.
        var condition =
            filter.SubjectHash is not null && filter.Caller is not null
                ? "subject_hash = @subject AND length(subject_hash) > 0 AND caller = @caller AND"
            : filter.SubjectHash is not null ? "subject_hash = @subject AND length(subject_hash) > 0 AND"
            : filter.Caller is not null ? "caller = @caller AND"
            : "";
        var command = connection.Command(
            $"""
            SELECT {LeafColumns} FROM audit_leaves
            WHERE {condition} (time_us, leaf_index) > (@after_time, @after_index) AND time_us < @end
            ORDER BY time_us, leaf_index LIMIT @count
            """,
            ("after_time", filter.AfterMicros),
            ("after_index", filter.AfterIndex),
            ("end", filter.EndMicros),
            ("count", (long)count)
        );
        AddParameter(command, "subject", filter.SubjectHash);
        AddParameter(command, "caller", filter.Caller);
        return command.ListAsync(ReadLeaf, cancellationToken);
    }

    /// <summary>Leaves of a person behind a place in the order of times, newest first.</summary>
    public static Task<List<StoredLeaf>> NewestOfSubjectAsync(
        DbConnection connection,
        byte[] subjectHash,
        LeafPlace before,
        int count,
        CancellationToken cancellationToken
    ) =>
        connection
            .Command(
                $"""
                SELECT {LeafColumns} FROM audit_leaves
                WHERE subject_hash = @subject AND length(subject_hash) > 0 AND (time_us, leaf_index) < (@before_time, @before_index)
                ORDER BY time_us DESC, leaf_index DESC LIMIT @count
                """,
                ("subject", subjectHash),
                ("before_time", before.Micros),
                ("before_index", before.Index),
                ("count", (long)count)
            )
            .ListAsync(ReadLeaf, cancellationToken);

    private static void AddParameter(DbCommand command, string name, object? value)
    {
        if (value is not null)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value);
            command.Parameters.Add(parameter);
        }
    }

    private static StoredLeaf ReadLeaf(DbDataReader row) =>
        new(row.GetInt64(0), row.GetFieldValue<byte[]>(1), row.GetFieldValue<byte[]>(2), row.GetString(3), row.GetInt64(4));
}

/// <summary>Which leaves a search wants: behind a place in the order of times, and before an instant.</summary>
internal sealed record LeafFilter(byte[]? SubjectHash, string? Caller, long AfterMicros, long AfterIndex, long EndMicros);

/// <summary>A place in the order of the leaves' times; of one time, in the order of their numbers.</summary>
internal readonly record struct LeafPlace(long Micros, long Index)
{
    public static LeafPlace End { get; } = new(long.MaxValue, long.MaxValue);
}
