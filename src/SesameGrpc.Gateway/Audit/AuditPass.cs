using System.Data.Common;
using Google.Protobuf;
using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.TransparencyLog;

namespace SesameGrpc.Gateway.Audit;

/// <summary>One pass over the leaves of the stored log: each against its columns and its tile, each tile against what lies below it.</summary>
internal sealed class AuditPass(DbConnection connection, LogRebuild rebuild, long published)
{
    private const int PageLeaves = 16 * Tile.FullWidth;

    private readonly List<Tile> fullTiles = [];
    private readonly long publishedTiles = Tile.In(published).LongCount();
    private long expectedTiles;

    public long Size => rebuild.Size;

    public IReadOnlyList<string> Differences => rebuild.Differences;

    public void Add(string difference) => rebuild.Add(difference);

    public async Task<bool> NextPageAsync(CancellationToken cancellationToken)
    {
        await ComparePublishedEdgeAsync(cancellationToken);

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
        if (rows != size || Size != size)
        {
            Add($"The log states {size} leaves; {rows} are stored, {Size} of them in a row from the first.");
        }

        var tiles = await connection.Command("SELECT count(*) FROM audit_tiles").ScalarInt64Async(cancellationToken);
        if (tiles != expectedTiles)
        {
            Add($"{tiles} tiles are stored; {published} leaves have {publishedTiles}, of which {expectedTiles} were reached.");
        }
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
