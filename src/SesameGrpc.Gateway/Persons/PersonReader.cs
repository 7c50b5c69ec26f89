using System.Collections.Concurrent;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Keys;

namespace SesameGrpc.Gateway.Persons;

/// <summary>
/// Reads persons who are opted in: from this instance's memory, else the shared cache, else the store. Misses of one person at one time
/// share one read. Invariant: a read that began before a change was announced never enters the memory after it.
/// </summary>
internal sealed class PersonReader(PersonMemory memory, SharedPersonCache shared, PersonStore store, PersonPseudonyms pseudonyms)
{
    private static readonly TimeSpan LongestRead = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<UInt128, Flight> flights = new();

    public ValueTask<PersonReading> GetAsync(string subject, CancellationToken cancellationToken) =>
        memory.TryGet(subject, out var person)
            ? ValueTask.FromResult(new PersonReading(person, AnswerSource.Memory))
            : new ValueTask<PersonReading>(ReadAsync(subject, cancellationToken));

    /// <summary>A newer version of a person has been committed: what is older is dropped, also from reads under way.</summary>
    public void Announce(UInt128 pseudonym, long version)
    {
        if (flights.TryRemove(pseudonym, out var flight))
        {
            flight.Outdate();
        }

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
        var flight = flights.GetOrAdd(
            pseudonym,
            static (key, state) => new Flight(flight => state.Reader.FlyAsync(state.Subject, key, flight)),
            (Reader: this, Subject: subject)
        );
        return flight.Reading.WaitAsync(cancellationToken);
    }

    // Runs on its own deadline: the caller who started it may give up while others wait for it.
    private async Task<PersonReading> FlyAsync(string subject, UInt128 pseudonym, Flight flight)
    {
        using var deadline = new CancellationTokenSource(LongestRead);
        try
        {
            // The flight before this one may have landed between its passenger's look at the memory and this one's take-off.
            if (memory.TryGet(subject, out var landed))
            {
                return new PersonReading(landed, AnswerSource.Memory);
            }

            if (await shared.FindAsync(pseudonym) is { } cached)
            {
                flight.Land(() => memory.Put(subject, pseudonym, cached, cached.Version));
                return new PersonReading(cached, AnswerSource.SharedCache);
            }

            var generation = shared.Generation;
            var row = await store.FindAsync(subject, deadline.Token);
            var person = row is { OptedIn: true } ? row.Person : null;
            flight.Land(() => memory.Put(subject, pseudonym, person, row?.Person.Version ?? 0));
            if (person is not null)
            {
                await shared.FillAsync(pseudonym, person, generation);
            }

            return new PersonReading(person, AnswerSource.Store);
        }
        catch (OperationCanceledException exception) when (deadline.IsCancellationRequested)
        {
            throw new TimeoutException("The store did not answer in time.", exception);
        }
        finally
        {
            flights.TryRemove(new(pseudonym, flight));
        }
    }

    /// <summary>One read under way, shared by all who miss the same person.</summary>
    private sealed class Flight
    {
        private readonly Lazy<Task<PersonReading>> reading;
        private readonly Lock gate = new();
        private bool isOutdated;

        public Flight(Func<Flight, Task<PersonReading>> fly) => reading = new(() => fly(this));

        public Task<PersonReading> Reading => reading.Value;

        public void Outdate()
        {
            lock (gate)
            {
                isOutdated = true;
            }
        }

        public void Land(Action put)
        {
            lock (gate)
            {
                if (!isOutdated)
                {
                    put();
                }
            }
        }
    }
}
