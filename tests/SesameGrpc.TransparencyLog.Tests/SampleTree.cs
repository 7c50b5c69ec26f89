namespace SesameGrpc.TransparencyLog.Tests;

/// <summary>A tree in memory with all its tiles.</summary>
internal sealed class SampleTree
{
    private static readonly Lazy<byte[][]> ManyLeaves = new(() =>
        [.. Enumerable.Range(0, 65_536 + 300).Select(number => MerkleHash.OfLeaf(BitConverter.GetBytes(number)))]
    );

    private readonly Dictionary<(int, long), byte[]> tiles = [];

    public SampleTree(byte[][] leaves)
    {
        Leaves = leaves;
        var builder = new TreeBuilder();
        foreach (var leaf in leaves)
        {
            builder.Append(leaf, Keep);
        }

        builder.PartialTiles.ToList().ForEach(Keep);
    }

    public byte[][] Leaves { get; }

    public TileHashes Hashes => new((level, index, _) => ValueTask.FromResult(tiles[(level, index)]));

    public static SampleTree OfSize(int size) => new(ManyLeaves.Value[..size]);

    /// <summary>Straight from the definition of RFC 6962 section 2.1.</summary>
    public byte[] RootAt(int size) => Root(Leaves.AsSpan(0, size));

    private static byte[] Root(ReadOnlySpan<byte[]> leaves)
    {
        if (leaves.Length < 2)
        {
            return leaves.Length == 0 ? MerkleHash.OfNothing() : leaves[0];
        }

        var split = 1;
        while (split * 2 < leaves.Length)
        {
            split *= 2;
        }

        return MerkleHash.OfNode(Root(leaves[..split]), Root(leaves[split..]));
    }

    private void Keep(Tile tile) => tiles[(tile.Level, tile.Index)] = tile.Hashes;
}
