using System.Numerics;

namespace SesameGrpc.Benchmarks.Measuring;

/// <summary>Latencies in nanoseconds, counted in buckets that are at most a 64th wide of what they hold. Recording allocates nothing.</summary>
internal sealed class LatencyHistogram
{
    private const int SubBits = 6;
    private const int SubBuckets = 1 << SubBits;

    private readonly long[] counts = new long[SubBuckets * (64 - SubBits)];

    public long Count { get; private set; }

    public void Record(long nanos)
    {
        counts[BucketOf(Math.Max(nanos, 0))]++;
        Count++;
    }

    public void Add(LatencyHistogram other)
    {
        for (var bucket = 0; bucket < counts.Length; bucket++)
        {
            counts[bucket] += other.counts[bucket];
        }

        Count += other.Count;
    }

    /// <summary>The latency in microseconds that this share of all calls kept within; 0 without calls.</summary>
    public double MicrosAt(double share)
    {
        var left = (long)Math.Ceiling(Count * share);
        for (var bucket = 0; bucket < counts.Length && Count > 0; bucket++)
        {
            left -= counts[bucket];
            if (left <= 0)
            {
                return UpperNanosOf(bucket) / 1e3;
            }
        }

        return 0;
    }

    // Values below 64 have a bucket each; above, the leading bit chooses the group and the next six bits the bucket.
    private static int BucketOf(long nanos)
    {
        var shift = Math.Max(0, BitOperations.Log2((ulong)nanos | 1) - SubBits);
        return (shift << SubBits) + (int)(nanos >> shift);
    }

    private static double UpperNanosOf(int bucket)
    {
        var shift = Math.Max(0, (bucket >> SubBits) - 1);
        return ((long)(bucket - (shift << SubBits)) + 1) * Math.Pow(2, shift);
    }
}
