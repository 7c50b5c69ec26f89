using Grpc.Core;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Gateway.Events;

/// <summary>The sending side of one stream, and how far it has got.</summary>
internal sealed class EventStream(string partner, long position, ResumeTokens tokens, IServerStreamWriter<StreamEventsResponse> responses)
{
    public long Position { get; private set; } = position;

    /// <summary>Sends the events; where there are none, only where the stream stands.</summary>
    public async Task SendAsync(IReadOnlyList<StoredEvent> events, CancellationToken cancellationToken)
    {
        if (events.Count == 0)
        {
            await responses.WriteAsync(new StreamEventsResponse { ResumeToken = tokens.Of(partner, Position) }, cancellationToken);
        }

        foreach (var stored in events)
        {
            await responses.WriteAsync(
                new StreamEventsResponse { Event = stored.Event, ResumeToken = tokens.Of(partner, stored.Position) },
                cancellationToken
            );
            Position = stored.Position;
        }
    }
}
