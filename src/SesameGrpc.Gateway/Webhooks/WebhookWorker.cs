using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Events;
using SesameGrpc.Gateway.Partners;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Webhooks;

/// <summary>
/// Brings events to the endpoints; on every instance. At each tick it makes out deliveries of new events; at each tick, and whenever an attempt has ended, it takes
/// up what is due and sends it. It never waits for a receiver.
/// </summary>
internal sealed partial class WebhookWorker(
    WebhookEndpointStore endpoints,
    WebhookOutbox outbox,
    EventStore events,
    WebhookSender sender,
    PartnerDirectory partners,
    GatewayOptions options,
    TimeProvider time,
    ILogger<WebhookWorker> logger
) : BackgroundService
{
    private const int EventsAtOnce = 500;

    // How much longer than the longest answer a lease is: time to write how the attempt ended.
    private static readonly TimeSpan Lease = WebhookClient.Timeout + TimeSpan.FromSeconds(5);

    private readonly WebhookSlots slots = new();
    private TaskCompletionSource ended = NewSignal();
    private bool isBehind;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(options.Storage.RefreshMilliseconds), time);
        var tick = timer.WaitForNextTickAsync(stoppingToken).AsTask();
        while (true)
        {
            await Task.WhenAny(tick, ended.Task);
            try
            {
                // The signal is renewed before the look: what ends during the look is seen by another one.
                Interlocked.Exchange(ref ended, NewSignal());
                var isTick = tick.IsCompleted;
                if (isTick)
                {
                    await tick;
                    tick = timer.WaitForNextTickAsync(stoppingToken).AsTask();
                }

                if (isTick || isBehind)
                {
                    await FanOutAsync(stoppingToken);
                }

                await BeginDueAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is RefusalException || StoreFaults.IsOutage(exception))
            {
                LogStoreFailed(exception.Message);
            }
        }
    }

    // One batch per endpoint, so that nobody's backlog keeps others waiting; if there is more, the next look follows at once.
    private async Task FanOutAsync(CancellationToken stoppingToken)
    {
        isBehind = false;
        foreach (var endpoint in await endpoints.ListBehindAsync(stoppingToken))
        {
            var found = await events.ReadAsync(endpoint.Partner, endpoint.Position, EventsAtOnce, stoppingToken);
            if (found.Count > 0)
            {
                await outbox.FanOutAsync(endpoint, found, stoppingToken);
            }

            isBehind |= found.Count == EventsAtOnce;
        }

        if (isBehind)
        {
            ended.TrySetResult();
        }
    }

    private async Task BeginDueAsync(CancellationToken stoppingToken)
    {
        foreach (var endpoint in await endpoints.ListDueAsync(time.NowMicros(), stoppingToken))
        {
            var free = MayLearn(endpoint.Partner) ? slots.FreeFor(endpoint.Id, endpoint.FailingSinceMicros is not null) : 0;
            foreach (var task in free > 0 ? await outbox.TakeAsync(endpoint.Id, free, Lease, stoppingToken) : [])
            {
                slots.Enter(endpoint.Id);
                _ = SendAsync(endpoint, task, stoppingToken);
            }
        }
    }

    private bool MayLearn(string partner) =>
        partners.Current.Find(partner) is { IsActive: true } record && record.Scopes.Contains(PartnerScopes.EventRead);

    // Whatever happens to one is no other's concern: its lease passes, and it is taken up again.
    private async Task SendAsync(WebhookTarget endpoint, WebhookTask task, CancellationToken stoppingToken)
    {
        try
        {
            var told = await events.ReadAsync(endpoint.Partner, task.Position - 1, 1, stoppingToken);
            await sender.SendAsync(endpoint, task, told[0].Event, stoppingToken);
        }
        catch (Exception exception) when (exception is RefusalException || StoreFaults.IsOutage(exception))
        {
            LogStoreFailed(exception.Message);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            LogFault(exception, task.EventId, endpoint.Id);
        }
        finally
        {
            slots.Leave(endpoint.Id);
            Volatile.Read(ref ended).TrySetResult();
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [LoggerMessage(1905, LogLevel.Warning, "Webhook deliveries could not be read or written and are tried again: {Cause}")]
    private partial void LogStoreFailed(string cause);

    [LoggerMessage(1906, LogLevel.Error, "Event {EventId} could not be sent to webhook endpoint {EndpointId} and is tried again.")]
    private partial void LogFault(Exception exception, string eventId, string endpointId);
}
