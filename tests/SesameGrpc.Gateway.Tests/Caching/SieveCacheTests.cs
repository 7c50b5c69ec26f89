using System.Runtime.CompilerServices;
using CsCheck;
using SesameGrpc.Gateway.Caching;
using Xunit;

namespace SesameGrpc.Gateway.Tests.Caching;

public sealed class SieveCacheTests
{
    [Fact]
    public void Find_NeverPut_IsNull() => Assert.Null(new SieveCache<int, string>(2).Find(1));

    [Fact]
    public void Put_Again_ReplacesAndDropsNobody()
    {
        var cache = new SieveCache<int, string>(1);
        cache.Put(1, "one");

        Assert.Null(cache.Put(1, "another"));
        Assert.Equal(("another", 1), (cache.Find(1), cache.Count));
    }

    [Fact]
    public void Put_OverTheCapacity_DropsTheOldestThatNobodyAskedFor()
    {
        var cache = Of(1, 2, 3);
        cache.Find(1);

        Assert.Equal("2", cache.Put(4, "4"));
        Assert.Equal("3", cache.Put(5, "5"));
        Assert.Equal(["1", null, null, "4", "5"], Enumerable.Range(1, 5).Select(cache.Find));
    }

    [Fact]
    public void WhatHasGone_IsNotKeptByWhatWentBefore()
    {
        var cache = new SieveCache<int, object>(2);
        cache.Put(1, new object());
        cache.Put(2, new object());

        // Both are old when they go, and nobody looks for what old objects keep until the next full collection.
        GC.Collect();
        GC.Collect();
        var young = PutYoung(cache, 3);
        PutYoung(cache, 4);
        PutYoung(cache, 5);
        GC.Collect(0);

        Assert.False(young.TryGetTarget(out _));
        Assert.Equal(2, cache.Count);
    }

    [Fact]
    public void Put_WhenAllAreWanted_DropsOneAllTheSame()
    {
        var cache = Of(1, 2, 3);
        Assert.All([1, 2, 3], key => cache.Find(key));

        Assert.Equal("1", cache.Put(4, "4"));
    }

    [Fact]
    public void Peek_DoesNotCountAsAsking()
    {
        var cache = Of(1, 2, 3);
        cache.Peek(1);

        Assert.Equal("1", cache.Put(4, "4"));
    }

    [Fact]
    public void Remove_WhereTheHandStands_LetsItGoOn()
    {
        var cache = Of(1, 2, 3);
        cache.Find(2);
        Assert.Equal("1", cache.Put(4, "4"));
        cache.Remove(2);
        cache.Put(5, "5");

        Assert.Equal("3", cache.Put(6, "6"));
        Assert.Equal(3, cache.Count);
    }

    [Fact]
    public void Clear_Afterwards_IsAsNew()
    {
        var cache = Of(1, 2, 3);
        cache.Clear();
        Assert.Equal(0, cache.Count);
        Assert.All([1, 2, 3], key => Assert.Null(cache.Find(key)));

        Assert.All(Enumerable.Range(4, 3), key => Assert.Null(cache.Put(key, "")));
        Assert.NotNull(cache.Put(7, ""));
    }

    // Against the algorithm as its authors write it, over a plain list.
    [Fact]
    public void Anything_InAnyOrder_HoldsWhatTheModelHolds() =>
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 11])
            .Array[0, 200]
            .Sample(steps =>
            {
                var (cache, model) = (new SieveCache<int, string>(SieveModel.Capacity), new SieveModel());
                foreach (var (step, key) in steps)
                {
                    switch (step)
                    {
                        case 0:
                            Assert.Equal(model.Find(key), cache.Find(key) is not null);
                            break;
                        case 1:
                            model.Remove(key);
                            cache.Remove(key);
                            break;
                        default:
                            Assert.Equal(model.Put(key)?.ToString(), cache.Put(key, key.ToString()));
                            break;
                    }

                    Assert.Equal(model.Count, cache.Count);
                }

                Assert.All(Enumerable.Range(0, 12), key => Assert.Equal(model.Find(key), cache.Find(key) is not null));
            });

    [Fact]
    public async Task Everything_FromManyThreads_LeavesTheCountTrueAndTheBoundKept()
    {
        var cache = new SieveCache<int, string>(100);
        await Parallel.ForEachAsync(
            Enumerable.Range(0, 50_000),
            TestContext.Current.CancellationToken,
            (number, _) =>
            {
                var key = number * 7919 % 300;
                Assert.True(cache.Find(key) is not { } found || found == key.ToString());
                cache.Put(key, key.ToString());
                if (number % 3 == 0)
                {
                    cache.Remove(number * 104_729 % 300);
                }

                Assert.InRange(cache.Count, 0, 100);
                return ValueTask.CompletedTask;
            }
        );

        Assert.Equal(cache.Count, Enumerable.Range(0, 300).Count(key => cache.Find(key) is not null));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference<object> PutYoung(SieveCache<int, object> cache, int key)
    {
        var value = new object();
        cache.Put(key, value);
        return new WeakReference<object>(value);
    }

    private static SieveCache<int, string> Of(params int[] keys)
    {
        var cache = new SieveCache<int, string>(keys.Length);
        Assert.All(keys, key => cache.Put(key, key.ToString()));
        return cache;
    }

    private sealed class SieveModel
    {
        public const int Capacity = 5;

        // Oldest first; the hand is an index, at the end when it is to begin anew.
        private readonly List<(int Key, bool IsWanted)> entries = [];
        private int hand;

        public int Count => entries.Count;

        public bool Find(int key)
        {
            var index = entries.FindIndex(entry => entry.Key == key);
            if (index >= 0)
            {
                entries[index] = (key, true);
            }

            return index >= 0;
        }

        public void Remove(int key)
        {
            var index = entries.FindIndex(entry => entry.Key == key);
            if (index >= 0)
            {
                RemoveAt(index);
            }
        }

        public int? Put(int key)
        {
            if (entries.Exists(entry => entry.Key == key))
            {
                return null;
            }

            int? dropped = entries.Count == Capacity ? Drop() : null;
            entries.Add((key, false));
            return dropped;
        }

        private int Drop()
        {
            for (hand %= entries.Count; entries[hand].IsWanted; hand = (hand + 1) % entries.Count)
            {
                entries[hand] = (entries[hand].Key, false);
            }

            var dropped = entries[hand].Key;
            RemoveAt(hand);
            return dropped;
        }

        private void RemoveAt(int index)
        {
            entries.RemoveAt(index);
            hand -= index < hand ? 1 : 0;

            // Whoever comes next must not slip under a hand that has come to the end.
            if (hand == entries.Count)
            {
                hand = 0;
            }
        }
    }
}
