using System.Numerics;

namespace SesameGrpc.Gateway.Caching;

/// <summary>
/// A bounded dictionary that drops, when it is full, the oldest entry that nobody has asked for since the hand last came by: SIEVE (Zhang et al., NSDI 2024). A hit takes no lock and
/// writes one bit at most; changes take turns.
/// </summary>
/// <remarks>
/// Nodes are found by chains of their own, and not by a dictionary beside them: out of a hundred thousand entries each object that a hit looks at is a wait for memory.
/// </remarks>
internal sealed class SieveCache<TKey, TValue>(int capacity)
    where TKey : notnull, IEquatable<TKey>
    where TValue : class
{
    // By the lowest bits of the hash code. Whoever reads may stand on a node that is being taken out: it still leads to the rest of its chain.
    private readonly Node?[] chains = new Node?[BitOperations.RoundUpToPowerOf2((uint)capacity)];
    private readonly Lock gate = new();
    private Node? oldest;
    private Node? newest;
    private Node? hand;
    private volatile int count;

    /// <summary>The entries; at most as many as the capacity.</summary>
    public int Count => count;

    public TValue? Find(TKey key)
    {
        if (NodeOf(key) is not { } node)
        {
            return null;
        }

        if (!node.IsWanted)
        {
            node.IsWanted = true;
        }

        return node.Value;
    }

    /// <summary>The same without being counted as wanted.</summary>
    public TValue? Peek(TKey key) => NodeOf(key)?.Value;

    /// <summary>Puts a value in, in the place of the key's if there is one. Returns the value that had to go for it, if one had.</summary>
    public TValue? Put(TKey key, TValue value)
    {
        lock (gate)
        {
            if (NodeOf(key) is { } known)
            {
                known.Value = value;
                return null;
            }

            var dropped = count == capacity ? DropUnwanted() : null;
            var node = new Node(key, value) { Older = newest };
            ref var chain = ref ChainOf(node.Hash);
            node.Next = chain;
            Volatile.Write(ref chain, node);
            (newest is null ? ref oldest : ref newest.Newer) = node;
            newest = node;
            count++;
            return dropped;
        }
    }

    public void Remove(TKey key)
    {
        lock (gate)
        {
            if (NodeOf(key) is { } node)
            {
                Remove(node);
            }
        }
    }

    public void Clear()
    {
        lock (gate)
        {
            Array.Clear(chains);
            (oldest, newest, hand, count) = (null, null, null, 0);
        }
    }

    private TValue DropUnwanted()
    {
        var node = hand ?? oldest!;
        while (node.IsWanted)
        {
            node.IsWanted = false;
            node = node.Newer ?? oldest!;
        }

        hand = node;
        Remove(node);
        return node.Value;
    }

    private void Remove(Node node)
    {
        ref var place = ref ChainOf(node.Hash);
        while (place != node)
        {
            place = ref place!.Next;
        }

        Volatile.Write(ref place, node.Next);
        if (hand == node)
        {
            hand = node.Newer;
        }

        (node.Newer is null ? ref newest : ref node.Newer.Older) = node.Older;
        (node.Older is null ? ref oldest : ref node.Older.Newer) = node.Newer;

        // A node that has grown old would keep all that came after it from being collected, gone or not, until a full collection.
        (node.Older, node.Newer) = (null, null);
        count--;
    }

    private ref Node? ChainOf(int hash) => ref chains[hash & (chains.Length - 1)];

    private Node? NodeOf(TKey key)
    {
        var hash = key.GetHashCode();
        var node = Volatile.Read(ref ChainOf(hash));
        while (node is not null && !(node.Hash == hash && node.Key.Equals(key)))
        {
            node = Volatile.Read(ref node.Next);
        }

        return node;
    }

    private sealed class Node(TKey key, TValue value)
    {
        public readonly int Hash = key.GetHashCode();
        public readonly TKey Key = key;
        public Node? Next;
        public volatile TValue Value = value;
        public Node? Older;
        public Node? Newer;
        public bool IsWanted;
    }
}
