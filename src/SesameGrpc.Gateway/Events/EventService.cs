using Grpc.Core;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Audit;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Paging;
using SesameGrpc.Gateway.Pipeline;
using SesameGrpc.Gateway.Refusals;

namespace SesameGrpc.Gateway.Events;

/// <summary>Tells partners what has happened. That an event is told is in the leaf of its change; a stream or a page leaves one of its own for the reading.</summary>
internal sealed class EventService(
    EventStore store,
    EventWatch watch,
    ResumeTokens tokens,
    CallPipeline pipeline,
    AuditLog audit,
    GatewayOptions options,
    IHostApplicationLifetime lifetime,
    TimeProvider time
) : Contracts.Partner.V1.EventService.EventServiceBase
{
    private const int BatchSize = 500;

    private readonly TimeSpan recheckEvery = TimeSpan.FromMilliseconds(options.Storage.RefreshMilliseconds);

    public override async Task<ListEventsResponse> ListEvents(ListEventsRequest request, ServerCallContext context)
    {
        var partner = context.Partner().Id;
        var after = PositionOf(partner, "page_token", request.PageToken);
        new FieldCheck().PageSize(request.PageSize).Enforce();
        var size = Page.SizeOf(request.PageSize);
        var found = await store.ReadAsync(partner, after, size + 1, context.CancellationToken);
        var page = Page.Of(found, size, last => tokens.Of(partner, last.Position));
        return new ListEventsResponse
        {
            Events = { page.Items.Select(item => item.Event) },
            NextPageToken = page.NextToken,
            ResumeToken = tokens.Of(partner, page.Items.LastOrDefault()?.Position ?? after),
        };
    }

    public override async Task StreamEvents(
        StreamEventsRequest request,
        IServerStreamWriter<StreamEventsResponse> responseStream,
        ServerCallContext context
    )
    {
        var call = context.Call();
        var partner = context.Partner().Id;
        new FieldCheck()
            .Require(
                !request.OnlyNew || request.ResumeToken.Length == 0,
                "only_new",
                "must be false with a resume_token, which says where to begin"
            )
            .Enforce();
        var position = request.OnlyNew
            ? await store.EndAsync(context.CancellationToken)
            : PositionOf(partner, "resume_token", request.ResumeToken);
        await audit.AppendAsync([call.NewAuditEntry()], context.CancellationToken);

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        try
        {
            var stream = new EventStream(partner, position, tokens, responseStream);
            while (true)
            {
                // Before reading: what is committed after the reading completes it.
                var news = watch.Next(partner);
                var events = await store.ReadAsync(partner, stream.Position, BatchSize, ending.Token);
                await stream.SendAsync(events, ending.Token);
                if (events.Count < BatchSize)
                {
                    await WaitAsync(call, news, ending.Token);
                }
            }
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // The caller goes on at another instance, where it has got to.
        }
    }

    // Whoever may not call any more may not go on reading either: checked about once a second, by what the connection remembers.
    private async Task WaitAsync(Call call, Task news, CancellationToken cancellationToken)
    {
        do
        {
            await Task.WhenAny(news, Task.Delay(recheckEvery, time, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
            if (await pipeline.RecheckAsync(call) is { } refusal)
            {
                throw new RefusalException(refusal);
            }
        } while (!news.IsCompleted);
    }

    private long PositionOf(string partner, string field, string token)
    {
        if (token.Length == 0)
        {
            return EventStore.Start;
        }

        return tokens.PositionOf(partner, token)
            ?? throw new RefusalException(
                Refuse.Field(field, "must be a token that StreamEvents or ListEvents gave to this partner, or empty")
            );
    }
}
