using Google.Protobuf;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Events;

/// <summary>An event that is to be written with its change.</summary>
/// <param name="Partner">Who is told.</param>
/// <param name="Person">Whom it is about, by internal id.</param>
/// <param name="Event">What is told.</param>
/// <param name="Leaf">Which of the transaction's leaves in the audit log is the change's, from 0 on.</param>
internal sealed record PendingEvent(string Partner, string Person, Event Event, int Leaf);

/// <summary>An event as stored.</summary>
internal sealed record StoredEvent(long Position, Event Event);

/// <summary>
/// The outbox: events are written by the transaction of their change. Invariant: an event's position is the number of its change's leaf in the audit log, so positions
/// are in the order of commits, and whoever has read up to a position has missed nothing below it.
/// </summary>
internal sealed class EventStore(Database database)
{
    /// <summary>The position before all events.</summary>
    public const long Start = -1;

    /// <summary>Adds the statements that write the events, right behind those that append the transaction's leaves.</summary>
    public static void Append(StatementBatch last, IReadOnlyList<PendingEvent> events, int leaves)
    {
        foreach (var (partner, person, what, leaf) in events)
        {
            last.Add(
                """
                INSERT INTO events (position, partner_id, person_id, event_id, document, created_us)
                SELECT size - @back, @partner, @person, @event, @document, @created FROM audit_log WHERE id = 1
                """,
                ("back", (long)(leaves - leaf)),
                ("partner", partner),
                ("person", person),
                ("event", what.EventId),
                ("document", what.ToByteArray()),
                ("created", what.EventTime.ToDateTimeOffset().ToMicros())
            );
        }
    }

    /// <summary>A partner's events above a position, in order.</summary>
    public async Task<List<StoredEvent>> ReadAsync(string partner, long after, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await connection
            .Command(
                "SELECT position, document FROM events WHERE partner_id = @partner AND position > @after ORDER BY position LIMIT @limit",
                ("partner", partner),
                ("after", after),
                ("limit", limit)
            )
            .ListAsync(row => new StoredEvent(row.GetInt64(0), Event.Parser.ParseFrom(row.GetFieldValue<byte[]>(1))), cancellationToken);
    }

    /// <summary>The position of the newest event of all partners.</summary>
    public async Task<long> EndAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await connection.Command("SELECT max(position) FROM events").ScalarInt64Async(cancellationToken) ?? Start;
    }

    /// <summary>Who has events above a position, and the position of the newest.</summary>
    public async Task<List<(string Partner, long Newest)>> ChangedAsync(long after, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await connection
            .Command("SELECT partner_id, max(position) FROM events WHERE position > @after GROUP BY partner_id", ("after", after))
            .ListAsync(row => (row.GetString(0), row.GetInt64(1)), cancellationToken);
    }
}
