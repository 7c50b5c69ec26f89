using System.Text;

namespace SesameGrpc.TransparencyLog;

/// <summary>One tile: up to 256 hashes side by side at one level of tiles (C2SP tlog-tiles).</summary>
/// <param name="Level">0: hashes of leaves; each level above: one hash for each full tile of the level below.</param>
/// <param name="Index">Place within the level.</param>
/// <param name="Hashes">The hashes, 32 bytes each; fewer than 256 of them make a partial tile.</param>
public sealed record Tile(int Level, long Index, byte[] Hashes)
{
    /// <summary>Levels of the tree that a tile spans.</summary>
    public const int Height = 8;

    /// <summary>Hashes of a full tile.</summary>
    public const int FullWidth = 1 << Height;

    /// <summary>Number of hashes.</summary>
    public int Width => Hashes.Length / MerkleHash.Bytes;

    /// <summary>Hashes that a tree of this size has at a level of tiles.</summary>
    public static long HashesAt(long size, int level) => level * Height >= 63 ? 0 : size >> (level * Height);

    /// <summary>Path of a tile in the layout: tile/0/x001/x234/067, or tile/0/067.p/12 for a partial one.</summary>
    public static string PathOf(int level, long index, int width) => $"tile/{level}/{PathOf(index, width)}";

    /// <summary>Path of a bundle of entries: tile/entries/000 and so on.</summary>
    public static string PathOfEntries(long index, int width) => $"tile/entries/{PathOf(index, width)}";

    /// <summary>The tiles of a tree of this size, each with its width, level by level.</summary>
    public static IEnumerable<(int Level, long Index, int Width)> In(long size)
    {
        for (var level = 0; HashesAt(size, level) is var hashes and > 0; level++)
        {
            for (long index = 0; index * FullWidth < hashes; index++)
            {
                yield return (level, index, (int)Math.Min(FullWidth, hashes - (index * FullWidth)));
            }
        }
    }

    /// <summary>One hash of the tile.</summary>
    public byte[] HashAt(int position) => Hashes.AsSpan(position * MerkleHash.Bytes, MerkleHash.Bytes).ToArray();

    private static string PathOf(long index, int width)
    {
        var path = new StringBuilder($"{index % 1000:000}");
        for (var rest = index / 1000; rest > 0; rest /= 1000)
        {
            path.Insert(0, $"x{rest % 1000:000}/");
        }

        return width == FullWidth ? path.ToString() : path.Append($".p/{width}").ToString();
    }
}
