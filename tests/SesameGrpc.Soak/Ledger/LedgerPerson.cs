using System.Diagnostics;

namespace SesameGrpc.Soak.Ledger;

/// <summary>One state of a person's row: from when on it may be seen, and from when on nothing older may.</summary>
internal sealed record PersonVersion(long Version, int? Score, long BegunTimestamp, long AcknowledgedTimestamp);

/// <summary>A person whom one writer changes, so that every version of the row is known.</summary>
internal sealed class LedgerPerson(string id)
{
    private readonly List<PersonVersion> versions = [];

    public string Id { get; } = id;

    /// <summary>The score that counts now; null: not opted in.</summary>
    public int? Score => versions.Count == 0 ? null : versions[^1].Score;

    /// <summary>Version of the next row of the score feed.</summary>
    public long NextFeedVersion { get; private set; } = 1;

    /// <summary>All versions, oldest first; the first is 1.</summary>
    public IReadOnlyList<PersonVersion> Versions => versions;

    /// <summary>Runs a change, after which the person has this score.</summary>
    public async Task ChangeAsync(int? score, Func<Task> change)
    {
        var begun = Stopwatch.GetTimestamp();
        await change();
        NextFeedVersion++;
        lock (versions)
        {
            versions.Add(new PersonVersion(versions.Count + 1, score, begun, Stopwatch.GetTimestamp()));
        }
    }
}
