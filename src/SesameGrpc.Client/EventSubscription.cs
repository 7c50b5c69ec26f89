using System.Runtime.CompilerServices;
using Grpc.Core;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Client;

/// <summary>
/// A partner's events as one sequence without end: when the stream breaks off or has to be opened anew (the instance stops, the access token ends), it goes on where it was. An
/// event may come again, with the same event_id; none is left out.
/// </summary>
public sealed class EventSubscription
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly EventService.EventServiceClient events;
    private readonly TimeProvider time;

    /// <summary>Reads through this client; waits by this clock between two tries.</summary>
    public EventSubscription(EventService.EventServiceClient events, TimeProvider time)
    {
        this.events = events ?? throw new ArgumentNullException(nameof(events));
        this.time = time ?? throw new ArgumentNullException(nameof(time));
    }

    /// <summary>Called when the stream broke off and is opened again after the pause. Default: nothing.</summary>
    public Action<RpcException, TimeSpan>? OnInterrupted { get; init; }

    /// <summary>
    /// Reads on until cancelled. Messages without an event say how far the stream has got. Throws when the gateway refuses for a reason that trying again does not change.
    /// </summary>
    /// <param name="start">Where to begin.</param>
    /// <param name="cancellationToken">Ends the sequence.</param>
    public async IAsyncEnumerable<StreamEventsResponse> ReadAsync(
        StreamEventsRequest start,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(start);
        var next = start.Clone();
        var pause = ShortestPause;
        while (true)
        {
            using var call = events.StreamEvents(next, cancellationToken: cancellationToken);
            while (true)
            {
                var (message, broken) = await NextAsync(call.ResponseStream, cancellationToken);
                if (message is null)
                {
                    if (broken is not null)
                    {
                        OnInterrupted?.Invoke(broken, pause);
                    }

                    break;
                }

                next = new StreamEventsRequest { ResumeToken = message.ResumeToken };
                pause = ShortestPause;
                yield return message;
            }

            await Task.Delay(pause, time, cancellationToken);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    // The next message, or neither when the stream has ended, or why it broke off.
    private static async Task<(StreamEventsResponse? Message, RpcException? Broken)> NextAsync(
        IAsyncStreamReader<StreamEventsResponse> stream,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return (await stream.MoveNext(cancellationToken) ? stream.Current : null, null);
        }
        catch (RpcException exception) when (!cancellationToken.IsCancellationRequested && IsWorthTrying(SesameError.From(exception)))
        {
            return (null, exception);
        }
        catch (RpcException exception) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(exception.Message, exception, cancellationToken);
        }
    }

    // Without a reason the answer did not come from the gateway: the connection broke, or something stands in between.
    private static bool IsWorthTrying(SesameError error) =>
        error.Reason is null or "TOKEN_EXPIRED"
        || error.Code
            is StatusCode.Unavailable
                or StatusCode.DeadlineExceeded
                or StatusCode.ResourceExhausted
                or StatusCode.Aborted
                or StatusCode.Cancelled;
}
