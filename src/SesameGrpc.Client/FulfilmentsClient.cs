using SesameGrpc.Client.Calls;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Client;

/// <summary>Reports of how persons kept their agreements.</summary>
public sealed class FulfilmentsClient
{
    private readonly CallRunner calls;
    private readonly FulfilmentService.FulfilmentServiceClient raw;

    internal FulfilmentsClient(CallRunner calls)
    {
        this.calls = calls;
        raw = new FulfilmentService.FulfilmentServiceClient(calls.Invoker);
    }

    /// <summary>Reports how a person kept one agreement. Scope: fulfilment.write. A report_id that is taken is refused with ALREADY_EXISTS.</summary>
    public SesameCall<ReportFulfilmentResponse> ReportFulfilmentAsync(
        ReportFulfilmentRequest request,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default
    ) => calls.Unary(raw.ReportFulfilmentAsync, request, timeout, cancellationToken);

    /// <summary>
    /// States a report as it should have been, or retracts it. Every version is kept, and told to whoever was told the one before. Allowed as long as the report is
    /// there and not RETRACTED, whatever became of the consent; else STATE_CONFLICT. Scope: fulfilment.write.
    /// </summary>
    public SesameCall<CorrectFulfilmentResponse> CorrectFulfilmentAsync(
        CorrectFulfilmentRequest request,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default
    ) => calls.Unary(raw.CorrectFulfilmentAsync, request, timeout, cancellationToken);

    /// <summary>Returns one of the partner's reports with its versions, else RESOURCE_NOT_FOUND. Scope: fulfilment.read.</summary>
    public SesameCall<GetFulfilmentResponse> GetFulfilmentAsync(
        GetFulfilmentRequest request,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default
    ) => calls.Unary(raw.GetFulfilmentAsync, request, timeout, cancellationToken);

    /// <summary>Lists the partner's reports, newest first. Scope: fulfilment.read.</summary>
    public SesameCall<ListFulfilmentsResponse> ListFulfilmentsAsync(
        ListFulfilmentsRequest request,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default
    ) => calls.Unary(raw.ListFulfilmentsAsync, request, timeout, cancellationToken);

    /// <summary>All that ListFulfilmentsAsync lists, from the page_token of the request on; each page is read when the reader comes to it.</summary>
    public IAsyncEnumerable<Fulfilment> ReadAllFulfilmentsAsync(
        ListFulfilmentsRequest request,
        CancellationToken cancellationToken = default
    ) => Pages.ReadAsync((page, token) => ListFulfilmentsAsync(page, null, token), request, page => page.Fulfilments, cancellationToken);
}
