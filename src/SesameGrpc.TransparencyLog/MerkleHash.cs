using System.Security.Cryptography;

namespace SesameGrpc.TransparencyLog;

/// <summary>Hashes of the Merkle tree: SHA-256 with a byte before it that tells leaves from nodes (RFC 6962 section 2.1).</summary>
public static class MerkleHash
{
    /// <summary>Length of a hash.</summary>
    public const int Bytes = 32;

    private const byte LeafPrefix = 0;
    private const byte NodePrefix = 1;
    private const int UsualEntryBytes = 1024;

    // A thread's state is used again: making one costs a third of a hash.
    [ThreadStatic]
    private static IncrementalHash? state;

    /// <summary>Root of the tree without leaves.</summary>
    public static byte[] OfNothing() => SHA256.HashData([]);

    /// <summary>Hash of a leaf.</summary>
    public static byte[] OfLeaf(ReadOnlySpan<byte> entry)
    {
        var hash = new byte[Bytes];
        OfLeaf(entry, hash);
        return hash;
    }

    /// <summary>Writes the hash of a leaf, 32 bytes.</summary>
    public static void OfLeaf(ReadOnlySpan<byte> entry, Span<byte> hash)
    {
        Span<byte> input = entry.Length < UsualEntryBytes ? stackalloc byte[entry.Length + 1] : new byte[entry.Length + 1];
        input[0] = LeafPrefix;
        entry.CopyTo(input[1..]);
        Write(input, hash);
    }

    /// <summary>Hash of a node over its two children.</summary>
    public static byte[] OfNode(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        Span<byte> input = stackalloc byte[1 + (2 * Bytes)];
        input[0] = NodePrefix;
        left.CopyTo(input[1..]);
        right.CopyTo(input[(1 + Bytes)..]);
        var hash = new byte[Bytes];
        Write(input, hash);
        return hash;
    }

    /// <summary>Hash of the perfect subtree over hashes that stand side by side, at most a tile's, whose number is a power of two.</summary>
    public static byte[] OfSubtree(ReadOnlySpan<byte> hashes)
    {
        Span<byte> level = stackalloc byte[Tile.FullWidth * Bytes];
        hashes.CopyTo(level);
        Span<byte> node = stackalloc byte[1 + (2 * Bytes)];
        node[0] = NodePrefix;
        for (var width = hashes.Length / Bytes; width > 1; width /= 2)
        {
            for (var pair = 0; pair < width / 2; pair++)
            {
                level.Slice(2 * pair * Bytes, 2 * Bytes).CopyTo(node[1..]);
                Write(node, level.Slice(pair * Bytes, Bytes));
            }
        }

        return level[..Bytes].ToArray();
    }

    /// <summary>Hash over perfect subtrees that stand side by side, the largest first.</summary>
    public static byte[] OfSubtrees(IReadOnlyList<byte[]> roots)
    {
        if (roots.Count == 0)
        {
            return OfNothing();
        }

        var hash = roots[^1];
        for (var index = roots.Count - 2; index >= 0; index--)
        {
            hash = OfNode(roots[index], hash);
        }

        return hash;
    }

    private static void Write(ReadOnlySpan<byte> input, Span<byte> hash)
    {
        state ??= IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        state.AppendData(input);
        state.GetHashAndReset(hash);
    }
}
