namespace SesameGrpc.TransparencyLog;

/// <summary>Reads from an entry before which index the log says that its entries have ended; 0: it says nothing of that.</summary>
public delegate long MinimumIndexReader(ReadOnlySpan<byte> entry);

/// <summary>
/// Recomputes a log from its entries, first to last, and compares it with what is stored or signed. Each difference is one sentence. Entries that have ended are a prefix of the
/// log, of which the hashes alone are there; an entry under a checkpoint must say so, or they are missing.
/// </summary>
/// <param name="checkpoints">The checkpoints that the entries must fit.</param>
/// <param name="minimumIndexOf">What an entry says of the entries that have ended.</param>
public sealed class LogRebuild(IReadOnlyCollection<Checkpoint> checkpoints, MinimumIndexReader minimumIndexOf)
{
    private readonly ILookup<long, Checkpoint> bySize = checkpoints.ToLookup(checkpoint => checkpoint.Size);
    private readonly long covered = checkpoints.Select(checkpoint => checkpoint.Size).DefaultIfEmpty().Max();
    private readonly TreeBuilder tree = new();
    private readonly List<string> differences = [];
    private long stated;

    /// <summary>Number of entries so far, with those that have ended.</summary>
    public long Size => tree.Size;

    /// <summary>Number of entries so far that have ended; the first that has not, once there is one.</summary>
    public long MinimumIndex { get; private set; }

    /// <summary>Root over the entries so far.</summary>
    public byte[] Root() => tree.Root();

    /// <summary>The partial tiles over the entries so far.</summary>
    public IEnumerable<Tile> PartialTiles => tree.PartialTiles;

    /// <summary>What does not fit.</summary>
    public IReadOnlyList<string> Differences => differences;

    /// <summary>Takes the next entry; hands over each tile that becomes full.</summary>
    public void Append(ReadOnlySpan<byte> entry, Action<Tile>? onFullTile = null)
    {
        Compare();
        if (Size < covered)
        {
            stated = Math.Max(stated, minimumIndexOf(entry));
        }

        tree.Append(MerkleHash.OfLeaf(entry), onFullTile);
    }

    /// <summary>Takes the hash of the next entry, which has ended; hands over each tile that becomes full.</summary>
    public void AppendEnded(byte[] leafHash, Action<Tile>? onFullTile = null)
    {
        Compare();
        if (MinimumIndex == Size)
        {
            MinimumIndex++;
        }
        else
        {
            differences.Add($"Entry {Size} is said to have ended, though one before it has not.");
        }

        tree.Append(leafHash, onFullTile);
    }

    /// <summary>The entries are at their end; hands over the partial tiles.</summary>
    public void End(Action<Tile>? onPartialTile = null)
    {
        Compare();
        foreach (var checkpoint in bySize.Where(group => group.Key > Size).SelectMany(group => group))
        {
            differences.Add($"The log ends after {Size} entries; a checkpoint states {checkpoint.Size}.");
        }

        if (MinimumIndex > stated)
        {
            differences.Add(
                $"The entries before {MinimumIndex} are said to have ended; those from {stated} on have not, by the log's own signed entries."
            );
        }

        foreach (var tile in tree.PartialTiles)
        {
            onPartialTile?.Invoke(tile);
        }
    }

    /// <summary>Adds a difference that was found elsewhere.</summary>
    public void Add(string difference) => differences.Add(difference);

    private void Compare()
    {
        foreach (var checkpoint in bySize[Size].Where(checkpoint => !checkpoint.Root.AsSpan().SequenceEqual(tree.Root())))
        {
            differences.Add($"The root over the first {Size} entries is not the one that a checkpoint of {checkpoint.Origin} states.");
        }
    }
}
