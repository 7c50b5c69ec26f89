using SesameGrpc.Client.Calls;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Client;

/// <summary>What persons have agreed to.</summary>
public sealed class ConsentsClient
{
    private readonly CallRunner calls;
    private readonly ConsentService.ConsentServiceClient raw;

    internal ConsentsClient(CallRunner calls)
    {
        this.calls = calls;
        raw = new ConsentService.ConsentServiceClient(calls.Invoker);
    }

    /// <summary>Returns a consent that is in force, by its id or by its subject. Scope: consent.read. Anything else is refused with RESOURCE_NOT_FOUND.</summary>
    public SesameCall<GetConsentResponse> GetConsentAsync(
        GetConsentRequest request,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default
    ) => calls.Unary(raw.GetConsentAsync, request, timeout, cancellationToken);

    /// <summary>Lists the partner's consents that are in force, newest first. Scope: consent.read.</summary>
    public SesameCall<ListConsentsResponse> ListConsentsAsync(
        ListConsentsRequest request,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default
    ) => calls.Unary(raw.ListConsentsAsync, request, timeout, cancellationToken);

    /// <summary>All that ListConsentsAsync lists, from the page_token of the request on; each page is read when the reader comes to it.</summary>
    public IAsyncEnumerable<Consent> ReadAllConsentsAsync(ListConsentsRequest request, CancellationToken cancellationToken = default) =>
        Pages.ReadAsync((page, token) => ListConsentsAsync(page, null, token), request, page => page.Consents, cancellationToken);
}
