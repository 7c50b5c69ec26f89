using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Caching;
using SesameGrpc.Gateway.Keys;

namespace SesameGrpc.Gateway.Persons;

/// <summary>
/// Reads persons who are opted in: from this instance's memory, else the shared cache, else the store. Misses of one person at one time
/// share one read. Invariant: a read that began before a change was announced never enters the memory after it.
/// </summary>
internal sealed class PersonReader(PersonMemory memory, SharedPersonCache shared, PersonStore store, PersonPseudonyms pseudonyms)
{
    private static readonly TimeSpan LongestRead = TimeSpan.FromSeconds(5);

    private readonly SingleFlight<UInt128, PersonReading> flights = new();

    /// <summary>The person as this instance remembers them; false: the person has to be read, see <see cref="GetAsync"/>.</summary>
    public bool TryGet(string subject, out PersonReading reading)
    {
        var isKnown = memory.TryGet(subject, out var person);
        reading = new PersonReading(person, AnswerSource.Memory);
        return isKnown;
    }

    public ValueTask<PersonReading> GetAsync(string subject, CancellationToken cancellationToken) =>
        TryGet(subject, out var known)
            ? new ValueTask<PersonReading>(known)
            : new ValueTask<PersonReading>(ReadAsync(subject, cancellationToken));

    /// <summary>A newer version of a person has been committed: what is older is dropped, also from reads under way.</summary>
    public void Announce(UInt128 pseudonym, long version)
    {
        flights.Outdate(pseudonym);
        memory.DropOlder(pseudonym, version);
    }

    /// <summary>Announcements may have been missed: everything in memory and under way is outdated.</summary>
    public void ForgetAll()
    {
        foreach (var pseudonym in flights.Keys)
        {
            Announce(pseudonym, long.MaxValue);
        }

        memory.Clear();
    }

    private Task<PersonReading> ReadAsync(string subject, CancellationToken cancellationToken)
    {
        var pseudonym = pseudonyms.Of(subject);
        return flights
            .JoinAsync(
                pseudonym,
                (Reader: this, Subject: subject, Pseudonym: pseudonym),
                static (flight, state) => state.Reader.FlyAsync(state.Subject, state.Pseudonym, flight),
                out _
            )
            .WaitAsync(cancellationToken);
    }

    private async Task<PersonReading> FlyAsync(string subject, UInt128 pseudonym, Flight<PersonReading> flight)
    {
        // The flight before this one may have landed between its passenger's look at the memory and this one's take-off.
        if (TryGet(subject, out var landed))
        {
            return landed;
        }

        if (await shared.FindAsync(pseudonym) is { } cached)
        {
            Keep(flight, subject, pseudonym, cached, cached.Version);
            return new PersonReading(cached, AnswerSource.SharedCache);
        }

        var generation = shared.Generation;
        var row = await FindInStoreAsync(subject);
        var person = row is { OptedIn: true } ? row.Person : null;
        Keep(flight, subject, pseudonym, person, row?.Person.Version ?? 0);
        if (person is not null)
        {
            await shared.FillAsync(pseudonym, person, generation);
        }

        return new PersonReading(person, AnswerSource.Store);
    }

    // On its own deadline: the caller who began the read may give up while others wait for it.
    private async Task<PersonRow?> FindInStoreAsync(string subject)
    {
        using var deadline = new CancellationTokenSource(LongestRead);
        try
        {
            return await store.FindAsync(subject, deadline.Token);
        }
        catch (OperationCanceledException exception) when (deadline.IsCancellationRequested)
        {
            throw new TimeoutException("The store did not answer in time.", exception);
        }
    }

    private void Keep(Flight<PersonReading> flight, string subject, UInt128 pseudonym, PersonSnapshot? person, long version) =>
        flight.Land(
            (Memory: memory, Subject: subject, Pseudonym: pseudonym, Person: person, Version: version),
            static read => read.Memory.Put(read.Subject, read.Pseudonym, read.Person, read.Version)
        );
}
