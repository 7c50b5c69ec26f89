using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Audit;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.Webhooks;

namespace SesameGrpc.Gateway.Webhooks;

/// <summary>Makes one attempt at a delivery that was taken up: signs, posts without any lock, and writes how it ended in a transaction of its own.</summary>
internal sealed partial class WebhookSender(
    Database database,
    WebhookOutbox outbox,
    WebhookClient client,
    WebhookSecretSeal seal,
    WebhookMetrics metrics,
    AuditEntries entries,
    TimeProvider time,
    ILogger<WebhookSender> logger
)
{
    public async Task SendAsync(WebhookTarget endpoint, WebhookTask task, Event told, CancellationToken stoppingToken)
    {
        var answer = await client.PostAsync(MessageOf(endpoint, told), stoppingToken);
        metrics.Record(answer);
        var delay = answer.IsDelivered ? null : WebhookRetryRules.DelayAfter(task.Tries, task.EventId, answer.RetryAfter);

        // How it ended is kept, also while the instance stops.
        if (await RecordAsync(endpoint, task, answer, delay, CancellationToken.None))
        {
            LogGone(endpoint.Id, endpoint.Partner);
        }

        Report(endpoint, task, answer, delay);
    }

    private WebhookMessage MessageOf(WebhookTarget endpoint, Event told)
    {
        var now = time.NowMicros();
        var seconds = Instants.FromMicros(now).ToUnixTimeSeconds();
        var body = WebhookPayload.Of(told);
        var keys = endpoint.KeysAt(now).Select(key => seal.Open(endpoint.Id, key));
        var signature = WebhookSignature.Sign(endpoint.Document.SignatureScheme, keys, told.EventId, seconds, body);
        return new WebhookMessage(new Uri(endpoint.Document.Url), told.EventId, seconds, signature, body);
    }

    /// <summary>Returns whether the answer has disabled the endpoint.</summary>
    private Task<bool> RecordAsync(
        WebhookTarget endpoint,
        WebhookTask task,
        WebhookAnswer answer,
        TimeSpan? delay,
        CancellationToken cancellationToken
    ) =>
        database.WriteBatchedAsync(
            async (transaction, token) =>
            {
                var last = new StatementBatch(transaction);
                outbox.AddOutcome(last, endpoint.Id, task, answer, delay);
                var isDisabled = false;

                // An address that the partner has changed since was not the one that answered.
                if (
                    answer.IsGone
                    && await WebhookEndpointStore.LockAsync(transaction, endpoint.Partner, endpoint.Id, token)
                        is { Document.Enabled: true } locked
                    && locked.Document.Url == endpoint.Document.Url
                )
                {
                    isDisabled = true;
                    await WebhookEndpointStore.SaveAsync(transaction, locked with { Document = GoneOf(locked) }, token);
                    var entry = entries.ChangeOfWorker(nameof(WebhookWorker), WebhookService.ResourceKind, endpoint.Id);
                    entry.ResourceRevision = locked.Document.Revision + 1;
                    AuditLog.Append(last, [entry]);
                }

                return (isDisabled, last);
            },
            cancellationToken
        );

    private WebhookEndpoint GoneOf(WebhookTarget endpoint)
    {
        var gone = endpoint.Document.Clone();
        gone.Enabled = false;
        gone.GoneTime = Instants.ToTimestamp(time.NowMicros());
        gone.UpdateTime = gone.GoneTime;
        gone.Revision++;
        return gone;
    }

    private void Report(WebhookTarget endpoint, WebhookTask task, WebhookAnswer answer, TimeSpan? delay)
    {
        if (answer.IsDelivered)
        {
            if (endpoint.FailingSinceMicros is not null)
            {
                LogBack(endpoint.Id, endpoint.Partner);
            }

            return;
        }

        if (delay is null)
        {
            LogGivenUp(endpoint.Id, endpoint.Partner, task.EventId, task.Attempt, answer.Outcome, answer.HttpStatus);
        }
        else if (endpoint.FailingSinceMicros is null)
        {
            LogFailing(endpoint.Id, endpoint.Partner, answer.Outcome, answer.HttpStatus);
        }
    }

    [LoggerMessage(
        1901,
        LogLevel.Information,
        "Webhook endpoint {EndpointId} of partner {Partner} begins to fail: {Outcome}, status {Status}. Its events are sent again on their schedule."
    )]
    private partial void LogFailing(string endpointId, string partner, WebhookAttemptOutcome outcome, int status);

    [LoggerMessage(1902, LogLevel.Information, "Webhook endpoint {EndpointId} of partner {Partner} takes events again.")]
    private partial void LogBack(string endpointId, string partner);

    [LoggerMessage(1903, LogLevel.Warning, "Webhook endpoint {EndpointId} of partner {Partner} answered 410 Gone and is disabled.")]
    private partial void LogGone(string endpointId, string partner);

    [LoggerMessage(
        1904,
        LogLevel.Warning,
        "Webhook endpoint {EndpointId} of partner {Partner} did not take event {EventId} in {Attempts} attempts, the last: {Outcome}, status {Status}. The event is given up there until it is redelivered."
    )]
    private partial void LogGivenUp(
        string endpointId,
        string partner,
        string eventId,
        int attempts,
        WebhookAttemptOutcome outcome,
        int status
    );
}
