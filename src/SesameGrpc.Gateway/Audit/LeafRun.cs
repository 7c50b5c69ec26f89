using System.Buffers.Binary;
using System.Data.Common;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Audit;

/// <summary>
/// A run: which leaves of a fixed range are of which person, as records sorted by the person's hash. An index row for each leaf would cost more than the leaf itself; runs cost a sort and
/// sixteen bytes. As the tiles of the tree, runs lie side by side and what is not yet a whole one is looked up in the leaves themselves.
/// </summary>
/// <param name="Level">0: a fresh run; 1: as many fresh ones as <see cref="FanOut"/>, merged.</param>
/// <param name="Index">Place within the level.</param>
internal readonly record struct LeafRun(int Level, long Index)
{
    /// <summary>Leaves of a fresh run.</summary>
    public const int FreshLeaves = 4096;

    /// <summary>Fresh runs that are merged to one.</summary>
    public const int FanOut = 32;

    private const int MergedLeaves = FreshLeaves * FanOut;
    private const int PageRecords = 1024;
    private const int RecordBytes = 16;

    // The runs that are over leaves before an index alone.
    private const string IsBefore = "(level = 0 AND run_index < @fresh OR level = 1 AND run_index < @merged)";

    private int Leaves => Level == 0 ? FreshLeaves : MergedLeaves;

    /// <summary>First leaf of the run.</summary>
    public long First => Index * Leaves;

    /// <summary>The leaf behind the run.</summary>
    public long End => First + Leaves;

    /// <summary>The runs there are over so many leaves, in the order of the leaves; they are whole multiples of <see cref="FreshLeaves"/>.</summary>
    public static IEnumerable<LeafRun> Over(long leaves)
    {
        var merged = leaves / MergedLeaves;
        for (long index = 0; index < merged; index++)
        {
            yield return new LeafRun(1, index);
        }

        for (var index = merged * FanOut; index < leaves / FreshLeaves; index++)
        {
            yield return new LeafRun(0, index);
        }
    }

    /// <summary>The run that this fresh one becomes a part of.</summary>
    public LeafRun Merged => new(1, Index / FanOut);

    /// <summary>The fresh runs that are merged with this one when it is stored; none where it is not the last one of the merged run.</summary>
    public LeafRun[] MergedWith()
    {
        var before = (int)(Index % FanOut);
        var first = Index - before;
        return before == FanOut - 1 ? [.. Enumerable.Range(0, before).Select(part => new LeafRun(0, first + part))] : [];
    }

    /// <summary>A person's hash as runs sort it.</summary>
    public static ulong KeyOf(ReadOnlySpan<byte> subjectHash) => BinaryPrimitives.ReadUInt64BigEndian(subjectHash);

    /// <summary>Adds the record of a leaf, if it is of a person.</summary>
    public static void Record(List<UInt128> records, StoredLeaf leaf)
    {
        if (RecordOf(leaf.Entry.Span, leaf.Index) is { } record)
        {
            records.Add(record);
        }
    }

    /// <summary>The record of a leaf; null: it is of nobody.</summary>
    public static UInt128? RecordOf(ReadOnlySpan<byte> entry, long index) =>
        AuditEntries.SubjectHashIn(entry) is { Length: > 0 } hash ? new UInt128(KeyOf(hash), (ulong)index) : null;

    /// <summary>Adds the statements that store the run.</summary>
    public void Add(StatementBatch last, ReadOnlySpan<UInt128> sorted)
    {
        for (var start = 0; start < sorted.Length; start += PageRecords)
        {
            var page = sorted.Slice(start, Math.Min(PageRecords, sorted.Length - start));
            var records = new byte[page.Length * RecordBytes];
            for (var index = 0; index < page.Length; index++)
            {
                BinaryPrimitives.WriteUInt128BigEndian(records.AsSpan(index * RecordBytes), page[index]);
            }

            last.Add(
                "INSERT INTO audit_runs (level, run_index, first_key, page, records) VALUES (@level, @run, @key, @page, @records)",
                ("level", Level),
                ("run", Index),
                ("key", Sortable((ulong)(page[0] >> 64))),
                ("page", start / PageRecords),
                ("records", records)
            );
        }
    }

    /// <summary>Adds the statement that deletes the run.</summary>
    public void Delete(StatementBatch last) =>
        last.Add("DELETE FROM audit_runs WHERE level = @level AND run_index = @run", ("level", Level), ("run", Index));

    /// <summary>Deletes the runs that are over leaves before an index alone.</summary>
    public static Task<int> DeleteBeforeAsync(DbTransaction transaction, long index, CancellationToken cancellationToken) =>
        transaction
            .Command($"DELETE FROM audit_runs WHERE {IsBefore}", ("fresh", index / FreshLeaves), ("merged", index / MergedLeaves))
            .ExecuteAsync(cancellationToken);

    /// <summary>Number of pages of the runs that are not over leaves before an index alone.</summary>
    public static async Task<long> CountPagesAsync(DbConnection connection, long index, CancellationToken cancellationToken) =>
        await connection
            .Command(
                $"SELECT count(*) FROM audit_runs WHERE NOT {IsBefore}",
                ("fresh", index / FreshLeaves),
                ("merged", index / MergedLeaves)
            )
            .ScalarInt64Async(cancellationToken)
        ?? 0;

    /// <summary>All records as stored, page by page.</summary>
    public async Task<List<List<UInt128>>> ReadPagesAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        var pages = await connection
            .Command(
                "SELECT records FROM audit_runs WHERE level = @level AND run_index = @run ORDER BY first_key, page",
                ("level", Level),
                ("run", Index)
            )
            .ListAsync(row => row.GetFieldValue<byte[]>(0), cancellationToken);
        return pages.ConvertAll(RecordsOf);
    }

    /// <summary>The leaves whose person's hash begins with the key, in their order.</summary>
    public async Task<List<long>> FindAsync(DbConnection connection, ulong key, CancellationToken cancellationToken)
    {
        // The key's records may begin in the page before the first that begins with it.
        var pages = await connection
            .Command(
                """
                SELECT records FROM audit_runs WHERE level = @level AND run_index = @run AND first_key <= @key AND first_key >= COALESCE(
                    (SELECT MAX(first_key) FROM audit_runs WHERE level = @level AND run_index = @run AND first_key < @key), @key)
                ORDER BY first_key, page
                """,
                ("level", Level),
                ("run", Index),
                ("key", Sortable(key))
            )
            .ListAsync(row => row.GetFieldValue<byte[]>(0), cancellationToken);
        return [.. pages.SelectMany(RecordsOf).Where(record => (ulong)(record >> 64) == key).Select(record => (long)(ulong)record)];
    }

    private static List<UInt128> RecordsOf(byte[] page)
    {
        var records = new List<UInt128>(page.Length / RecordBytes);
        for (var rest = page.AsSpan(); rest.Length >= RecordBytes; rest = rest[RecordBytes..])
        {
            records.Add(BinaryPrimitives.ReadUInt128BigEndian(rest));
        }

        return records;
    }

    private static long Sortable(ulong key) => (long)(key ^ (1UL << 63));
}
