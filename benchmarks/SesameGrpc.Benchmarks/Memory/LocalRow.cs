using System.Diagnostics;
using SesameGrpc.Gateway.Caching;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Persons;

namespace SesameGrpc.Benchmarks.Memory;

/// <summary>An instance's own memory: bytes of an entry, time and allocations of a hit, and how much of a skewed load it answers.</summary>
internal sealed record LocalRow(
    int Entries,
    double BytesPerEntry,
    double HitNanos,
    double BytesAllocatedPerHit,
    double HitRate,
    double BestHitRate
)
{
    private const int Hits = 2_000_000;
    private const int PersonsPerEntry = 10;

    public static LocalRow Measure(int entries)
    {
        var subjects = Enumerable.Range(0, entries).Select(number => MemoryWorld.IdOf(number)).ToArray();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var memory = new PersonMemory(
            new GatewayOptions { Persons = { MemoryCapacity = entries, MemoryLifetimeSeconds = 60 } },
            TimeProvider.System
        );
        for (var number = 0; number < entries; number++)
        {
            memory.Put(subjects[number], (UInt128)number, MemoryWorld.Of(number), 1);
        }

        var bytes = (double)(GC.GetTotalMemory(forceFullCollection: true) - before) / entries;
        var (nanos, allocated) = MeasureHits(memory, subjects);
        var (hitRate, best) = MeasureZipf(entries);
        return new LocalRow(entries, bytes, nanos, allocated, hitRate, best);
    }

    // A thousand persons, which are in the processor's cache too, as hot ones are.
    private static (double Nanos, double Allocated) MeasureHits(PersonMemory memory, string[] subjects)
    {
        var nanos = double.MaxValue;
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        for (var round = 0; round < 5; round++)
        {
            var start = Stopwatch.GetTimestamp();
            for (var hit = 0; hit < Hits; hit++)
            {
                if (!memory.TryGet(subjects[hit % Math.Min(1_000, subjects.Length)], out _))
                {
                    throw new InvalidOperationException("A person was put in and is not there.");
                }
            }

            nanos = Math.Min(nanos, Stopwatch.GetElapsedTime(start).TotalNanoseconds / Hits);
        }

        return (nanos, (double)(GC.GetAllocatedBytesForCurrentThread() - allocated) / (5 * Hits));
    }

    // Ten times as many persons as there is room for, the k-th asked for k to the 0.99 times less often than the first (YCSB's usual load). No policy can do better than to keep those asked
    // for most.
    private static (double HitRate, double Best) MeasureZipf(int entries)
    {
        var persons = entries * PersonsPerEntry;
        var sums = new double[persons];
        var sum = 0.0;
        for (var rank = 0; rank < persons; rank++)
        {
            sums[rank] = sum += Math.Pow(rank + 1, -0.99);
        }

        var cache = new SieveCache<int, object>(entries);
        var (random, value, hits) = (new Random(1), new object(), 0L);
        var asked = 4L * persons;
        for (long number = 0; number < 2 * asked; number++)
        {
            var found = Array.BinarySearch(sums, random.NextDouble() * sum);
            var person = found < 0 ? ~found : found;
            if (cache.Find(person) is null)
            {
                cache.Put(person, value);
            }
            else if (number >= asked)
            {
                hits++;
            }
        }

        return ((double)hits / asked, sums[entries - 1] / sum);
    }
}
