using System.Runtime.CompilerServices;
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

    private readonly SingleFlight<UInt128, PersonReading?> sharedFlights = new();
    private readonly SingleFlight<UInt128, PersonReading> storeFlights = new();

    /// <summary>
    /// The person as found first. The shared cache is not waited for longer than Sesame:Redis:TimeoutMilliseconds, so a call's deadline, whose timer costs as much as the look-up there, is asked for only when the
    /// store has to be.
    /// </summary>
    /// <param name="subject">The person's internal id.</param>
    /// <param name="call">Whose look-up it is.</param>
    /// <param name="deadlineOf">The token that ends the call's waiting.</param>
    public ValueTask<PersonReading> GetAsync<TCall>(string subject, TCall call, Func<TCall, CancellationToken> deadlineOf) =>
        memory.TryGet(subject, out var known)
            ? new ValueTask<PersonReading>(new PersonReading(known, AnswerSource.Memory))
            : ReadAsync(subject, call, deadlineOf);

    /// <summary>A newer version of a person has been committed: what is older is dropped, also from reads under way.</summary>
    public void Announce(UInt128 pseudonym, long version)
    {
        sharedFlights.Outdate(pseudonym);
        storeFlights.Outdate(pseudonym);
        memory.DropOlder(pseudonym, version);
    }

    /// <summary>Announcements may have been missed: everything in memory and under way is outdated.</summary>
    public void ForgetAll()
    {
        foreach (var pseudonym in sharedFlights.Keys.Concat(storeFlights.Keys))
        {
            Announce(pseudonym, long.MaxValue);
        }

        memory.Clear();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<PersonReading> ReadAsync<TCall>(string subject, TCall call, Func<TCall, CancellationToken> deadlineOf)
    {
        var pseudonym = pseudonyms.Of(subject);
        var state = (Reader: this, Subject: subject, Pseudonym: pseudonym);
        if (shared.IsConfigured)
        {
            var found = await sharedFlights.JoinAsync(
                pseudonym,
                state,
                static (flight, state) => state.Reader.FlyToSharedAsync(state.Subject, state.Pseudonym, flight),
                out _
            );
            if (found is { } reading)
            {
                return reading;
            }
        }

        return await storeFlights
            .JoinAsync(
                pseudonym,
                state,
                static (flight, state) => state.Reader.FlyToStoreAsync(state.Subject, state.Pseudonym, flight),
                out _
            )
            .WaitAsync(deadlineOf(call));
    }

    // Null: the person has to be read in the store.
    private async Task<PersonReading?> FlyToSharedAsync(string subject, UInt128 pseudonym, Flight<PersonReading?> flight)
    {
        if (await shared.FindAsync(pseudonym) is not { } person)
        {
            return null;
        }

        Keep(flight, subject, pseudonym, person, person.Version);
        return new PersonReading(person, AnswerSource.SharedCache);
    }

    private async Task<PersonReading> FlyToStoreAsync(string subject, UInt128 pseudonym, Flight<PersonReading> flight)
    {
        // The flight before this one may have landed between its passenger's look at the memory and this one's take-off.
        if (memory.TryGet(subject, out var landed))
        {
            return new PersonReading(landed, AnswerSource.Memory);
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

    private void Keep<TReading>(Flight<TReading> flight, string subject, UInt128 pseudonym, PersonSnapshot? person, long version) =>
        flight.Land(
            (Memory: memory, Subject: subject, Pseudonym: pseudonym, Person: person, Version: version),
            static read => read.Memory.Put(read.Subject, read.Pseudonym, read.Person, read.Version)
        );
}
