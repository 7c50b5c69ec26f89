namespace SesameGrpc.TransparencyLog;

/// <summary>Computes the hashes of a proof from stored tiles; each tile is read once.</summary>
/// <param name="read">Reads the hashes of a tile of a level and index; at least as many as the tree in question has there.</param>
public sealed class TileHashes(Func<int, long, CancellationToken, ValueTask<byte[]>> read)
{
    private readonly Dictionary<(int Level, long Index), Tile> tiles = [];

    /// <summary>The hash of each range.</summary>
    public async Task<IReadOnlyList<byte[]>> OfAsync(IEnumerable<TreeRange> ranges, CancellationToken cancellationToken)
    {
        var hashes = new List<byte[]>();
        foreach (var range in ranges)
        {
            var roots = new List<byte[]>();
            foreach (var (level, index) in range.Subtrees())
            {
                roots.Add(await SubtreeAsync(level, index, cancellationToken));
            }

            hashes.Add(MerkleHash.OfSubtrees(roots));
        }

        return hashes;
    }

    private async ValueTask<byte[]> SubtreeAsync(int level, long index, CancellationToken cancellationToken)
    {
        // The hashes of a tile's level that lie below the subtree's root: 1 to 128 of them, all in one tile.
        var (tileLevel, width) = (level / Tile.Height, 1 << (level % Tile.Height));
        var first = index * width;
        var tile = await TileAsync(tileLevel, first / Tile.FullWidth, cancellationToken);
        var position = (int)(first % Tile.FullWidth);
        return position + width <= tile.Width
            ? MerkleHash.OfSubtree(tile.Hashes.AsSpan(position * MerkleHash.Bytes, width * MerkleHash.Bytes))
            : throw new LogFormatException(
                $"Tile {tile.Index} of level {tile.Level} has {tile.Width} hashes; {position + width} are needed."
            );
    }

    private async ValueTask<Tile> TileAsync(int level, long index, CancellationToken cancellationToken)
    {
        if (!tiles.TryGetValue((level, index), out var tile))
        {
            tile = new Tile(level, index, await read(level, index, cancellationToken));
            tiles.Add((level, index), tile);
        }

        return tile;
    }
}
