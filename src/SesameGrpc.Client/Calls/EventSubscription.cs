using System.Runtime.CompilerServices;
using Grpc.Core;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Client.Calls;

/// <summary>Reads a partner's events, over as many streams as it takes.</summary>
internal sealed class EventSubscription(EventService.EventServiceClient events, TimeProvider time)
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    /// <summary>Called when the stream broke off and is opened again after the pause. Default: nothing.</summary>
    public Action<SesameException, TimeSpan>? OnInterrupted { get; init; }

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
    private static async Task<(StreamEventsResponse? Message, SesameException? Broken)> NextAsync(
        IAsyncStreamReader<StreamEventsResponse> stream,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return (await stream.MoveNext(cancellationToken) ? stream.Current : null, null);
        }
        catch (RpcException exception) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(exception.Message, exception, cancellationToken);
        }
        catch (RpcException exception)
        {
            var error = SesameException.From(exception);
            return IsWorthTrying(error) ? (null, error) : throw error;
        }
    }

    // Without a reason the answer did not come from the gateway: the connection broke, or something stands in between.
    private static bool IsWorthTrying(SesameException error) =>
        error.ReasonName is null
        || RetryRules.WantsNewToken(error)
        || error.StatusCode
            is StatusCode.Unavailable
                or StatusCode.DeadlineExceeded
                or StatusCode.ResourceExhausted
                or StatusCode.Aborted
                or StatusCode.Cancelled;
}
