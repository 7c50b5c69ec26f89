using SesameGrpc.Client.Calls;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Client;

/// <summary>What has happened to the partner's objects.</summary>
public sealed class EventsClient
{
    private readonly CallRunner calls;
    private readonly EventService.EventServiceClient raw;

    internal EventsClient(CallRunner calls)
    {
        this.calls = calls;
        raw = new EventService.EventServiceClient(calls.Invoker);
    }

    /// <summary>Lists the partner's events, oldest first. Scope: event.read.</summary>
    public SesameCall<ListEventsResponse> ListEventsAsync(
        ListEventsRequest request,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default
    ) => calls.Unary(raw.ListEventsAsync, request, timeout, cancellationToken);

    /// <summary>All that ListEventsAsync lists, from the page_token of the request on; each page is read when the reader comes to it.</summary>
    public IAsyncEnumerable<Event> ReadAllEventsAsync(ListEventsRequest request, CancellationToken cancellationToken = default) =>
        Pages.ReadAsync((page, token) => ListEventsAsync(page, null, token), request, page => page.Events, cancellationToken);

    /// <summary>
    /// The partner's events as one sequence without end: when the stream breaks off or has to be opened anew (the instance stops, the token ends, the certificate is replaced), it goes on where it
    /// was. An event may come again, with the same event_id; none is left out. Scope event.read. Messages without an event say how far the stream has got.
    /// </summary>
    /// <param name="start">Where to begin: nothing for all that is kept, only_new, or the resume_token of a message that was worked off.</param>
    /// <param name="onInterrupted">Told of each break, and how long it pauses. Default: nobody.</param>
    /// <param name="cancellationToken">Ends the sequence.</param>
    public IAsyncEnumerable<StreamEventsResponse> SubscribeAsync(
        StreamEventsRequest start,
        Action<SesameException, TimeSpan>? onInterrupted = null,
        CancellationToken cancellationToken = default
    ) => new EventSubscription(raw, calls.Time) { OnInterrupted = onInterrupted }.ReadAsync(start, cancellationToken);
}
