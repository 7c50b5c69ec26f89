using System.Collections.Concurrent;

namespace SesameGrpc.Gateway.Caching;

/// <summary>Readings under way, each shared by all who want the same at one time.</summary>
internal sealed class SingleFlight<TKey, TValue>
    where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, Flight<TValue>> flights = new();

    /// <summary>The keys of the readings under way.</summary>
    public IEnumerable<TKey> Keys => flights.Keys;

    /// <summary>Joins the reading that is under way, which began before this call, or begins one. The reading must not depend on one caller's cancellation.</summary>
    public Task<TValue> JoinAsync<TState>(TKey key, TState state, Func<Flight<TValue>, TState, Task<TValue>> read, out bool hadBegun)
    {
        var own = new Flight<TValue>();
        var flight = flights.GetOrAdd(key, own);
        hadBegun = !ReferenceEquals(flight, own);
        return hadBegun ? flight.Arrival : FlyAsync(key, own, state, read);
    }

    /// <summary>What is being read is out of date: those who wait get it still, nobody joins, and nobody keeps it.</summary>
    public void Outdate(TKey key)
    {
        if (flights.TryRemove(key, out var flight))
        {
            flight.Outdate();
        }
    }

    private async Task<TValue> FlyAsync<TState>(
        TKey key,
        Flight<TValue> flight,
        TState state,
        Func<Flight<TValue>, TState, Task<TValue>> read
    )
    {
        try
        {
            var value = await read(flight, state);
            flights.TryRemove(new(key, flight));
            flight.Arrive(value);
            return value;
        }
        catch (Exception exception)
        {
            flights.TryRemove(new(key, flight));
            flight.Fail(exception);
            throw;
        }
    }
}

/// <summary>One reading under way.</summary>
internal sealed class Flight<TValue>
{
    private readonly TaskCompletionSource<TValue> arrival = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock gate = new();
    private bool isOutdated;

    public Task<TValue> Arrival => arrival.Task;

    /// <summary>Keeps what was read, unless it has been outdated meanwhile; not both at the same time.</summary>
    public void Land<TState>(TState state, Action<TState> keep)
    {
        lock (gate)
        {
            if (!isOutdated)
            {
                keep(state);
            }
        }
    }

    internal void Outdate()
    {
        lock (gate)
        {
            isOutdated = true;
        }
    }

    internal void Arrive(TValue value) => arrival.SetResult(value);

    internal void Fail(Exception exception)
    {
        arrival.SetException(exception);

        // Whoever began the reading has it too; perhaps nobody else waits.
        _ = arrival.Task.Exception;
    }
}
