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
    private readonly SieveCache<(string Partner, string Subject), Entry> entries = new(options.Persons.MemoryCapacity);

    public ConsentReading? Find(string partner, string subject) =>
        entries.Find((partner, subject)) is { } entry
        && time.GetElapsedTime(entry.Stamp) < WithdrawalFence.LongestReliance
        && !fence.HasEnded(new Reliance(entry.Reading.Person!, entry.Reading.AsOf))
            ? entry.Reading
            : null;

    /// <summary>Keeps a reading that found a consent; the stamp was taken before the reading.</summary>
    public void Keep(string partner, string subject, ConsentReading reading, long stamp) =>
        entries.Put((partner, subject), new Entry(reading, stamp));

    private sealed record Entry(ConsentReading Reading, long Stamp);
}
