using System.Data.Common;
using Google.Protobuf;
using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.TransparencyLog;

namespace SesameGrpc.Gateway.Audit;

/// <summary>
/// One pass over the leaves of the stored log: each against its columns and its tile, each tile against what lies below it. Of entries that have ended the tiles take the place.
/// </summary>
internal sealed class AuditPass(DbConnection connection, LogRebuild rebuild, long published, long minimum)
{
    private const int PageLeaves = 16 * Tile.FullWidth;

    private readonly List<Tile> fullTiles = [];
    private readonly long publishedTiles = Tile.In(published).LongCount();
    private long expectedTiles;

    public long Size => rebuild.Size;

    public long MinimumIndex => rebuild.MinimumIndex;

    public IReadOnlyList<string> Differences => rebuild.Differences;

    public void Add(string difference) => rebuild.Add(difference);

    public async Task<bool> NextPageAsync(CancellationToken cancellationToken)
    {
        await ComparePublishedEdgeAsync(cancellationToken);
        if (Size < minimum)
        {
            await PassOverAsync(cancellationToken);
            return true;
        }

        // Up to the published size first, where the partial tiles are compared.
        var count = Size < published ? Math.Min(PageLeaves, published - Size) : PageLeaves;
        var leaves = await AuditStore.LeavesAsync(connection, Size, count, cancellationToken);
        foreach (var leaf in leaves)
        {
            while (Size < leaf.Index)
            {
                Add($"Leaf {Size} is missing.");
                rebuild.Append([], fullTiles.Add);
            }

            CompareColumns(leaf);
            rebuild.Append(leaf.Entry, fullTiles.Add);
        }

        if (Size <= published)
        {
            await CompareAsync(fullTiles, cancellationToken);
        }

        fullTiles.Clear();
        return leaves.Count > 0;
    }

    public async Task EndAsync(long size, CancellationToken cancellationToken)
    {
        rebuild.End();
        var rows = await connection.Command("SELECT count(*) FROM audit_leaves").ScalarInt64Async(cancellationToken);
        if (rows != size - MinimumIndex || Size != size)
        {
            Add(
                MinimumIndex == 0
                    ? $"The log states {size} leaves; {rows} are stored, {Size} of them in a row from the first."
                    : $"The log states {size} leaves, of which {MinimumIndex} have ended; {rows} are stored, up to {Size} in a row."
            );
        }

        var tiles = await connection.Command("SELECT count(*) FROM audit_tiles").ScalarInt64Async(cancellationToken);
        if (tiles != expectedTiles)
        {
            Add($"{tiles} tiles are stored; {published} leaves have {publishedTiles}, of which {expectedTiles} were reached.");
        }
    }

    // The hashes of the stored tile, whose own place in the tree the tiles above it and the checkpoints confirm.
    private async Task PassOverAsync(CancellationToken cancellationToken)
    {
        for (var end = Math.Min(minimum, Size + PageLeaves); Size < end; )
        {
            var index = Size / Tile.FullWidth;
            var stored = await AuditStore.TileAsync(connection, 0, index, cancellationToken);
            var isWhole = stored?.Length == Tile.FullWidth * MerkleHash.Bytes;
            if (!isWhole)
            {
                Add($"Tile {index} of level 0, whose entries have ended, is missing or not whole.");
            }

            var tile = new Tile(0, index, isWhole ? stored! : new byte[Tile.FullWidth * MerkleHash.Bytes]);
            for (var position = 0; position < Tile.FullWidth; position++)
            {
                rebuild.AppendEnded(tile.HashAt(position), fullTiles.Add);
            }
        }

        await CompareAsync(fullTiles, cancellationToken);
        fullTiles.Clear();
    }

    private Task ComparePublishedEdgeAsync(CancellationToken cancellationToken) =>
        Size == published && expectedTiles < publishedTiles
            ? CompareAsync([.. rebuild.PartialTiles], cancellationToken)
            : Task.CompletedTask;

    private async Task CompareAsync(List<Tile> tiles, CancellationToken cancellationToken)
    {
        foreach (var tile in tiles)
        {
            expectedTiles++;
            var stored = await AuditStore.TileAsync(connection, tile.Level, tile.Index, cancellationToken);
            if (stored is null)
            {
                Add($"Tile {tile.Index} of level {tile.Level} is missing.");
            }
            else if (!stored.AsSpan().SequenceEqual(tile.Hashes))
            {
                Add($"Tile {tile.Index} of level {tile.Level} is not made of {WhereOf(tile, stored)}.");
            }
        }
    }

    private static string WhereOf(Tile tile, byte[] stored)
    {
        if (tile.Level > 0 || stored.Length != tile.Hashes.Length)
        {
            return "what lies below it";
        }

        var misfits = Enumerable
            .Range(0, tile.Width)
            .Where(position => !tile.HashAt(position).AsSpan().SequenceEqual(stored.AsSpan(position * MerkleHash.Bytes, MerkleHash.Bytes)))
            .Select(position => (tile.Index * Tile.FullWidth) + position);
        return $"its leaves: {string.Join(", ", misfits)}";
    }

    private void CompareColumns(StoredLeaf leaf)
    {
        try
        {
            var entry = AuditEntry.Parser.ParseFrom(leaf.Entry);
            if (
                !entry.SubjectHash.Span.SequenceEqual(leaf.SubjectHash)
                || entry.Caller != leaf.Caller
                || entry.RecordTime?.ToDateTimeOffset().ToMicros() != leaf.TimeMicros
            )
            {
                Add($"The columns of leaf {leaf.Index} do not say what its entry says.");
            }
        }
        catch (Exception exception) when (exception is InvalidProtocolBufferException or InvalidOperationException or ArgumentException)
        {
            Add($"Leaf {leaf.Index} is no entry: {exception.Message}");
        }
    }
}
