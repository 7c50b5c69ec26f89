using SesameGrpc.Client.Calls;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Client;

/// <summary>Endpoints that events are pushed to.</summary>
public sealed class WebhooksClient
{
    private readonly CallRunner calls;
    private readonly WebhookService.WebhookServiceClient raw;

    internal WebhooksClient(CallRunner calls)
    {
        this.calls = calls;
        raw = new WebhookService.WebhookServiceClient(calls.Invoker);
    }

    /// <summary>
    /// Adds an endpoint. It gets the events of changes that are committed from then on. Scope webhook.write. At most 10 endpoints per partner; one more is refused with
    /// TOO_MANY_WEBHOOK_ENDPOINTS.
    /// </summary>
    public SesameCall<CreateWebhookEndpointResponse> CreateWebhookEndpointAsync(
        CreateWebhookEndpointRequest request,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default
    ) => calls.Unary(raw.CreateWebhookEndpointAsync, request, timeout, cancellationToken);

    /// <summary>Returns an endpoint, never its secret. Scope webhook.read. Unknown ids are refused with RESOURCE_NOT_FOUND.</summary>
    public SesameCall<GetWebhookEndpointResponse> GetWebhookEndpointAsync(
        GetWebhookEndpointRequest request,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default
    ) => calls.Unary(raw.GetWebhookEndpointAsync, request, timeout, cancellationToken);

    /// <summary>Lists all endpoints of the partner, in the order of their ids. Scope webhook.read.</summary>
    public SesameCall<ListWebhookEndpointsResponse> ListWebhookEndpointsAsync(
        ListWebhookEndpointsRequest request,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default
    ) => calls.Unary(raw.ListWebhookEndpointsAsync, request, timeout, cancellationToken);

    /// <summary>All that ListWebhookEndpointsAsync lists, from the page_token of the request on; each page is read when the reader comes to it.</summary>
    public IAsyncEnumerable<WebhookEndpoint> ReadAllWebhookEndpointsAsync(
        ListWebhookEndpointsRequest request,
        CancellationToken cancellationToken = default
    ) =>
        Pages.ReadAsync(
            (page, token) => ListWebhookEndpointsAsync(page, null, token),
            request,
            page => page.WebhookEndpoints,
            cancellationToken
        );

    /// <summary>Changes the fields that the mask names. Scope webhook.write. What is still to be delivered goes to the new address.</summary>
    public SesameCall<UpdateWebhookEndpointResponse> UpdateWebhookEndpointAsync(
        UpdateWebhookEndpointRequest request,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default
    ) => calls.Unary(raw.UpdateWebhookEndpointAsync, request, timeout, cancellationToken);

    /// <summary>Removes an endpoint with its delivery log. What was still to be delivered there is not delivered any more. Scope webhook.write.</summary>
    public SesameCall<DeleteWebhookEndpointResponse> DeleteWebhookEndpointAsync(
        DeleteWebhookEndpointRequest request,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default
    ) => calls.Unary(raw.DeleteWebhookEndpointAsync, request, timeout, cancellationToken);

    /// <summary>
    /// Gives the endpoint a new key. For 24 hours events are signed with the one before, too. Rotating once more ends the one before at once: so does who has lost a
    /// key. Scope webhook.write.
    /// </summary>
    public SesameCall<RotateWebhookSecretResponse> RotateWebhookSecretAsync(
        RotateWebhookSecretRequest request,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default
    ) => calls.Unary(raw.RotateWebhookSecretAsync, request, timeout, cancellationToken);

    /// <summary>Lists what was and is to be delivered to an endpoint, newest event first, with every attempt. Scope webhook.read.</summary>
    public SesameCall<ListWebhookDeliveriesResponse> ListWebhookDeliveriesAsync(
        ListWebhookDeliveriesRequest request,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default
    ) => calls.Unary(raw.ListWebhookDeliveriesAsync, request, timeout, cancellationToken);

    /// <summary>All that ListWebhookDeliveriesAsync lists, from the page_token of the request on; each page is read when the reader comes to it.</summary>
    public IAsyncEnumerable<WebhookDelivery> ReadAllWebhookDeliveriesAsync(
        ListWebhookDeliveriesRequest request,
        CancellationToken cancellationToken = default
    ) =>
        Pages.ReadAsync(
            (page, token) => ListWebhookDeliveriesAsync(page, null, token),
            request,
            page => page.Deliveries,
            cancellationToken
        );

    /// <summary>
    /// Delivers events to an endpoint once more, under the same ids, on a schedule that begins anew. Scope webhook.write. An event that has no delivery at the endpoint
    /// is refused with RESOURCE_NOT_FOUND, and nothing is done.
    /// </summary>
    public SesameCall<RedeliverWebhookEventsResponse> RedeliverWebhookEventsAsync(
        RedeliverWebhookEventsRequest request,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default
    ) => calls.Unary(raw.RedeliverWebhookEventsAsync, request, timeout, cancellationToken);
}
