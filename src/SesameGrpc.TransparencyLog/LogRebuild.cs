namespace SesameGrpc.TransparencyLog;

/// <summary>Recomputes a log from its entries, first to last, and compares it with what is stored or signed. Each difference is one sentence.</summary>
/// <param name="checkpoints">The checkpoints that the entries must fit.</param>
public sealed class LogRebuild(IEnumerable<Checkpoint> checkpoints)
{
    private readonly ILookup<long, Checkpoint> bySize = checkpoints.ToLookup(checkpoint => checkpoint.Size);
    private readonly TreeBuilder tree = new();
    private readonly List<string> differences = [];

    /// <summary>Number of entries so far.</summary>
    public long Size => tree.Size;

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
        tree.Append(MerkleHash.OfLeaf(entry), onFullTile);
    }

    /// <summary>The entries are at their end; hands over the partial tiles.</summary>
    public void End(Action<Tile>? onPartialTile = null)
    {
        Compare();
        foreach (var checkpoint in bySize.Where(group => group.Key > Size).SelectMany(group => group))
        {
            differences.Add($"The log ends after {Size} entries; a checkpoint states {checkpoint.Size}.");
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
