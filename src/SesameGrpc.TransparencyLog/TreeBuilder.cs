namespace SesameGrpc.TransparencyLog;

/// <summary>Grows a tree leaf by leaf. It keeps the partial tiles at the right edge only, which are all that the root and further growth need.</summary>
public sealed class TreeBuilder
{
    private readonly List<List<byte[]>> edge = [];

    /// <summary>Number of leaves.</summary>
    public long Size { get; private set; }

    /// <summary>The partial tiles at the right edge; a level that ends with a full tile has none.</summary>
    public IEnumerable<Tile> PartialTiles =>
        edge.Select((hashes, level) => (hashes, level))
            .Where(item => item.hashes.Count > 0)
            .Select(item => new Tile(
                item.level,
                Tile.HashesAt(Size, item.level) / Tile.FullWidth,
                [.. item.hashes.SelectMany(hash => hash)]
            ));

    /// <summary>Continues a tree from the partial tiles of its right edge; throws <see cref="LogFormatException"/> when they are not those of the size.</summary>
    public static TreeBuilder Continue(long size, IEnumerable<Tile> partialTiles)
    {
        var builder = new TreeBuilder { Size = size };
        var byLevel = partialTiles.ToDictionary(tile => tile.Level);
        for (var level = 0; Tile.HashesAt(size, level) is var hashes and > 0; level++)
        {
            var width = (int)(hashes % Tile.FullWidth);
            builder.edge.Add([]);
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

            builder.edge[level].AddRange(Enumerable.Range(0, width).Select(tile.HashAt));
        }

        return builder;
    }

    /// <summary>Appends a leaf by its hash; hands over each tile that becomes full.</summary>
    public void Append(byte[] leafHash, Action<Tile>? onFullTile = null)
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
            var hashes = edge[level].ToArray().AsSpan();
            for (var width = Tile.FullWidth / 2; width > 0; width /= 2)
            {
                if ((hashes.Length & width) != 0)
                {
                    roots.Add(MerkleHash.OfSubtree(hashes[..width]));
                    hashes = hashes[width..];
                }
            }
        }

        return MerkleHash.OfSubtrees(roots);
    }

    private void Append(int level, byte[] hash, Action<Tile>? onFullTile)
    {
        if (level == edge.Count)
        {
            edge.Add([]);
        }

        var hashes = edge[level];
        hashes.Add(hash);
        if (hashes.Count < Tile.FullWidth)
        {
            return;
        }

        var full = hashes.ToArray();
        hashes.Clear();
        onFullTile?.Invoke(new Tile(level, (Tile.HashesAt(Size, level) / Tile.FullWidth) - 1, [.. full.SelectMany(one => one)]));
        Append(level + 1, MerkleHash.OfSubtree(full), onFullTile);
    }
}
