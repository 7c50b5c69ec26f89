namespace SesameGrpc.TransparencyLog;

/// <summary>Grows a tree leaf by leaf. It keeps the partial tiles at the right edge only, which are all that the root and further growth need.</summary>
public sealed class TreeBuilder
{
    private readonly List<Level> edge = [];

    /// <summary>Number of leaves.</summary>
    public long Size { get; private set; }

    /// <summary>The partial tiles at the right edge; a level that ends with a full tile has none.</summary>
    public IEnumerable<Tile> PartialTiles =>
        edge.Select((hashes, level) => (hashes, level))
            .Where(item => item.hashes.Width > 0)
            .Select(item => new Tile(item.level, Tile.HashesAt(Size, item.level) / Tile.FullWidth, item.hashes.Written.ToArray()));

    /// <summary>Continues a tree from the partial tiles of its right edge; throws <see cref="LogFormatException"/> when they are not those of the size.</summary>
    public static TreeBuilder Continue(long size, IEnumerable<Tile> partialTiles)
    {
        var builder = new TreeBuilder { Size = size };
        var byLevel = partialTiles.ToDictionary(tile => tile.Level);
        for (var level = 0; Tile.HashesAt(size, level) is var hashes and > 0; level++)
        {
            var width = (int)(hashes % Tile.FullWidth);
            builder.edge.Add(new Level());
            if (width == 0)
            {
                continue;
            }

            if (
                !byLevel.TryGetValue(level, out var tile)
                || tile.Index != hashes / Tile.FullWidth
                || tile.Hashes.Length != width * MerkleHash.Bytes
            )
            {
                throw new LogFormatException($"The partial tile of level {level} is not the one of a tree of {size} leaves.");
            }

            builder.edge[level].Add(tile.Hashes);
        }

        return builder;
    }

    /// <summary>Appends a leaf by its hash; hands over each tile that becomes full.</summary>
    public void Append(ReadOnlySpan<byte> leafHash, Action<Tile>? onFullTile = null)
    {
        Size++;
        Append(0, leafHash, onFullTile);
    }

    /// <summary>Root of the tree as it is now.</summary>
    public byte[] Root()
    {
        var roots = new List<byte[]>();
        for (var level = edge.Count - 1; level >= 0; level--)
        {
            // The binary digits of a level's width are its perfect subtrees, the largest first.
            var hashes = edge[level].Written;
            for (var width = Tile.FullWidth / 2; width > 0; width /= 2)
            {
                if ((hashes.Length / MerkleHash.Bytes & width) != 0)
                {
                    roots.Add(MerkleHash.OfSubtree(hashes[..(width * MerkleHash.Bytes)]));
                    hashes = hashes[(width * MerkleHash.Bytes)..];
                }
            }
        }

        return MerkleHash.OfSubtrees(roots);
    }

    private void Append(int level, ReadOnlySpan<byte> hash, Action<Tile>? onFullTile)
    {
        if (level == edge.Count)
        {
            edge.Add(new Level());
        }

        var hashes = edge[level];
        hashes.Add(hash);
        if (hashes.Width < Tile.FullWidth)
        {
            return;
        }

        onFullTile?.Invoke(new Tile(level, (Tile.HashesAt(Size, level) / Tile.FullWidth) - 1, hashes.Written.ToArray()));
        var root = MerkleHash.OfSubtree(hashes.Written);
        hashes.Clear();
        Append(level + 1, root, onFullTile);
    }

    // The hashes of a tile that is not full yet.
    private sealed class Level
    {
        private readonly byte[] hashes = new byte[Tile.FullWidth * MerkleHash.Bytes];

        public int Width { get; private set; }

        public ReadOnlySpan<byte> Written => hashes.AsSpan(0, Width * MerkleHash.Bytes);

        public void Add(ReadOnlySpan<byte> more)
        {
            more.CopyTo(hashes.AsSpan(Width * MerkleHash.Bytes));
            Width += more.Length / MerkleHash.Bytes;
        }

        public void Clear() => Width = 0;
    }
}
