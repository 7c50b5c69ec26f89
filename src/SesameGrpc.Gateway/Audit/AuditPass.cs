using System.Data.Common;
using Google.Protobuf;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.TransparencyLog;

namespace SesameGrpc.Gateway.Audit;

/// <summary>
/// One pass over the leaves of the stored log: each group against what it says of its entries, each leaf against its tile and its run, each tile against what lies below it. Of entries that
/// have ended the tiles take the place.
/// </summary>
internal sealed class AuditPass(DbConnection connection, LogRebuild rebuild, LeafRunPass runs, long size, long published, long minimum)
{
    private const int PageGroups = 64;
    private const int PageEnded = 16 * Tile.FullWidth;

    private readonly List<Tile> fullTiles = [];
    private readonly long publishedTiles = Tile.In(published).LongCount();
    private long expectedTiles;
    private long nextGroup;
    private bool isEdgeCompared;

    public long Size => rebuild.Size;

    public long MinimumIndex => rebuild.MinimumIndex;

    public IReadOnlyList<string> Differences => rebuild.Differences;

    public void Add(string difference) => rebuild.Add(difference);

    public async Task<bool> NextPageAsync(CancellationToken cancellationToken)
    {
        if (Size < minimum)
        {
            await PassOverAsync(cancellationToken);
            return true;
        }

        var groups = await AuditStore.GroupsFromAsync(connection, Math.Max(nextGroup, minimum), PageGroups, cancellationToken);
        foreach (var group in groups)
        {
            foreach (var leaf in LeavesOf(group))
            {
                while (Size < leaf.Index)
                {
                    Add($"Leaf {Size} is missing.");
                    await AppendAsync(default, cancellationToken);
                }

                await AppendAsync(leaf.Entry, cancellationToken);
            }

            nextGroup = group.First + 1;
        }

        await ComparePublishedEdgeAsync(cancellationToken);
        await CompareFullTilesAsync(cancellationToken);
        return groups.Count > 0;
    }

    public async Task EndAsync(CancellationToken cancellationToken)
    {
        rebuild.End();
        var rows = await connection
            .Command("SELECT CAST(coalesce(sum(leaf_count), 0) AS BIGINT) FROM audit_groups")
            .ScalarInt64Async(cancellationToken);
        if (rows != size - MinimumIndex || Size != size)
        {
            Add(
                MinimumIndex == 0
                    ? $"The log states {size} leaves; {rows} are stored, {Size} of them in a row from the first."
                    : $"The log states {size} leaves, of which {MinimumIndex} have ended; {rows} are stored, up to {Size} in a row."
            );
        }

        await runs.EndAsync(cancellationToken);
        var tiles = await connection.Command("SELECT count(*) FROM audit_tiles").ScalarInt64Async(cancellationToken);
        if (tiles != expectedTiles)
        {
            Add($"{tiles} tiles are stored; {published} leaves have {publishedTiles}, of which {expectedTiles} were reached.");
        }
    }

    // The hashes of the stored tile, whose own place in the tree the tiles above it and the checkpoints confirm.
    private async Task PassOverAsync(CancellationToken cancellationToken)
    {
        for (var end = Math.Min(minimum, Size + PageEnded); Size < end; )
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
                rebuild.AppendEnded(tile.HashAt(position), KeepPublished);
            }
        }

        await CompareFullTilesAsync(cancellationToken);
    }

    private async ValueTask AppendAsync(ReadOnlyMemory<byte> entry, CancellationToken cancellationToken)
    {
        await ComparePublishedEdgeAsync(cancellationToken);
        await runs.TakeAsync(new StoredLeaf(Size, entry), cancellationToken);
        rebuild.Append(entry.Span, KeepPublished);
    }

    // A tile is compared when the last checkpoint covers all that lies below it.
    private void KeepPublished(Tile tile)
    {
        if ((tile.Index + 1) << (Tile.Height * (tile.Level + 1)) <= published)
        {
            fullTiles.Add(tile);
        }
    }

    // The partial tiles are those of the published size.
    private async ValueTask ComparePublishedEdgeAsync(CancellationToken cancellationToken)
    {
        if (Size == published && !isEdgeCompared)
        {
            isEdgeCompared = true;
            await CompareAsync([.. rebuild.PartialTiles], cancellationToken);
        }
    }

    private async Task CompareFullTilesAsync(CancellationToken cancellationToken)
    {
        await CompareAsync(fullTiles, cancellationToken);
        fullTiles.Clear();
    }

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

    // The leaves that come next; what is wrong with the group becomes a difference.
    private List<StoredLeaf> LeavesOf(LeafGroup group)
    {
        if (group.First < Size || group.End > size)
        {
            Add($"The group of leaf {group.First} lies over others, or behind the end of the log.");
        }

        try
        {
            var leaves = group.Leaves();
            var times = leaves.Select(TimeOf).OfType<long>().DefaultIfEmpty().ToList();
            if (times.Min() != group.OldestMicros || times.Max() != group.NewestMicros)
            {
                Add($"The times of the group of leaf {group.First} are not those of its entries.");
            }

            return [.. leaves.Where(leaf => leaf.Index >= Size && leaf.Index < size)];
        }
        catch (LogFormatException exception)
        {
            Add(exception.Message);
            return [];
        }
    }

    private long? TimeOf(StoredLeaf leaf)
    {
        try
        {
            return leaf.Parse().RecordTime?.ToMicros();
        }
        catch (InvalidProtocolBufferException exception)
        {
            Add($"Leaf {leaf.Index} is no entry: {exception.Message}");
            return null;
        }
    }
}
