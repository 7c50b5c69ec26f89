namespace SesameGrpc.TransparencyLog;

/// <summary>Which hashes prove that a leaf is in a tree, or that one tree is the beginning of another (RFC 6962 section 2.1), and whether they do.</summary>
public static class TreeProof
{
    /// <summary>The subtrees whose hashes prove that the leaf is in the tree: the audit path, from the leaf upwards.</summary>
    public static IReadOnlyList<TreeRange> Inclusion(long index, long size)
    {
        if (index < 0 || index >= size)
        {
            throw new ArgumentOutOfRangeException(nameof(index), index, $"A tree of {size} leaves has no such leaf.");
        }

        var path = new List<TreeRange>();
        var (start, end) = (0L, size);
        while (end - start > 1)
        {
            var middle = start + SplitOf(end - start);
            if (index < middle)
            {
                path.Add(new TreeRange(middle, end));
                end = middle;
            }
            else
            {
                path.Add(new TreeRange(start, middle));
                start = middle;
            }
        }

        path.Reverse();
        return path;
    }

    /// <summary>The subtrees whose hashes prove that the old tree is the beginning of the new one.</summary>
    public static IReadOnlyList<TreeRange> Consistency(long oldSize, long newSize)
    {
        if (oldSize < 0 || oldSize > newSize)
        {
            throw new ArgumentOutOfRangeException(nameof(oldSize), oldSize, $"A tree of {newSize} leaves does not begin with so many.");
        }

        var proof = new List<TreeRange>();
        if (oldSize == 0 || oldSize == newSize)
        {
            return proof;
        }

        var (start, end) = (0L, newSize);
        while (oldSize < end)
        {
            var middle = start + SplitOf(end - start);
            if (oldSize <= middle)
            {
                proof.Add(new TreeRange(middle, end));
                end = middle;
            }
            else
            {
                proof.Add(new TreeRange(start, middle));
                start = middle;
            }
        }

        // The verifier knows the old root itself; where the old tree is not that one subtree, it needs the subtree's hash.
        if (start > 0)
        {
            proof.Add(new TreeRange(start, end));
        }

        proof.Reverse();
        return proof;
    }

    /// <summary>Whether the proof shows the leaf in the tree (RFC 9162 section 2.1.3.2).</summary>
    public static bool IsIncluded(byte[] leafHash, long index, long size, IReadOnlyList<byte[]> proof, byte[] root)
    {
        if (index < 0 || index >= size)
        {
            return false;
        }

        var (node, last, hash) = (index, size - 1, leafHash);
        foreach (var sibling in proof)
        {
            if (last == 0)
            {
                return false;
            }

            if ((node & 1) == 1 || node == last)
            {
                hash = MerkleHash.OfNode(sibling, hash);
                (node, last) = ToLeftTurn(node, last);
            }
            else
            {
                hash = MerkleHash.OfNode(hash, sibling);
            }

            (node, last) = (node >> 1, last >> 1);
        }

        return last == 0 && hash.AsSpan().SequenceEqual(root);
    }

    /// <summary>Whether the proof shows that the old tree is the beginning of the new one (RFC 9162 section 2.1.4.2).</summary>
    public static bool IsConsistent(long oldSize, byte[] oldRoot, long newSize, byte[] newRoot, IReadOnlyList<byte[]> proof)
    {
        if (oldSize == newSize || oldSize == 0)
        {
            return proof.Count == 0 && oldRoot.AsSpan().SequenceEqual(oldSize == 0 ? MerkleHash.OfNothing() : newRoot);
        }

        if (oldSize < 0 || oldSize > newSize || proof.Count == 0)
        {
            return false;
        }

        IReadOnlyList<byte[]> path = System.Numerics.BitOperations.IsPow2(oldSize) ? [oldRoot, .. proof] : proof;
        var (node, last) = (oldSize - 1, newSize - 1);
        while ((node & 1) == 1)
        {
            (node, last) = (node >> 1, last >> 1);
        }

        var (oldHash, newHash) = (path[0], path[0]);
        foreach (var hash in path.Skip(1))
        {
            if (last == 0)
            {
                return false;
            }

            if ((node & 1) == 1 || node == last)
            {
                oldHash = MerkleHash.OfNode(hash, oldHash);
                newHash = MerkleHash.OfNode(hash, newHash);
                (node, last) = ToLeftTurn(node, last);
            }
            else
            {
                newHash = MerkleHash.OfNode(newHash, hash);
            }

            (node, last) = (node >> 1, last >> 1);
        }

        return last == 0 && oldHash.AsSpan().SequenceEqual(oldRoot) && newHash.AsSpan().SequenceEqual(newRoot);
    }

    // At the right edge a node has no sibling on some levels: up to the first one where it is a right child.
    private static (long Node, long Last) ToLeftTurn(long node, long last)
    {
        while ((node & 1) == 0 && node != 0)
        {
            (node, last) = (node >> 1, last >> 1);
        }

        return (node, last);
    }

    // The largest power of two below the number of leaves.
    private static long SplitOf(long leaves) => 1L << (63 - System.Numerics.BitOperations.LeadingZeroCount((ulong)(leaves - 1)));
}
