using Google.Protobuf;
using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.TransparencyLog;

namespace SesameGrpc.Soak.Audit;

/// <summary>The ways to tamper with the log's tables. Who removes an older checkpoint takes nothing away: the newest covers the same leaves.</summary>
internal static class StoredTampers
{
    private const string Behind = "UPDATE audit_groups SET first_index = -1 - first_index WHERE first_index ";

    public static IReadOnlyList<StoredTamper> All { get; } =
    [
        new("a bit of an entry", FlipEntry),
        new("a bit of the index by person", FlipRun),
        new(
            "a page of the index by person deleted",
            (log, random) => log.Run("DELETE FROM audit_runs WHERE page = @page", Page(log, random))
        ),
        new(
            "a page of the index by person added",
            (log, random) =>
                log.Run(
                    "INSERT INTO audit_runs SELECT level, run_index + 1, first_key, page, records FROM audit_runs WHERE page = @page",
                    Page(log, random)
                )
        ),
        new("the extent of the index by person", (log, _) => log.Run("UPDATE audit_indexing SET leaves = 2 * leaves")),
        new("the index by person given up, its pages left", (log, _) => log.Run("UPDATE audit_indexing SET leaves = 0")),
        new("a group's time", ChangeTime),
        new(
            "a group's number of leaves",
            (log, random) => log.Run("UPDATE audit_groups SET leaf_count = 2 WHERE first_index = @leaf", Leaf(log, random))
        ),
        new("a leaf deleted", (log, random) => log.Run("DELETE FROM audit_groups WHERE first_index = @leaf", Leaf(log, random))),
        new("a leaf deleted, the gap closed", DeleteAndCloseUp),
        new("a leaf twice, the others moved", InsertTwice),
        new("two leaves swapped", SwapLeaves),
        new("a leaf over another", OverwriteLeaf),
        new("the newest leaves cut off", (log, random) => CutOff(log, random.Next(1, (int)log.Size))),
        new("the log emptied", (log, _) => Empty(log)),
        new("the log set back to an older checkpoint", SetBack),
        new("a bit of a tile", FlipTile),
        new("a tile deleted", (log, random) => log.Run("DELETE FROM audit_tiles WHERE rowid = @tile", Tile(log, random))),
        new("two tiles swapped", SwapTiles),
        new(
            "a tile shortened",
            (log, random) =>
                log.Run("UPDATE audit_tiles SET hashes = substr(hashes, 1, length(hashes) - 32) WHERE rowid = @tile", Tile(log, random))
        ),
        new(
            "a tile prolonged",
            (log, random) =>
                log.Run("UPDATE audit_tiles SET hashes = CAST(hashes || zeroblob(32) AS BLOB) WHERE rowid = @tile", Tile(log, random))
        ),
        new(
            "a tile added",
            (log, random) =>
                log.Run(
                    "INSERT INTO audit_tiles SELECT level + 3, tile_index, hashes FROM audit_tiles WHERE rowid = @tile",
                    Tile(log, random)
                )
        ),
        new("a bit of a checkpoint", FlipCheckpoint),
        new(
            "the newest checkpoint deleted",
            (log, _) => log.Run("DELETE FROM audit_checkpoints WHERE size = @size", ("size", log.CheckpointSizes[^1]))
        ),
        new("two checkpoints swapped", SwapCheckpoints),
        new("a checkpoint shortened", ShortenCheckpoint),
        new("the stated size", (log, random) => log.Run("UPDATE audit_log SET size = size + @by", ("by", NotZero(random, (int)log.Size)))),
        new(
            "the published size",
            (log, random) => log.Run("UPDATE audit_publication SET size = size + @by", ("by", NotZero(random, (int)log.Size)))
        ),
        new("a leaf rewritten, the tiles with it", (log, random) => Rewrite(log, random)),
        new("a leaf rewritten and signed with another key", RewriteAndSign),
    ];

    private static (string, object) Leaf(StoredTables log, Random random) => ("leaf", (long)random.Next((int)log.Size));

    private static (string, object) Tile(StoredTables log, Random random) => ("tile", log.TileRows[random.Next(log.TileRows.Count)]);

    private static long NotZero(Random random, int limit) => random.Next(1, limit) * (random.Next(2) == 0 ? 1 : -1);

    private static byte[] Flip(byte[] bytes, Random random)
    {
        bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
        return bytes;
    }

    private static void FlipEntry(StoredTables log, Random random)
    {
        var leaf = random.Next((int)log.Size);
        log.SetEntry(leaf, Flip(log.EntryAt(leaf), random));
    }

    private static (string, object) Page(StoredTables log, Random random) => ("page", (long)random.Next(log.RunPages));

    private static void FlipRun(StoredTables log, Random random)
    {
        var page = Page(log, random);
        var records = (byte[])log.Scalar("SELECT records FROM audit_runs WHERE page = @page", page)!;
        log.Run("UPDATE audit_runs SET records = @records WHERE page = @page", page, ("records", Flip(records, random)));
    }

    private static void ChangeTime(StoredTables log, Random random) =>
        log.Run(
            "UPDATE audit_groups SET oldest_us = oldest_us + @by WHERE first_index = @leaf",
            ("by", -random.Next(1, 1 << 30)),
            Leaf(log, random)
        );

    private static void DeleteAndCloseUp(StoredTables log, Random random)
    {
        var leaf = Leaf(log, random);
        log.Run("DELETE FROM audit_groups WHERE first_index = @leaf", leaf);
        log.Run(Behind + "> @leaf", leaf);
        log.Run("UPDATE audit_groups SET first_index = -2 - first_index WHERE first_index < 0");
        log.Run("UPDATE audit_log SET size = size - 1");
    }

    private static void InsertTwice(StoredTables log, Random random)
    {
        var leaf = Leaf(log, random);
        log.Run(Behind + ">= @leaf", leaf);
        log.Run("UPDATE audit_groups SET first_index = -first_index WHERE first_index < 0");
        log.Run(
            "INSERT INTO audit_groups SELECT @leaf, 1, oldest_us, newest_us, entries FROM audit_groups WHERE first_index = @leaf + 1",
            leaf
        );
        log.Run("UPDATE audit_log SET size = size + 1");
    }

    // Entries differ by their call ids; those of one batch may be equal where they are refused alike.
    private static (long One, long Other) TwoLeaves(StoredTables log, Random random)
    {
        while (true)
        {
            var (one, other) = (random.Next((int)log.Size), random.Next((int)log.Size));
            if (!log.EntryAt(one).AsSpan().SequenceEqual(log.EntryAt(other)))
            {
                return (one, other);
            }
        }
    }

    private static void SwapLeaves(StoredTables log, Random random)
    {
        var (one, other) = TwoLeaves(log, random);
        log.Run("UPDATE audit_groups SET first_index = -1 WHERE first_index = @one", ("one", one));
        log.Run("UPDATE audit_groups SET first_index = @one WHERE first_index = @other", ("one", one), ("other", other));
        log.Run("UPDATE audit_groups SET first_index = @other WHERE first_index = -1", ("other", other));
    }

    private static void OverwriteLeaf(StoredTables log, Random random)
    {
        var (one, other) = TwoLeaves(log, random);
        log.Run("DELETE FROM audit_groups WHERE first_index = @other", ("other", other));
        log.Run(
            "INSERT INTO audit_groups SELECT @other, 1, oldest_us, newest_us, entries FROM audit_groups WHERE first_index = @one",
            ("one", one),
            ("other", other)
        );
    }

    private static void CutOff(StoredTables log, long size)
    {
        log.Run("DELETE FROM audit_groups WHERE first_index >= @size", ("size", size));
        log.Run("UPDATE audit_log SET size = @size", ("size", size));
    }

    private static void Empty(StoredTables log)
    {
        CutOff(log, 0);
        log.Run("DELETE FROM audit_tiles");
        log.Run("DELETE FROM audit_checkpoints");
        log.Run("UPDATE audit_publication SET size = -1");
    }

    // All that is left fits: only who kept a newer checkpoint can tell.
    private static void SetBack(StoredTables log, Random random)
    {
        var size = log.CheckpointSizes[random.Next(log.CheckpointSizes.Count - 1)];
        CutOff(log, size);
        log.Run("DELETE FROM audit_checkpoints WHERE size > @size", ("size", size));
        log.Run("UPDATE audit_publication SET size = @size", ("size", size));
        log.RebuildTiles();
    }

    private static void FlipTile(StoredTables log, Random random)
    {
        var tile = Tile(log, random);
        var hashes = (byte[])log.Scalar("SELECT hashes FROM audit_tiles WHERE rowid = @tile", tile)!;
        log.Run("UPDATE audit_tiles SET hashes = @hashes WHERE rowid = @tile", tile, ("hashes", Flip(hashes, random)));
    }

    private static void SwapTiles(StoredTables log, Random random)
    {
        var rows = log.TileRows.OrderBy(_ => random.Next()).Take(2).ToList();
        var (one, other) = (("one", (object)rows[0]), ("other", (object)rows[1]));
        log.Run("UPDATE audit_tiles SET level = level + 1000 WHERE rowid IN (@one, @other)", one, other);
        log.Run(
            """
            INSERT INTO audit_tiles SELECT a.level - 1000, a.tile_index, b.hashes FROM audit_tiles a JOIN audit_tiles b
            ON (a.rowid = @one AND b.rowid = @other) OR (a.rowid = @other AND b.rowid = @one)
            """,
            one,
            other
        );
        log.Run("DELETE FROM audit_tiles WHERE rowid IN (@one, @other)", one, other);
    }

    private static (long Size, string Note) Checkpoint(StoredTables log, Random random)
    {
        var size = log.CheckpointSizes[random.Next(log.CheckpointSizes.Count)];
        return (size, (string)log.Scalar("SELECT note FROM audit_checkpoints WHERE size = @size", ("size", size))!);
    }

    private static void FlipCheckpoint(StoredTables log, Random random)
    {
        var (size, note) = Checkpoint(log, random);
        var place = random.Next(note.Length);
        var changed = note[..place] + (char)(note[place] ^ (1 << random.Next(7))) + note[(place + 1)..];
        log.Run("UPDATE audit_checkpoints SET note = @note WHERE size = @size", ("note", changed), ("size", size));
    }

    private static void ShortenCheckpoint(StoredTables log, Random random)
    {
        var (size, note) = Checkpoint(log, random);
        log.Run("UPDATE audit_checkpoints SET note = @note WHERE size = @size", ("note", note[..random.Next(note.Length)]), ("size", size));
    }

    private static void SwapCheckpoints(StoredTables log, Random random)
    {
        var sizes = log.CheckpointSizes.OrderBy(_ => random.Next()).Take(2).ToList();
        var (one, other) = (("one", (object)sizes[0]), ("other", (object)sizes[1]));
        log.Run("UPDATE audit_checkpoints SET size = 1000000 WHERE size = @one", one);
        log.Run("UPDATE audit_checkpoints SET size = @one WHERE size = @other", one, other);
        log.Run("UPDATE audit_checkpoints SET size = @other WHERE size = 1000000", other);
    }

    private static byte[] Rewrite(StoredTables log, Random random)
    {
        var leaf = random.Next((int)log.Size);
        var entry = AuditEntry.Parser.ParseFrom(log.EntryAt(leaf));
        entry.Caller = "partner:scapegoat";
        log.SetEntry(leaf, entry.ToByteArray());
        return log.RebuildTiles();
    }

    private static void RewriteAndSign(StoredTables log, Random random)
    {
        var root = Rewrite(log, random);
        var (size, note) = (log.CheckpointSizes[^1], (string)log.Scalar("SELECT note FROM audit_checkpoints ORDER BY size DESC LIMIT 1")!);
        var origin = note.Split('\n')[0];
        var seed = new byte[32];
        random.NextBytes(seed);
        var forged = new Checkpoint(origin, size, root).Sign(new NoteSigner(origin, seed));
        log.Run("DELETE FROM audit_checkpoints WHERE size < @size", ("size", size));
        log.Run("UPDATE audit_checkpoints SET note = @note", ("note", forged));
    }
}
