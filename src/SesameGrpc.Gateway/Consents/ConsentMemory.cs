using System.Runtime.InteropServices;
using SesameGrpc.Gateway.Caching;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Withdrawals;

namespace SesameGrpc.Gateway.Consents;

/// <summary>
/// Consents that were read a short while ago. An entry is good until it is known that the person has ended one; that nobody has is checked again when the answer's leaf is
/// appended, so an entry may be old without harm. That there is no consent is never kept: a new one counts at once, everywhere.
/// </summary>
internal sealed class ConsentMemory(WithdrawalFence fence, GatewayOptions options, TimeProvider time)
{
    private readonly SieveCache<Key, Entry> entries = new(options.Persons.ConsentCapacity);

    public ConsentReading? Find(string partner, string subject) =>
        entries.Find(new Key(partner, subject)) is { } entry
        && time.GetElapsedTime(entry.Stamp) < WithdrawalFence.LongestReliance
        && !fence.HasEnded(new Reliance(entry.Person!, entry.AsOf))
            ? entry
            : null;

    /// <summary>Keeps a reading that found a consent; the stamp was taken before the reading.</summary>
    public void Keep(string partner, string subject, ConsentReading reading, long stamp) =>
        entries.Put(new Key(partner, subject), new Entry(reading, stamp));

    // Subjects are random, and the ids of a sandbox differ at their ends, where they are counted up: sixteen bytes of them are hash enough.
    private readonly record struct Key(string Partner, string Subject)
    {
        public override int GetHashCode() => HashCode.Combine(EndOf(Partner), EndOf(Subject));

        private static UInt128 EndOf(string text) =>
            text.Length < 8
                ? (UInt128)(uint)text.GetHashCode(StringComparison.Ordinal)
                : MemoryMarshal.Read<UInt128>(MemoryMarshal.AsBytes(text.AsSpan(text.Length - 8)));
    }

    // The reading itself is not kept beside its copy here.
    private sealed record Entry : ConsentReading
    {
        public Entry(ConsentReading reading, long stamp)
            : base(reading) => Stamp = stamp;

        public long Stamp { get; }
    }
}
