using SesameGrpc.Gateway.Caching;
using SesameGrpc.Gateway.Configuration;

namespace SesameGrpc.Gateway.Persons;

/// <summary>
/// The hot persons in this instance's memory, unknown ones too. An entry lives a few seconds at most, and is never replaced by an older version.
/// Look-ups take no lock; changes, which follow a read of the store or of Redis, take turns.
/// </summary>
internal sealed class PersonMemory(GatewayOptions options, TimeProvider time)
{
    private readonly SieveCache<string, Entry> entries = new(options.Persons.MemoryCapacity);
    private readonly Dictionary<UInt128, string> subjects = [];
    private readonly Lock gate = new();
    private readonly TimeSpan lifetime = TimeSpan.FromSeconds(options.Persons.MemoryLifetimeSeconds);

    /// <summary>The persons in memory, expired ones not yet dropped among them.</summary>
    public int Count => entries.Count;

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
        if (entries.Find(subject) is { } entry && time.GetElapsedTime(entry.Stamp) < lifetime)
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
            if (entries.Peek(subject) is { } known && known.Version > version)
            {
                return;
            }

            if (entries.Put(subject, entry) is { } dropped)
            {
                subjects.Remove(dropped.Pseudonym);
            }

            subjects[pseudonym] = subject;
        }
    }

    /// <summary>Drops a person's entry if it is older than the version.</summary>
    public void DropOlder(UInt128 pseudonym, long version)
    {
        lock (gate)
        {
            if (subjects.TryGetValue(pseudonym, out var subject) && entries.Peek(subject)?.Version < version)
            {
                entries.Remove(subject);
                subjects.Remove(pseudonym);
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
        }
    }

    private sealed record Entry(PersonSnapshot? Person, long Version, UInt128 Pseudonym, long Stamp);
}
