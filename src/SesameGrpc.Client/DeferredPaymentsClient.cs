using SesameGrpc.Client.Calls;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Client;

/// <summary>Visits that are paid for afterwards.</summary>
public sealed class DeferredPaymentsClient
{
    private readonly CallRunner calls;
    private readonly DeferredPaymentService.DeferredPaymentServiceClient raw;

    internal DeferredPaymentsClient(CallRunner calls)
    {
        this.calls = calls;
        raw = new DeferredPaymentService.DeferredPaymentServiceClient(calls.Invoker);
    }

    /// <summary>
    /// Opens a visit: checks eligibility and limits and holds the visit's limit in one atomic step. Scope: deferred_payment.write. A person who is refused is an answer
    /// (not_granted), not an error; it holds nothing. So is one who has an OVERDUE visit.
    /// </summary>
    public SesameCall<OpenVisitResponse> OpenVisitAsync(
        OpenVisitRequest request,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default
    ) => calls.Unary(raw.OpenVisitAsync, request, timeout, cancellationToken);

    /// <summary>
    /// Adds a charge of one department. Allowed while OPEN; it must fit into what is left of the limit, else VISIT_LIMIT_EXCEEDED. Scope: deferred_payment.write.
    /// </summary>
    public SesameCall<AddVisitChargeResponse> AddVisitChargeAsync(
        AddVisitChargeRequest request,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default
    ) => calls.Unary(raw.AddVisitChargeAsync, request, timeout, cancellationToken);

    /// <summary>Takes a charge back, before the settlement: allowed while OPEN or CLOSED. Scope: deferred_payment.write.</summary>
    public SesameCall<VoidVisitChargeResponse> VoidVisitChargeAsync(
        VoidVisitChargeRequest request,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default
    ) => calls.Unary(raw.VoidVisitChargeAsync, request, timeout, cancellationToken);

    /// <summary>
    /// Ends the visit: nothing is charged any more. Without charges it becomes RELEASED. With a settlement it is settled at once, else it becomes CLOSED and waits for
    /// SettleVisit. Allowed while OPEN. Scope: deferred_payment.write.
    /// </summary>
    public SesameCall<CloseVisitResponse> CloseVisitAsync(
        CloseVisitRequest request,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default
    ) => calls.Unary(raw.CloseVisitAsync, request, timeout, cancellationToken);

    /// <summary>
    /// States what insurance and reductions bear: allowed while CLOSED. What is left for the person is collected (SETTLING); nothing left: RELEASED. Scope:
    /// deferred_payment.write.
    /// </summary>
    public SesameCall<SettleVisitResponse> SettleVisitAsync(
        SettleVisitRequest request,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default
    ) => calls.Unary(raw.SettleVisitAsync, request, timeout, cancellationToken);

    /// <summary>
    /// Lowers what the person pays for one charge, after the settlement. Not paid yet: less is collected, or nothing (RELEASED); COLLECTION_UNDER_WAY while an attempt
    /// is. Paid: the amount is given back, by the gateway if it had collected it, else by the hospital. Scope: deferred_payment.write.
    /// </summary>
    public SesameCall<RefundVisitChargeResponse> RefundVisitChargeAsync(
        RefundVisitChargeRequest request,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default
    ) => calls.Unary(raw.RefundVisitChargeAsync, request, timeout, cancellationToken);

    /// <summary>
    /// The person has paid the hospital all that is outstanding: the visit becomes SETTLED, or CLEARED if it was OVERDUE, and nothing is collected; a collection that
    /// is under way is undone. If the collection was first: ALREADY_SETTLED. Scope: deferred_payment.write.
    /// </summary>
    public SesameCall<ReportVisitPaymentResponse> ReportVisitPaymentAsync(
        ReportVisitPaymentRequest request,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default
    ) => calls.Unary(raw.ReportVisitPaymentAsync, request, timeout, cancellationToken);

    /// <summary>Returns one of the hospital's visits, else RESOURCE_NOT_FOUND. Scope: deferred_payment.read.</summary>
    public SesameCall<GetVisitResponse> GetVisitAsync(
        GetVisitRequest request,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default
    ) => calls.Unary(raw.GetVisitAsync, request, timeout, cancellationToken);

    /// <summary>Lists the hospital's visits, newest first. Scope: deferred_payment.read.</summary>
    public SesameCall<ListVisitsResponse> ListVisitsAsync(
        ListVisitsRequest request,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default
    ) => calls.Unary(raw.ListVisitsAsync, request, timeout, cancellationToken);

    /// <summary>All that ListVisitsAsync lists, from the page_token of the request on; each page is read when the reader comes to it.</summary>
    public IAsyncEnumerable<Visit> ReadAllVisitsAsync(ListVisitsRequest request, CancellationToken cancellationToken = default) =>
        Pages.ReadAsync((page, token) => ListVisitsAsync(page, null, token), request, page => page.Visits, cancellationToken);
}
