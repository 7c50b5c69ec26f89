using System.Data.Common;
using System.Runtime.CompilerServices;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Audit;

/// <summary>Which leaves a search wants; null or the widest bound where it does not matter.</summary>
internal sealed record LeafFilter(byte[]? SubjectHash, string? Caller, long FirstIndex, long FromMicros, long UntilMicros)
{
    public bool Fits(StoredLeaf leaf)
    {
        var entry = leaf.Parse();
        return (SubjectHash is null || entry.SubjectHash.Span.SequenceEqual(SubjectHash))
            && (Caller is null || entry.Caller == Caller)
            && entry.RecordTime.ToMicros() is var time
            && time >= FromMicros
            && time < UntilMicros;
    }
}

/// <summary>What a search found: leaves in the order of the log, and where it goes on; null: there are no more.</summary>
internal readonly record struct LeafPage(IReadOnlyList<StoredLeaf> Leaves, long? Next);

/// <summary>Searches the audit log. A person's leaves are found by runs, see <see cref="LeafRun"/>; all others by looking through the groups of the time asked for.</summary>
internal sealed class AuditSearch(Database database)
{
    /// <summary>Most leaves that are looked through for one page.</summary>
    internal const int MostScanned = 50_000;

    private const int GroupsAtOnce = 64;

    // A time is looked for among the groups of some minutes: the leaves of a group lie within a minute, and the instances' clocks within another.
    private const long Blur = 120_000_000;

    /// <summary>At most so many leaves that fit, and fewer when there is much to look through in between.</summary>
    public async Task<LeafPage> FindAsync(LeafFilter filter, int size, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var snapshot = await Database.BeginSnapshotAsync(connection, cancellationToken);
        var (first, end) = await RangeAsync(connection, filter, cancellationToken);
        var found = new List<StoredLeaf>();
        await foreach (var leaf in LookThroughAsync(connection, filter, first, end, cancellationToken))
        {
            if (found.Count == size || leaf.Index - first >= MostScanned && filter.SubjectHash is null)
            {
                return new LeafPage(found, leaf.Index);
            }

            if (filter.Fits(leaf))
            {
                found.Add(leaf);
            }
        }

        return new LeafPage(found, null);
    }

    /// <summary>Leaves of a person before an index, newest first; at most so many.</summary>
    public async Task<List<StoredLeaf>> NewestOfAsync(byte[] subjectHash, long before, int count, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var snapshot = await Database.BeginSnapshotAsync(connection, cancellationToken);
        var first = await AuditStore.MinimumIndexAsync(connection, cancellationToken);
        var end = Math.Min(before, await AuditStore.SizeAsync(connection, cancellationToken));
        var found = new List<StoredLeaf>();
        await foreach (var leaf in OfSubjectAsync(connection, subjectHash, first, end, newestFirst: true, cancellationToken))
        {
            found.Add(leaf);
            if (found.Count == count)
            {
                break;
            }
        }

        return found;
    }

    private static IAsyncEnumerable<StoredLeaf> LookThroughAsync(
        DbConnection connection,
        LeafFilter filter,
        long first,
        long end,
        CancellationToken cancellationToken
    ) =>
        filter.SubjectHash is { } hash
            ? OfSubjectAsync(connection, hash, first, end, newestFirst: false, cancellationToken)
            : AllAsync(connection, first, end, cancellationToken);

    private static async IAsyncEnumerable<StoredLeaf> AllAsync(
        DbConnection connection,
        long first,
        long end,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        for (var next = first; next < end; )
        {
            var groups = await AuditStore.GroupsAsync(connection, next, end, GroupsAtOnce, cancellationToken);
            foreach (var leaf in groups.SelectMany(group => group.Leaves()).Where(leaf => leaf.Index >= next && leaf.Index < end))
            {
                yield return leaf;
            }

            next = groups.Count == 0 ? end : groups[^1].End;
        }
    }

    private static async IAsyncEnumerable<StoredLeaf> OfSubjectAsync(
        DbConnection connection,
        byte[] subjectHash,
        long first,
        long end,
        bool newestFirst,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var indexed = await AuditStore.IndexedAsync(connection, cancellationToken);
        var ranges = LeafRun.Over(indexed).Where(run => run.End > first && run.First < end).Select(run => (LeafRun?)run).Append(null);
        foreach (var run in newestFirst ? ranges.Reverse() : ranges)
        {
            var leaves = run is { } indexedBy
                ? await OfRunAsync(connection, indexedBy, subjectHash, cancellationToken)
                : await NotIndexedAsync(connection, Math.Max(first, indexed), end, cancellationToken);
            var own = leaves.Where(leaf =>
                leaf.Index >= first && leaf.Index < end && AuditEntries.SubjectHashIn(leaf.Entry.Span).SequenceEqual(subjectHash)
            );
            foreach (var leaf in newestFirst ? own.Reverse() : own)
            {
                yield return leaf;
            }
        }
    }

    private static async Task<List<StoredLeaf>> OfRunAsync(
        DbConnection connection,
        LeafRun run,
        byte[] subjectHash,
        CancellationToken cancellationToken
    )
    {
        var leaves = new List<StoredLeaf>();
        foreach (var index in await run.FindAsync(connection, LeafRun.KeyOf(subjectHash), cancellationToken))
        {
            // It may have ended since.
            if (await AuditStore.LeafAsync(connection, index, cancellationToken) is { } leaf)
            {
                leaves.Add(leaf);
            }
        }

        return leaves;
    }

    private static async Task<List<StoredLeaf>> NotIndexedAsync(
        DbConnection connection,
        long first,
        long end,
        CancellationToken cancellationToken
    ) => first < end ? await AuditStore.LeavesAsync(connection, first, end - first, cancellationToken) : [];

    /// <summary>Between which indices leaves may be that a filter wants.</summary>
    public static async Task<(long First, long End)> RangeAsync(
        DbConnection connection,
        LeafFilter filter,
        CancellationToken cancellationToken
    )
    {
        var first = Math.Max(filter.FirstIndex, await AuditStore.MinimumIndexAsync(connection, cancellationToken));
        var end = await AuditStore.SizeAsync(connection, cancellationToken);
        if (filter.FromMicros > long.MinValue)
        {
            first = Math.Max(first, await FirstSinceAsync(connection, filter.FromMicros, cancellationToken) ?? end);
        }

        if (filter.UntilMicros < long.MaxValue)
        {
            end = Math.Min(end, await EndBeforeAsync(connection, filter.UntilMicros, cancellationToken) ?? first);
        }

        return (first, end);
    }

    private static Task<long?> FirstSinceAsync(DbConnection connection, long micros, CancellationToken cancellationToken) =>
        connection
            .Command(
                """
                SELECT MIN(first_index) FROM audit_groups WHERE oldest_us >= @since AND oldest_us <= @blur +
                    (SELECT MIN(oldest_us) FROM audit_groups WHERE oldest_us >= @since)
                """,
                ("since", Math.Max(micros, Blur) - Blur),
                ("blur", Blur)
            )
            .ScalarInt64Async(cancellationToken);

    private static Task<long?> EndBeforeAsync(DbConnection connection, long micros, CancellationToken cancellationToken) =>
        connection
            .Command(
                """
                SELECT MAX(first_index + leaf_count) FROM audit_groups WHERE oldest_us < @until AND oldest_us >= -@blur +
                    (SELECT MAX(oldest_us) FROM audit_groups WHERE oldest_us < @until)
                """,
                ("until", micros),
                ("blur", Blur)
            )
            .ScalarInt64Async(cancellationToken);
}
