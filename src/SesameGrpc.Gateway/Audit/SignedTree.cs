using System.Data.Common;
using SesameGrpc.TransparencyLog;

namespace SesameGrpc.Gateway.Audit;

/// <summary>Takes up the tree of the last checkpoint where it was signed; throws <see cref="LogFormatException"/> when what is stored does not fit it.</summary>
internal static class SignedTree
{
    // Small enough that what a page takes stays out of the heap of large objects.
    private const int PageLeaves = 4 * Tile.FullWidth;

    /// <summary>The tree as it was signed last, from its partial tiles; the leaves of the last one still have the hashes that it has.</summary>
    public static async Task<TreeBuilder> ContinueAsync(
        DbConnection connection,
        VerifierKey key,
        long published,
        long size,
        CancellationToken cancellationToken
    )
    {
        if (published < 0)
        {
            return new TreeBuilder();
        }

        if (size < published)
        {
            throw new LogFormatException($"The log has {size} leaves, fewer than the {published} of its last checkpoint.");
        }

        var note = await AuditStore.CheckpointAsync(connection, published, cancellationToken);
        var signed = Checkpoint.Open(note ?? throw new LogFormatException($"The checkpoint of {published} leaves is missing."), key);
        var edge = await EdgeAsync(connection, published, cancellationToken);
        var tree = TreeBuilder.Continue(published, edge);
        if (signed.Size != published || !signed.Root.AsSpan().SequenceEqual(tree.Root()))
        {
            throw new LogFormatException($"The tiles of {published} leaves do not have the root that their checkpoint states.");
        }

        var last = edge.Find(tile => tile.Level == 0);
        if (last is not null)
        {
            var hashes = await LeafHashesAsync(connection, last.Index * Tile.FullWidth, last.Width, cancellationToken);
            if (!hashes.AsSpan().SequenceEqual(last.Hashes))
            {
                throw new LogFormatException($"The leaves from {last.Index * Tile.FullWidth} on do not have the hashes of their tile.");
            }
        }

        return tree;
    }

    /// <summary>Appends the leaves that come next, up to a size.</summary>
    public static async Task GrowAsync(
        DbConnection connection,
        FreshLeaves fresh,
        TreeBuilder tree,
        long target,
        List<Tile> fullTiles,
        CancellationToken cancellationToken
    )
    {
        var page = new byte[PageLeaves * MerkleHash.Bytes];
        Action<Tile> onFullTile = fullTiles.Add;
        while (tree.Size < target)
        {
            var count = (int)Math.Min(PageLeaves, target - tree.Size);
            var known = fresh.CopyHashes(tree.Size, page.AsSpan(0, count * MerkleHash.Bytes));
            var hashes = known > 0 ? page : await LeafHashesAsync(connection, tree.Size, count, cancellationToken);
            for (var position = 0; position < (known > 0 ? known : count); position++)
            {
                tree.Append(hashes.AsSpan(position * MerkleHash.Bytes, MerkleHash.Bytes), onFullTile);
            }
        }
    }

    private static async Task<byte[]> LeafHashesAsync(DbConnection connection, long first, long count, CancellationToken cancellationToken)
    {
        var leaves = await AuditStore.AllLeavesAsync(connection, first, count, cancellationToken);
        var hashes = new byte[leaves.Count * MerkleHash.Bytes];
        for (var position = 0; position < leaves.Count; position++)
        {
            MerkleHash.OfLeaf(leaves[position].Entry.Span, hashes.AsSpan(position * MerkleHash.Bytes));
        }

        return hashes;
    }

    private static async Task<List<Tile>> EdgeAsync(DbConnection connection, long size, CancellationToken cancellationToken)
    {
        var tiles = new List<Tile>();
        for (var level = 0; Tile.HashesAt(size, level) is var hashes and > 0; level++)
        {
            var index = hashes / Tile.FullWidth;
            if (hashes % Tile.FullWidth > 0 && await AuditStore.TileAsync(connection, level, index, cancellationToken) is { } stored)
            {
                tiles.Add(new Tile(level, index, stored));
            }
        }

        return tiles;
    }
}
