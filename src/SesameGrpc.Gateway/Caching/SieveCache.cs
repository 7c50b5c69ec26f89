using System.Collections.Concurrent;

namespace SesameGrpc.Gateway.Caching;

/// <summary>
/// A bounded dictionary that drops, when it is full, the oldest entry that nobody has asked for since the hand last came by: SIEVE (Zhang et al., NSDI 2024). A hit takes no lock and
/// writes one bit at most; changes take turns.
/// </summary>
internal sealed class SieveCache<TKey, TValue>(int capacity)
    where TKey : notnull
    where TValue : class
{
    private readonly ConcurrentDictionary<TKey, Node> nodes = new();
    private readonly Lock gate = new();
    private Node? oldest;
    private Node? newest;
    private Node? hand;
    private volatile int count;

    /// <summary>The entries; at most as many as the capacity.</summary>
    public int Count => count;

    public TValue? Find(TKey key)
    {
        if (!nodes.TryGetValue(key, out var node))
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
    public TValue? Peek(TKey key) => nodes.TryGetValue(key, out var node) ? node.Value : null;

    /// <summary>Puts a value in, in the place of the key's if there is one. Returns the value that had to go for it, if one had.</summary>
    public TValue? Put(TKey key, TValue value)
    {
        lock (gate)
        {
            if (nodes.TryGetValue(key, out var node))
            {
                node.Value = value;
                return null;
            }

            var dropped = count == capacity ? DropUnwanted() : null;
            node = new Node(key, value) { Older = newest };
            nodes[key] = node;
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
            if (nodes.TryGetValue(key, out var node))
            {
                Remove(node);
            }
        }
    }

    public void Clear()
    {
        lock (gate)
        {
            nodes.Clear();
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
        nodes.TryRemove(node.Key, out _);
        if (hand == node)
        {
            hand = node.Newer;
        }

        (node.Newer is null ? ref newest : ref node.Newer.Older) = node.Older;
        (node.Older is null ? ref oldest : ref node.Older.Newer) = node.Newer;
        count--;
    }

    private sealed class Node(TKey key, TValue value)
    {
        public readonly TKey Key = key;
        public volatile TValue Value = value;
        public Node? Older;
        public Node? Newer;
        public bool IsWanted;
    }
}
