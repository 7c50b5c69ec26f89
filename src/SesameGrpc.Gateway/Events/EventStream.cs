using Grpc.Core;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Gateway.Events;

/// <summary>The sending side of one stream, and how far it has got.</summary>
internal sealed class EventStream(string partner, long position, ResumeTokens tokens, IServerStreamWriter<StreamEventsResponse> responses)
{
    public long Position { get; private set; } = position;

    /// <summary>Sends where the stream stands, without an event.</summary>
    public Task ShowPositionAsync(CancellationToken cancellationToken) =>
        responses.WriteAsync(new StreamEventsResponse { ResumeToken = tokens.Of(partner, Position) }, cancellationToken);

    public async Task SendAsync(IReadOnlyList<StoredEvent> events, CancellationToken cancellationToken)
    {
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
