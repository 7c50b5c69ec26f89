using System.Data.Common;

namespace SesameGrpc.Gateway.Audit;

/// <summary>Compares the stored runs with the leaves, which a verification hands over one by one. Of leaves that have ended runs may say what they like.</summary>
internal sealed class LeafRunPass(DbConnection connection, long indexed, long minimum, Action<string> differs)
{
    private readonly Queue<LeafRun> rest = new(LeafRun.Over(indexed).Where(run => run.End > minimum));
    private readonly List<UInt128> records = [];
    private long pages;

    public async ValueTask TakeAsync(StoredLeaf leaf, CancellationToken cancellationToken)
    {
        LeafRun.Record(records, leaf);
        if (rest.TryPeek(out var run) && leaf.Index == run.End - 1)
        {
            rest.Dequeue();
            await CompareAsync(run, cancellationToken);
        }
    }

    public async Task EndAsync(CancellationToken cancellationToken)
    {
        var stored = await LeafRun.CountPagesAsync(connection, minimum, cancellationToken);
        if (stored != pages || rest.Count > 0)
        {
            differs(
                $"The index by person is said to cover {indexed} leaves, and has {stored} pages; {pages} are of the leaves that are there."
            );
        }
    }

    private async Task CompareAsync(LeafRun run, CancellationToken cancellationToken)
    {
        var stored = await run.ReadPagesAsync(connection, cancellationToken);
        pages += stored.Count;
        records.Sort();
        if (!stored.SelectMany(page => page).Where(record => (long)(ulong)record >= minimum).SequenceEqual(records))
        {
            differs($"The index by person of the leaves {run.First} to {run.End - 1} does not say what they say.");
        }

        records.Clear();
    }
}
