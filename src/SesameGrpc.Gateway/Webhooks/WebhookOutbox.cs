using SesameGrpc.Gateway.Events;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Webhooks;

/// <summary>A delivery that this instance has taken up.</summary>
/// <param name="Position">Position of the event.</param>
/// <param name="EventId">Id of the event.</param>
/// <param name="Person">Whom the event is about.</param>
/// <param name="Attempt">Number of the attempt that begins now, from 1 on.</param>
/// <param name="Tries">The same, since the schedule began.</param>
internal sealed record WebhookTask(long Position, string EventId, string Person, int Attempt, int Tries);

/// <summary>
/// Deliveries on their way, in the store of record. Invariants: an endpoint has each event at most once; of a person's open deliveries at an endpoint only the
/// first has a time to be taken up at, so they are sent in order; one attempt at a time, as long as its lease lasts.
/// </summary>
internal sealed class WebhookOutbox(Database database, TimeProvider time)
{
    /// <summary>
    /// Makes out deliveries of the events that the endpoint wants, and moves it behind the last of them; false: another instance was first, or the
    /// endpoint was changed since it was read.
    /// </summary>
    public Task<bool> FanOutAsync(WebhookTarget endpoint, IReadOnlyList<StoredEvent> events, CancellationToken cancellationToken) =>
        database.WriteBatchedAsync(
            async (transaction, token) =>
            {
                var last = new StatementBatch(transaction);
                var moved = await transaction
                    .Command(
                        """
                        UPDATE webhook_endpoints SET position = @to
                        WHERE endpoint_id = @id AND position = @from AND revision = @revision AND enabled = 1
                        """,
                        ("id", endpoint.Id),
                        ("to", events[^1].Position),
                        ("from", endpoint.Position),
                        ("revision", endpoint.Document.Revision)
                    )
                    .ExecuteAsync(token);
                foreach (var stored in moved == 1 ? events : [])
                {
                    if (WebhookEndpointRules.Wants(endpoint.Document, stored.Event.Type))
                    {
                        AddDelivery(last, endpoint.Id, stored);
                    }
                }

                return (moved == 1, last);
            },
            cancellationToken
        );

    /// <summary>Makes deliveries that are due this instance's for the length of the lease.</summary>
    public Task<List<WebhookTask>> TakeAsync(string endpoint, int limit, TimeSpan lease, CancellationToken cancellationToken) =>
        database.WriteAsync(
            (transaction, token) =>
                transaction
                    .Command(
                        """
                        UPDATE webhook_deliveries SET state = 2, attempts = attempts + 1, tries = tries + 1, next_us = @until
                        WHERE endpoint_id = @endpoint AND next_us <= @now
                          AND position IN (
                            SELECT position FROM webhook_deliveries WHERE endpoint_id = @endpoint AND next_us <= @now
                            ORDER BY next_us, position LIMIT @limit)
                          AND EXISTS (SELECT 1 FROM webhook_endpoints WHERE endpoint_id = @endpoint AND enabled = 1)
                        RETURNING position, event_id, person_id, attempts, tries
                        """,
                        ("endpoint", endpoint),
                        ("now", time.NowMicros()),
                        ("until", time.NowMicros() + lease.ToMicros()),
                        ("limit", limit)
                    )
                    .ListAsync(
                        row => new WebhookTask(row.GetInt64(0), row.GetString(1), row.GetString(2), row.GetInt32(3), row.GetInt32(4)),
                        token
                    ),
            cancellationToken
        );

    /// <summary>
    /// Adds the statements that write how an attempt ended. A success counts also when the lease has passed; a failure only while nobody else has taken the
    /// delivery up since. They begin with the lock of the endpoint's row.
    /// </summary>
    public void AddOutcome(StatementBatch batch, string endpoint, WebhookTask task, WebhookAnswer answer, TimeSpan? delay)
    {
        var now = time.NowMicros();
        batch
            .Add(
                """
                UPDATE webhook_endpoints SET failing_since_us = CASE WHEN @delivered = 1 THEN NULL ELSE COALESCE(failing_since_us, @now) END
                WHERE endpoint_id = @endpoint
                """,
                ("endpoint", endpoint),
                ("delivered", answer.IsDelivered ? 1 : 0),
                ("now", now)
            )
            .Add(
                """
                INSERT INTO webhook_attempts (endpoint_id, position, attempt, started_us, outcome, http_status, duration_us)
                SELECT endpoint_id, position, @attempt, @started, @outcome, @status, @duration FROM webhook_deliveries
                WHERE endpoint_id = @endpoint AND position = @position ON CONFLICT (endpoint_id, position, attempt) DO NOTHING
                """,
                ("endpoint", endpoint),
                ("position", task.Position),
                ("attempt", task.Attempt),
                ("started", now - answer.Duration.ToMicros()),
                ("outcome", (int)answer.Outcome),
                ("status", answer.HttpStatus),
                ("duration", answer.Duration.ToMicros())
            );
        if (!answer.IsDelivered && delay is { } wait)
        {
            AddRetry(batch, endpoint, task, now + wait.ToMicros());
            return;
        }

        batch.Add(
            """
            UPDATE webhook_deliveries SET state = @state, next_us = NULL
            WHERE endpoint_id = @endpoint AND position = @position AND (state < 3 AND @state = 3 OR state = 2 AND attempts = @attempt)
            """,
            ("endpoint", endpoint),
            ("position", task.Position),
            ("state", answer.IsDelivered ? 3 : 4),
            ("attempt", task.Attempt)
        );
        AddRelease(batch, endpoint, task.Person, now);
    }

    private void AddDelivery(StatementBatch batch, string endpoint, StoredEvent stored) =>
        batch.Add(
            """
            INSERT INTO webhook_deliveries
                (endpoint_id, position, event_id, event_type, person_id, state, attempts, tries, next_us, created_us)
            SELECT @endpoint, @position, @event, @type, @person, 1, 0, 0,
                CASE WHEN EXISTS (SELECT 1 FROM webhook_deliveries WHERE endpoint_id = @endpoint AND person_id = @person AND state < 3)
                THEN NULL ELSE @now END, @now
            """,
            ("endpoint", endpoint),
            ("position", stored.Position),
            ("event", stored.Event.EventId),
            ("type", (int)stored.Event.Type),
            ("person", stored.Event.Subject),
            ("now", time.NowMicros())
        );

    // A redelivery of an earlier event may have come in between; then this one waits for it.
    private static void AddRetry(StatementBatch batch, string endpoint, WebhookTask task, long nextMicros) =>
        batch.Add(
            """
            UPDATE webhook_deliveries SET state = 1, next_us = CASE WHEN EXISTS (
                SELECT 1 FROM webhook_deliveries AS earlier WHERE earlier.endpoint_id = @endpoint AND earlier.person_id = @person
                AND earlier.position < @position AND earlier.state < 3) THEN NULL ELSE @next END
            WHERE endpoint_id = @endpoint AND position = @position AND state = 2 AND attempts = @attempt
            """,
            ("endpoint", endpoint),
            ("person", task.Person),
            ("position", task.Position),
            ("attempt", task.Attempt),
            ("next", nextMicros)
        );

    private static void AddRelease(StatementBatch batch, string endpoint, string person, long nowMicros) =>
        batch.Add(
            """
            UPDATE webhook_deliveries SET next_us = @now
            WHERE endpoint_id = @endpoint AND state = 1 AND next_us IS NULL AND position = (
                SELECT MIN(position) FROM webhook_deliveries WHERE endpoint_id = @endpoint AND person_id = @person AND state < 3)
            """,
            ("endpoint", endpoint),
            ("person", person),
            ("now", nowMicros)
        );
}
