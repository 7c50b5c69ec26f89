using System.Data.Common;
using Google.Protobuf.WellKnownTypes;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Webhooks;

/// <summary>Reads what was and is to be delivered to an endpoint.</summary>
internal sealed class WebhookDeliveryLog(Database database)
{
    /// <summary>
    /// Where a page begins whose token this is: the event that ended the page before, because positions would tell how much the gateway has to do. Empty: above all;
    /// null: there is no such delivery.
    /// </summary>
    public async Task<long?> PositionOfAsync(string endpoint, string pageToken, CancellationToken cancellationToken)
    {
        if (pageToken.Length == 0)
        {
            return long.MaxValue;
        }

        if (!FieldCheck.IsVisibleText(pageToken))
        {
            return null;
        }

        await using var connection = await database.OpenAsync(cancellationToken);
        return await connection
            .Command(
                "SELECT position FROM webhook_deliveries WHERE endpoint_id = @endpoint AND event_id = @event",
                ("endpoint", endpoint),
                ("event", pageToken)
            )
            .ScalarInt64Async(cancellationToken);
    }

    /// <summary>Deliveries below a position, newest first, each with its position. Unspecified: in any state.</summary>
    public async Task<List<(long Position, WebhookDelivery Delivery)>> ListAsync(
        string endpoint,
        WebhookDeliveryState state,
        long belowPosition,
        int limit,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var transaction = await Database.BeginSnapshotAsync(connection, cancellationToken);
        var (lowest, highest) = StatesOf(state);
        var found = await transaction
            .Command(
                """
                SELECT position, event_id, event_type, state, attempts, next_us, created_us FROM webhook_deliveries
                WHERE endpoint_id = @endpoint AND position < @below AND state BETWEEN @lowest AND @highest
                ORDER BY position DESC LIMIT @limit
                """,
                ("endpoint", endpoint),
                ("below", belowPosition),
                ("lowest", lowest),
                ("highest", highest),
                ("limit", limit)
            )
            .ListAsync(row => (Position: row.GetInt64(0), Delivery: ReadDelivery(row)), cancellationToken);
        if (found.Count == 0)
        {
            return found;
        }

        var attempts = await transaction
            .Command(
                """
                SELECT position, attempt, started_us, outcome, http_status, duration_us FROM webhook_attempts
                WHERE endpoint_id = @endpoint AND position BETWEEN @first AND @last ORDER BY position, attempt
                """,
                ("endpoint", endpoint),
                ("first", found[^1].Position),
                ("last", found[0].Position)
            )
            .ListAsync(row => (Position: row.GetInt64(0), Attempt: ReadAttempt(row)), cancellationToken);
        var byPosition = attempts.ToLookup(attempt => attempt.Position, attempt => attempt.Attempt);
        found.ForEach(row => row.Delivery.Attempts.Add(byPosition[row.Position]));
        return found;
    }

    private static (int Lowest, int Highest) StatesOf(WebhookDeliveryState state) =>
        state switch
        {
            WebhookDeliveryState.Pending => (1, 2),
            WebhookDeliveryState.Delivered => (3, 3),
            WebhookDeliveryState.Failed => (4, 4),
            _ => (1, 4),
        };

    private static WebhookDelivery ReadDelivery(DbDataReader row) =>
        new()
        {
            EventId = row.GetString(1),
            EventType = (EventType)row.GetInt32(2),
            State = row.GetInt32(3) switch
            {
                3 => WebhookDeliveryState.Delivered,
                4 => WebhookDeliveryState.Failed,
                _ => WebhookDeliveryState.Pending,
            },
            AttemptCount = row.GetInt32(4),
            // Of one that is being sent, the time is the end of its lease.
            NextAttemptTime = row.GetInt32(3) == 1 && row.NullableInt64(5) is { } next ? Instants.ToTimestamp(next) : null,
            CreateTime = Instants.ToTimestamp(row.GetInt64(6)),
        };

    private static WebhookAttempt ReadAttempt(DbDataReader row) =>
        new()
        {
            Number = row.GetInt32(1),
            AttemptTime = Instants.ToTimestamp(row.GetInt64(2)),
            Outcome = (WebhookAttemptOutcome)row.GetInt32(3),
            HttpStatus = row.GetInt32(4),
            Duration = Duration.FromTimeSpan(TimeSpan.FromMicroseconds(row.GetInt64(5))),
        };
}
