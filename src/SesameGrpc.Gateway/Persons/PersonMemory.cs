using System.Collections.Concurrent;
using SesameGrpc.Gateway.Configuration;

namespace SesameGrpc.Gateway.Persons;

/// <summary>
/// The hot persons in this instance's memory, unknown ones too. An entry lives a few seconds at most, and is never replaced by an older version.
/// Look-ups take no lock; changes, which follow a read of the store or of Redis, take turns.
/// </summary>
internal sealed class PersonMemory(GatewayOptions options, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, Entry> entries = new(StringComparer.Ordinal);
    private readonly Dictionary<UInt128, string> subjects = [];
    private readonly Lock gate = new();
    private readonly TimeSpan lifetime = TimeSpan.FromSeconds(options.Persons.MemoryLifetimeSeconds);
    private readonly int capacity = options.Persons.MemoryCapacity;
    private volatile int count;

    /// <summary>The persons in memory, expired ones not yet dropped among them.</summary>
    public int Count => count;

    /// <summary>The pseudonyms by which entries are found; as many as there are persons.</summary>
    internal int PseudonymCount
    {
        get
        {
            lock (gate)
            {
                return subjects.Count;
            }
        }
    }

    public bool TryGet(string subject, out PersonSnapshot? person)
    {
        if (entries.TryGetValue(subject, out var entry) && time.GetElapsedTime(entry.Stamp) < lifetime)
        {
            person = entry.Person;
            return true;
        }

        person = null;
        return false;
    }

    /// <summary>Keeps what was read: the person, or null for one who is not opted in; and the version of the row, 0 where there is none.</summary>
    public void Put(string subject, UInt128 pseudonym, PersonSnapshot? person, long version)
    {
        var entry = new Entry(person, version, pseudonym, time.GetTimestamp());
        lock (gate)
        {
            if (entries.TryGetValue(subject, out var known))
            {
                entries[subject] = known.Version > version ? known : entry;
                return;
            }

            entries[subject] = entry;
            subjects[pseudonym] = subject;
            count++;
            if (count > capacity)
            {
                Shrink();
            }
        }
    }

    /// <summary>Drops a person's entry if it is older than the version.</summary>
    public void DropOlder(UInt128 pseudonym, long version)
    {
        lock (gate)
        {
            if (subjects.TryGetValue(pseudonym, out var subject) && entries.TryGetValue(subject, out var entry) && entry.Version < version)
            {
                Remove(subject, entry);
            }
        }
    }

    /// <summary>Forgets everything: announcements may have been missed.</summary>
    public void Clear()
    {
        lock (gate)
        {
            entries.Clear();
            subjects.Clear();
            count = 0;
        }
    }

    private void Shrink()
    {
        foreach (var (subject, entry) in entries.Where(pair => time.GetElapsedTime(pair.Value.Stamp) >= lifetime))
        {
            Remove(subject, entry);
        }

        // Still full of live entries: a tenth goes, in the dictionary's own order.
        foreach (var (subject, entry) in entries.Take(Math.Max(0, count - (capacity * 9 / 10))))
        {
            Remove(subject, entry);
        }
    }

    private void Remove(string subject, Entry entry)
    {
        entries.TryRemove(subject, out _);
        subjects.Remove(entry.Pseudonym);
        count--;
    }

    private sealed record Entry(PersonSnapshot? Person, long Version, UInt128 Pseudonym, long Stamp);
}
