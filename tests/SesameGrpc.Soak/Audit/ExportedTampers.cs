using SesameGrpc.TransparencyLog;

namespace SesameGrpc.Soak.Audit;

/// <summary>The ways to tamper with the files of an exported log.</summary>
internal static class ExportedTampers
{
    public static IReadOnlyList<ExportedTamper> All { get; } =
    [
        new(
            "a bit of a file",
            (path, random) => Change(File(path, random), bytes => bytes[random.Next(bytes.Count)] ^= (byte)(1 << random.Next(8)))
        ),
        new(
            "a bit of the exported checkpoint",
            (path, random) =>
                Change(Path.Combine(path, "checkpoint"), bytes => bytes[random.Next(bytes.Count)] ^= (byte)(1 << random.Next(8)))
        ),
        new("a file deleted", (path, random) => System.IO.File.Delete(File(path, random))),
        new("a file shortened", (path, random) => Change(File(path, random), bytes => bytes.RemoveRange(0, random.Next(1, bytes.Count)))),
        new("the end of a file cut off", (path, random) => Change(File(path, random), bytes => bytes.RemoveAt(bytes.Count - 1))),
        new("a file prolonged", (path, random) => Change(File(path, random), bytes => bytes.AddRange(new byte[random.Next(1, 64)]))),
        new("two files swapped", SwapFiles),
        new("two exported entries swapped", (path, random) => ChangeEntries(path, random, Swap)),
        new("an exported entry deleted", (path, random) => ChangeEntries(path, random, (entries, one, _) => entries.RemoveAt(one))),
        new(
            "an exported entry twice",
            (path, random) => ChangeEntries(path, random, (entries, one, _) => entries.Insert(one, entries[one]))
        ),
        new(
            "an exported entry over another",
            (path, random) => ChangeEntries(path, random, (entries, one, other) => entries[one] = entries[other])
        ),
        new("an exported entry rewritten, the tiles with it", Rewrite),
    ];

    private static string File(string path, Random random)
    {
        var files = Files(path);
        return files[random.Next(files.Count)];
    }

    private static List<string> Files(string path) =>
        [.. Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    private static List<string> Bundles(string path) => Files(Path.Combine(path, "tile", "entries"));

    private static void Change(string file, Action<List<byte>> change)
    {
        var bytes = System.IO.File.ReadAllBytes(file).ToList();
        change(bytes);
        System.IO.File.WriteAllBytes(file, [.. bytes]);
    }

    private static void SwapFiles(string path, Random random)
    {
        var files = Files(path).OrderBy(_ => random.Next()).Take(2).ToList();
        var (one, other) = (System.IO.File.ReadAllBytes(files[0]), System.IO.File.ReadAllBytes(files[1]));
        System.IO.File.WriteAllBytes(files[0], other);
        System.IO.File.WriteAllBytes(files[1], one);
    }

    private static void Swap(List<byte[]> entries, int one, int other) => (entries[one], entries[other]) = (entries[other], entries[one]);

    private static void ChangeEntries(string path, Random random, Action<List<byte[]>, int, int> change)
    {
        var bundles = Bundles(path);
        while (true)
        {
            var file = bundles[random.Next(bundles.Count)];
            var entries = EntryBundle.Read(System.IO.File.ReadAllBytes(file)).ToList();
            var (one, other) = (random.Next(entries.Count), random.Next(entries.Count));
            if (!entries[one].AsSpan().SequenceEqual(entries[other]))
            {
                change(entries, one, other);
                System.IO.File.WriteAllBytes(file, EntryBundle.Write(entries));
                return;
            }
        }
    }

    private static void Rewrite(string path, Random random)
    {
        var directory = new LogDirectory(path);
        var builder = new TreeBuilder();
        ChangeEntries(path, random, (entries, one, _) => entries[one][^1] ^= 1);
        foreach (var entry in Bundles(path).SelectMany(file => EntryBundle.Read(System.IO.File.ReadAllBytes(file))))
        {
            builder.Append(MerkleHash.OfLeaf(entry), directory.Write);
        }

        builder.PartialTiles.ToList().ForEach(directory.Write);
    }
}
