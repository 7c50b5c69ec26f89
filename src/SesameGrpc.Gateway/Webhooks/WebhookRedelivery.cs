using System.Data.Common;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Webhooks;

/// <summary>Begins deliveries anew, under the lock of their endpoint. Invariant: of a person's open deliveries only the first keeps a time to be sent at.</summary>
internal static class WebhookRedelivery
{
    /// <summary>Begins deliveries of these events anew. One that is being sent is left alone. Refuses an event that has no delivery.</summary>
    public static async Task<long> OfEventsAsync(
        DbTransaction transaction,
        string endpoint,
        IEnumerable<string> eventIds,
        long nowMicros,
        CancellationToken cancellationToken
    )
    {
        long begun = 0;
        foreach (var eventId in eventIds.Distinct(StringComparer.Ordinal))
        {
            var states = await transaction
                .Command(
                    "SELECT state FROM webhook_deliveries WHERE endpoint_id = @endpoint AND event_id = @event",
                    ("endpoint", endpoint),
                    ("event", eventId)
                )
                .ListAsync(row => row.GetInt32(0), cancellationToken);
            if (states.Count == 0)
            {
                throw new RefusalException(Refuse.NotFound());
            }

            begun += await transaction
                .Command(
                    """
                    UPDATE webhook_deliveries SET state = 1, tries = 0, next_us = @now
                    WHERE endpoint_id = @endpoint AND event_id = @event AND state <> 2
                    """,
                    ("endpoint", endpoint),
                    ("event", eventId),
                    ("now", nowMicros)
                )
                .ExecuteAsync(cancellationToken);
        }

        await KeepOrderAsync(transaction, endpoint, cancellationToken);
        return begun;
    }

    /// <summary>The same for all that have failed, with an attempt at this moment or later.</summary>
    public static async Task<long> OfFailedAsync(
        DbTransaction transaction,
        string endpoint,
        long sinceMicros,
        long nowMicros,
        CancellationToken cancellationToken
    )
    {
        long begun = await transaction
            .Command(
                """
                UPDATE webhook_deliveries SET state = 1, tries = 0, next_us = @now
                WHERE endpoint_id = @endpoint AND state = 4 AND EXISTS (
                    SELECT 1 FROM webhook_attempts WHERE webhook_attempts.endpoint_id = @endpoint
                    AND webhook_attempts.position = webhook_deliveries.position AND started_us >= @since)
                """,
                ("endpoint", endpoint),
                ("since", sinceMicros),
                ("now", nowMicros)
            )
            .ExecuteAsync(cancellationToken);
        await KeepOrderAsync(transaction, endpoint, cancellationToken);
        return begun;
    }

    // Only the first open delivery of a person keeps its time.
    private static Task<int> KeepOrderAsync(DbTransaction transaction, string endpoint, CancellationToken cancellationToken) =>
        transaction
            .Command(
                """
                UPDATE webhook_deliveries SET next_us = NULL
                WHERE endpoint_id = @endpoint AND state = 1 AND next_us IS NOT NULL AND EXISTS (
                    SELECT 1 FROM webhook_deliveries AS earlier WHERE earlier.endpoint_id = @endpoint
                    AND earlier.person_id = webhook_deliveries.person_id AND earlier.position < webhook_deliveries.position AND earlier.state < 3)
                """,
                ("endpoint", endpoint)
            )
            .ExecuteAsync(cancellationToken);
}
