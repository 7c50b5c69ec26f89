using System.Collections.Concurrent;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Withdrawals;

namespace SesameGrpc.Gateway.Consents;

/// <summary>
/// Consents that were read a short while ago. An entry is good until it is known that the person has ended one; that nobody has is checked again when the answer's leaf is
/// appended, so an entry may be old without harm. That there is no consent is never kept: a new one counts at once, everywhere.
/// </summary>
internal sealed class ConsentMemory(WithdrawalFence fence, GatewayOptions options, TimeProvider time)
{
    private readonly ConcurrentDictionary<(string Partner, string Subject), Entry> entries = new();
    private readonly int capacity = options.Persons.MemoryCapacity;
    private int count;

    public ConsentReading? Find(string partner, string subject) =>
        entries.TryGetValue((partner, subject), out var entry)
        && time.GetElapsedTime(entry.Stamp) < WithdrawalFence.LongestReliance
        && !fence.HasEnded(new Reliance(entry.Reading.Person!, entry.Reading.AsOf))
            ? entry.Reading
            : null;

    /// <summary>Keeps a reading that found a consent; the stamp was taken before the reading.</summary>
    public void Keep(string partner, string subject, ConsentReading reading, long stamp)
    {
        var entry = new Entry(reading, stamp);
        if (entries.TryAdd((partner, subject), entry))
        {
            if (Interlocked.Increment(ref count) > capacity)
            {
                Shrink();
            }
        }
        else
        {
            entries[(partner, subject)] = entry;
        }
    }

    // What has expired goes; of live entries, a tenth, in the dictionary's own order.
    private void Shrink()
    {
        var spare = capacity / 10;
        foreach (var (key, entry) in entries)
        {
            if (time.GetElapsedTime(entry.Stamp) >= WithdrawalFence.LongestReliance || spare-- > 0)
            {
                if (entries.TryRemove(key, out _))
                {
                    Interlocked.Decrement(ref count);
                }
            }
        }
    }

    private sealed record Entry(ConsentReading Reading, long Stamp);
}
