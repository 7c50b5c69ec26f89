using System.Data.Common;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Paging;
using SesameGrpc.Gateway.Pipeline;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Replay;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.Webhooks;

namespace SesameGrpc.Gateway.Webhooks;

/// <summary>Keeps a partner's endpoints, and tells what was delivered to them.</summary>
internal sealed class WebhookService(
    WebhookEndpointStore store,
    WebhookDeliveryLog deliveries,
    WebhookSecretSeal seal,
    RequestReplay replay,
    GatewayOptions options,
    TimeProvider time
) : Contracts.Partner.V1.WebhookService.WebhookServiceBase
{
    /// <summary>Kind of the resource in entries of the audit log.</summary>
    public const string ResourceKind = "webhook_endpoint";

    private const int MostEventIds = 100;
    private static readonly TimeSpan KeyOverlap = TimeSpan.FromHours(24);
    private static readonly string[] Updatable = ["url", "event_types", "description", "enabled"];

    public override async Task<CreateWebhookEndpointResponse> CreateWebhookEndpoint(
        CreateWebhookEndpointRequest request,
        ServerCallContext context
    )
    {
        var wanted = request.WebhookEndpoint ?? new WebhookEndpoint();
        WebhookEndpointRules.Check(wanted, options.Mode == GatewayMode.Sandbox);
        var response = await replay.RunAsync(
            context,
            request.RequestId,
            request,
            CreateWebhookEndpointResponse.Parser,
            async (transaction, token) =>
            {
                var target = NewTarget(context.Partner().Id, wanted);
                if (!await WebhookEndpointStore.TryInsertAsync(transaction, target, token))
                {
                    throw new RefusalException(Refuse.TooManyWebhookEndpoints(WebhookEndpointStore.MostPerPartner));
                }

                Audit(context, target);
                return new CreateWebhookEndpointResponse
                {
                    WebhookEndpoint = target.ToMessage(time.NowMicros()),
                    SigningSecret = SealedText(target),
                };
            }
        );
        response.SigningSecret = OpenText(response.WebhookEndpoint.WebhookEndpointId, response.SigningSecret);
        return response;
    }

    public override async Task<GetWebhookEndpointResponse> GetWebhookEndpoint(
        GetWebhookEndpointRequest request,
        ServerCallContext context
    ) => new() { WebhookEndpoint = (await FindAsync(context, request.WebhookEndpointId)).ToMessage(time.NowMicros()) };

    public override async Task<ListWebhookEndpointsResponse> ListWebhookEndpoints(
        ListWebhookEndpointsRequest request,
        ServerCallContext context
    )
    {
        new FieldCheck().PageSize(request.PageSize).PageToken(request.PageToken.Length == 0 || IsId(request.PageToken)).Enforce();
        var size = Page.SizeOf(request.PageSize);
        var found = await store.ListAsync(context.Partner().Id, request.PageToken, size + 1, context.CancellationToken);
        var page = Page.Of(found, size, endpoint => endpoint.Id);
        var now = time.NowMicros();
        return new ListWebhookEndpointsResponse
        {
            WebhookEndpoints = { page.Items.Select(endpoint => endpoint.ToMessage(now)) },
            NextPageToken = page.NextToken,
        };
    }

    public override Task<UpdateWebhookEndpointResponse> UpdateWebhookEndpoint(
        UpdateWebhookEndpointRequest request,
        ServerCallContext context
    )
    {
        var wanted = request.WebhookEndpoint ?? new WebhookEndpoint();
        var paths = request.UpdateMask?.Paths ?? [];
        new FieldCheck()
            .Require(
                paths.Count > 0 && paths.All(Updatable.Contains),
                "update_mask",
                $"must name at least one of {string.Join(", ", Updatable)}, and nothing else"
            )
            .ExpectedRevision(request.ExpectedRevision)
            .Enforce();
        return ChangeAsync(
            context,
            new EndpointChange(request, request.RequestId, wanted.WebhookEndpointId),
            UpdateWebhookEndpointResponse.Parser,
            async (transaction, before, token) =>
            {
                var target = before with { Document = Updated(before.Document, request) };
                await WebhookEndpointStore.SaveAsync(transaction, target, token);
                Audit(context, target);
                return new UpdateWebhookEndpointResponse { WebhookEndpoint = target.ToMessage(time.NowMicros()) };
            }
        );
    }

    public override Task<DeleteWebhookEndpointResponse> DeleteWebhookEndpoint(
        DeleteWebhookEndpointRequest request,
        ServerCallContext context
    ) =>
        ChangeAsync(
            context,
            new EndpointChange(request, request.RequestId, request.WebhookEndpointId),
            DeleteWebhookEndpointResponse.Parser,
            async (transaction, target, token) =>
            {
                await WebhookEndpointStore.DeleteAsync(transaction, target.Id, token);
                Audit(context, target);
                return new DeleteWebhookEndpointResponse();
            }
        );

    public override async Task<RotateWebhookSecretResponse> RotateWebhookSecret(
        RotateWebhookSecretRequest request,
        ServerCallContext context
    )
    {
        var response = await ChangeAsync(
            context,
            new EndpointChange(request, request.RequestId, request.WebhookEndpointId),
            RotateWebhookSecretResponse.Parser,
            async (transaction, before, token) =>
            {
                var target = Rotated(before);
                await WebhookEndpointStore.SaveAsync(transaction, target, token);
                Audit(context, target);
                return new RotateWebhookSecretResponse
                {
                    WebhookEndpoint = target.ToMessage(time.NowMicros()),
                    SigningSecret = SealedText(target),
                };
            }
        );
        response.SigningSecret = OpenText(response.WebhookEndpoint.WebhookEndpointId, response.SigningSecret);
        return response;
    }

    public override async Task<ListWebhookDeliveriesResponse> ListWebhookDeliveries(
        ListWebhookDeliveriesRequest request,
        ServerCallContext context
    )
    {
        new FieldCheck()
            .Require(System.Enum.IsDefined(request.State), "state", "must be a state of deliveries, or absent for any")
            .PageSize(request.PageSize)
            .Enforce();
        var endpoint = await FindAsync(context, request.WebhookEndpointId);
        var below = await deliveries.PositionOfAsync(endpoint.Id, request.PageToken, context.CancellationToken);
        new FieldCheck().PageToken(below is not null).Enforce();
        var size = Page.SizeOf(request.PageSize);
        var found = await deliveries.ListAsync(endpoint.Id, request.State, below!.Value, size + 1, context.CancellationToken);
        var page = Page.Of(found, size, row => row.Delivery.EventId);
        return new ListWebhookDeliveriesResponse
        {
            Deliveries = { page.Items.Select(row => row.Delivery) },
            NextPageToken = page.NextToken,
        };
    }

    public override Task<RedeliverWebhookEventsResponse> RedeliverWebhookEvents(
        RedeliverWebhookEventsRequest request,
        ServerCallContext context
    )
    {
        var since = request.FailedSinceTime;
        new FieldCheck()
            .Require(
                (request.EventIds.Count > 0) != (since is not null),
                "event_ids",
                "must be stated, or failed_since_time instead, but not both"
            )
            .Require(
                request.EventIds.Count <= MostEventIds && request.EventIds.All(FieldCheck.IsVisibleText),
                "event_ids",
                "must be at most 100 ids of events"
            )
            .Require(
                since is null or { Seconds: >= 0 and < 253_402_300_800, Nanos: >= 0 and < 1_000_000_000 },
                "failed_since_time",
                "must be a moment from 1970 to 9999"
            )
            .Enforce();
        return ChangeAsync(
            context,
            new EndpointChange(request, request.RequestId, request.WebhookEndpointId),
            RedeliverWebhookEventsResponse.Parser,
            async (transaction, target, token) =>
            {
                var now = time.NowMicros();
                var count = since is null
                    ? await WebhookRedelivery.OfEventsAsync(transaction, target.Id, request.EventIds, now, token)
                    : await WebhookRedelivery.OfFailedAsync(transaction, target.Id, since.ToDateTimeOffset().ToMicros(), now, token);
                Audit(context, target);
                return new RedeliverWebhookEventsResponse { RedeliveredCount = count };
            }
        );
    }

    private Task<TResponse> ChangeAsync<TResponse>(
        ServerCallContext context,
        EndpointChange change,
        MessageParser<TResponse> parser,
        Func<DbTransaction, WebhookTarget, CancellationToken, Task<TResponse>> effect
    )
        where TResponse : class, IMessage<TResponse> =>
        replay.RunAsync(
            context,
            change.RequestId,
            change.Request,
            parser,
            async (transaction, token) =>
                await effect(
                    transaction,
                    IsId(change.Id)
                        ? await WebhookEndpointStore.LockAsync(transaction, context.Partner().Id, change.Id, token)
                            ?? throw new RefusalException(Refuse.NotFound())
                        : throw new RefusalException(Refuse.NotFound()),
                    token
                )
        );

    private async Task<WebhookTarget> FindAsync(ServerCallContext context, string id) =>
        (IsId(id) ? await store.FindAsync(context.Partner().Id, id, context.CancellationToken) : null)
        ?? throw new RefusalException(Refuse.NotFound());

    private WebhookTarget NewTarget(string partner, WebhookEndpoint wanted)
    {
        var id = TimedId.New(time.NowMicros());
        var key = WebhookSignature.NewKey();
        var now = Instants.ToTimestamp(time.NowMicros());
        var document = new WebhookEndpoint
        {
            WebhookEndpointId = id,
            Url = wanted.Url,
            EventTypes = { wanted.EventTypes },
            Description = wanted.Description,
            SignatureScheme =
                wanted.SignatureScheme == WebhookSignatureScheme.Unspecified ? WebhookSignatureScheme.HmacSha256 : wanted.SignatureScheme,
            Enabled = true,
            CreateTime = now,
            UpdateTime = now,
            Revision = 1,
        };
        document.PublicKey = PublicKeyOf(document, key);
        return new WebhookTarget(id, partner, document, seal.Seal(id, key), null, null, null, 0);
    }

    private WebhookEndpoint Updated(WebhookEndpoint before, UpdateWebhookEndpointRequest request)
    {
        if (request.ExpectedRevision != 0 && request.ExpectedRevision != before.Revision)
        {
            throw new RefusalException(Refuse.StateConflict(before.Enabled ? "ENABLED" : "DISABLED", "", before.Revision));
        }

        var document = Changed(before);
        request.UpdateMask.Merge(
            request.WebhookEndpoint,
            document,
            new FieldMask.MergeOptions { ReplaceRepeatedFields = true, ReplacePrimitiveFields = true }
        );
        WebhookEndpointRules.Check(document, options.Mode == GatewayMode.Sandbox);
        document.GoneTime = document.Enabled ? null : document.GoneTime;
        return document;
    }

    private WebhookTarget Rotated(WebhookTarget before)
    {
        var key = WebhookSignature.NewKey();
        var document = Changed(before.Document);
        document.PublicKey = PublicKeyOf(document, key);
        return before with
        {
            Document = document,
            Secret = seal.Seal(before.Id, key),
            FormerSecret = before.Secret,
            FormerUntilMicros = (time.GetUtcNow() + KeyOverlap).ToMicros(),
        };
    }

    private WebhookEndpoint Changed(WebhookEndpoint before)
    {
        var document = before.Clone();
        document.UpdateTime = Instants.ToTimestamp(time.NowMicros());
        document.Revision++;
        return document;
    }

    private static string PublicKeyOf(WebhookEndpoint document, byte[] key) =>
        document.SignatureScheme == WebhookSignatureScheme.Ed25519 ? WebhookSignature.PublicKeyText(key) : "";

    // The answer is kept for replay, and so it keeps the secret as sealed as the endpoint's row does.
    private static string SealedText(WebhookTarget target) =>
        target.Document.SignatureScheme == WebhookSignatureScheme.Ed25519 ? "" : Convert.ToBase64String(target.Secret);

    private string OpenText(string endpointId, string sealedText) =>
        sealedText.Length == 0 ? "" : WebhookSignature.SecretText(seal.Open(endpointId, Convert.FromBase64String(sealedText)));

    private static bool IsId(string id) => FieldCheck.IsVisibleText(id);

    private static void Audit(ServerCallContext context, WebhookTarget target) =>
        context.Call().Changes(ResourceKind, target.Id, target.Document.Revision);

    private sealed record EndpointChange(IMessage Request, string RequestId, string Id);
}
