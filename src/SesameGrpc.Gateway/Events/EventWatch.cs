using System.Collections.Concurrent;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Events;

/// <summary>
/// Wakes whoever waits for a partner's events: at once when the change was made on this instance, within the refresh interval when it was made on another. However many wait,
/// the store is asked once an interval, and not at all while nobody waits. Everybody is woken now and then, so that nobody sleeps on after a fault, and who has left is forgotten.
/// </summary>
internal sealed partial class EventWatch(EventStore store, GatewayOptions options, TimeProvider time, ILogger<EventWatch> logger)
    : BackgroundService
{
    private static readonly TimeSpan LongestSleep = TimeSpan.FromSeconds(15);

    private readonly ConcurrentDictionary<string, TaskCompletionSource> waiting = new(StringComparer.Ordinal);

    // How far the store was looked at; null: not since somebody waits.
    private long? seen;
    private long lastForAll;

    /// <summary>Completes when the partner may have new events, or after some time. To miss none, ask for it before reading.</summary>
    public Task Next(string partner) =>
        waiting.GetOrAdd(partner, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>The partner has new events.</summary>
    public void Announce(string partner)
    {
        if (waiting.TryRemove(partner, out var waiter))
        {
            waiter.TrySetResult();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(options.Storage.RefreshMilliseconds), time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await LookAsync(stoppingToken);
            }
            catch (Exception exception) when (StoreFaults.IsOutage(exception))
            {
                LogLookFailed(exception.Message);
            }
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        if (waiting.IsEmpty)
        {
            seen = null;
        }
        else if (seen is not { } position || time.GetElapsedTime(lastForAll) >= LongestSleep)
        {
            seen = await store.EndAsync(cancellationToken);
            lastForAll = time.GetTimestamp();
            foreach (var partner in waiting.Keys)
            {
                Announce(partner);
            }
        }
        else
        {
            foreach (var (partner, newest) in await store.ChangedAsync(position, cancellationToken))
            {
                Announce(partner);
                seen = Math.Max(seen.Value, newest);
            }
        }
    }

    [LoggerMessage(
        2001,
        LogLevel.Warning,
        "The store could not be asked for new events; streams hear of other instances' changes later: {Cause}"
    )]
    private partial void LogLookFailed(string cause);
}
