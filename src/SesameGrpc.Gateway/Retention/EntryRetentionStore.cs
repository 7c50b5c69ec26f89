using System.Data.Common;
using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Gateway.Audit;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.TransparencyLog;

namespace SesameGrpc.Gateway.Retention;

/// <summary>How far the audit log's entries have ended.</summary>
/// <param name="MinimumIndex">Entries before this one are deleted.</param>
/// <param name="EndingIndex">Entries before this one are going to be.</param>
/// <param name="AnnouncedSize">Size of the log with the entry that says so.</param>
internal sealed record EntryRetention(long MinimumIndex, long EndingIndex, long AnnouncedSize);

/// <summary>
/// Ends entries of the audit log: a prefix of whole bundles (C2SP tlog-tiles, pruning), whose hashes stay in the tiles. Invariant: an entry of the log says before which index its entries
/// end, and is under a signed checkpoint before the first of them is deleted; so none can be missing without the log itself accounting for it.
/// </summary>
internal sealed class EntryRetentionStore(Database database)
{
    /// <summary>Most entries that one announcement is of.</summary>
    private const int MaxAnnounced = 256 * Tile.FullWidth;

    /// <summary>Most entries that are deleted in one transaction.</summary>
    private const int MaxDeleted = 16 * Tile.FullWidth;

    // Group by group along the primary key; the entries of a group may step back in time a little.
    private const string Groups = """
        SELECT first_index, leaf_count, newest_us FROM audit_groups WHERE first_index >= @first AND first_index < @end ORDER BY first_index
        """;

    public async Task<EntryRetention> ReadAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        var rows = await connection
            .Command("SELECT minimum_index, ending_index, announced_size FROM audit_retention WHERE id = 1")
            .ListAsync(row => new EntryRetention(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2)), cancellationToken);
        return rows.SingleOrDefault() ?? throw new LogFormatException("audit_retention has no row.");
    }

    /// <summary>Up to which index the entries from the first on are whole bundles under the last checkpoint, and older than the cutoff; at most so many as one announcement takes.</summary>
    public async Task<long> OldUpToAsync(long first, long cutoffMicros, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        var published = await AuditStore.PublishedSizeAsync(connection, cancellationToken);
        var groups = await connection
            .Command(Groups, ("first", first), ("end", first + MaxAnnounced))
            .ListAsync(row => (First: row.GetInt64(0), Count: row.GetInt64(1), Newest: row.GetInt64(2)), cancellationToken);
        var end = first;
        foreach (var group in groups.TakeWhile(group => group.Newest < cutoffMicros))
        {
            if (group.First != end)
            {
                break;
            }

            end += group.Count;
        }

        end = Math.Min(Math.Min(end, published), first + MaxAnnounced);
        return Math.Max(first, end - (end % Tile.FullWidth));
    }

    /// <summary>Appends the entry that says that those before an index end; false: another instance was first.</summary>
    public Task<bool> AnnounceAsync(EntryRetention before, long endingIndex, AuditEntry leaf, CancellationToken cancellationToken) =>
        database.WriteBatchedAsync(
            async (transaction, token) =>
            {
                var last = new StatementBatch(transaction);
                var turns = await transaction
                    .Command(
                        "UPDATE audit_retention SET ending_index = @ending WHERE id = 1 AND ending_index = @before",
                        ("ending", endingIndex),
                        ("before", before.EndingIndex)
                    )
                    .ExecuteAsync(token);
                if (turns == 1)
                {
                    AuditLog.Append(last, [leaf]);
                    last.Add("UPDATE audit_retention SET announced_size = (SELECT size FROM audit_log WHERE id = 1) WHERE id = 1");
                }

                return (turns == 1, last);
            },
            cancellationToken
        );

    /// <summary>Whether a checkpoint covers the entry that says what ends. Throws when that entry does not say it: then the marks were moved by somebody else.</summary>
    public async Task<bool> IsCoveredAsync(EntryRetention state, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        var announced = await AuditStore.LeavesAsync(connection, state.AnnouncedSize - 1, 1, cancellationToken);
        if (announced.Count != 1 || AuditEntries.MinimumIndexOf(announced[0].Entry.Span) != state.EndingIndex)
        {
            throw new LogFormatException(
                $"audit_retention says that the entries before {state.EndingIndex} end; leaf {state.AnnouncedSize - 1} does not say so."
            );
        }

        return await AuditStore.PublishedSizeAsync(connection, cancellationToken) >= state.AnnouncedSize;
    }

    /// <summary>Deletes the next of the entries that end; returns how many, null when another instance was first.</summary>
    public Task<int?> DeleteAsync(EntryRetention before, CancellationToken cancellationToken) =>
        database.WriteAsync<int?>(
            async (transaction, token) =>
            {
                var next = Math.Min(before.EndingIndex, before.MinimumIndex + MaxDeleted);
                var turns = await transaction
                    .Command(
                        "UPDATE audit_retention SET minimum_index = @next WHERE id = 1 AND minimum_index = @before AND ending_index >= @next",
                        ("next", next),
                        ("before", before.MinimumIndex)
                    )
                    .ExecuteAsync(token);
                return turns == 1 ? await DeleteBeforeAsync(transaction, next, token) : null;
            },
            cancellationToken
        );

    /// <summary>Entries that are still stored though they have ended, or though they are older than the cutoff and could have.</summary>
    public async Task<long> CountLeftAsync(long cutoffMicros, CancellationToken cancellationToken)
    {
        var state = await ReadAsync(cancellationToken);
        await using var connection = await database.OpenAsync(cancellationToken);
        var stored = await connection
            .Command(
                "SELECT CAST(COALESCE(SUM(leaf_count), 0) AS BIGINT) FROM audit_groups WHERE first_index < @minimum",
                ("minimum", state.MinimumIndex)
            )
            .ScalarInt64Async(cancellationToken);
        return stored!.Value + await OldUpToAsync(state.MinimumIndex, cutoffMicros, cancellationToken) - state.MinimumIndex;
    }

    // A group that begins before the index and ends behind it is made anew of the rest of it.
    private static async Task<int> DeleteBeforeAsync(DbTransaction transaction, long next, CancellationToken cancellationToken)
    {
        var groups = await AuditStore.GroupsAsync(transaction.Connection!, 0, next, int.MaxValue, cancellationToken);
        await transaction.Command("DELETE FROM audit_groups WHERE first_index < @next", ("next", next)).ExecuteAsync(cancellationToken);
        await LeafRun.DeleteBeforeAsync(transaction, next, cancellationToken);
        if (groups.Count > 0 && groups[^1].End > next)
        {
            await AuditStore.InsertAsync(transaction.Connection!, groups[^1].From(next), cancellationToken);
        }

        return (int)groups.Sum(group => Math.Min(group.End, next) - group.First);
    }
}
