using SesameGrpc.Client.Calls;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Client;

/// <summary>Waived deposits.</summary>
public sealed class DepositWaiversClient
{
    private readonly CallRunner calls;
    private readonly DepositWaiverService.DepositWaiverServiceClient raw;

    internal DepositWaiversClient(CallRunner calls)
    {
        this.calls = calls;
        raw = new DepositWaiverService.DepositWaiverServiceClient(calls.Invoker);
    }

    /// <summary>
    /// Grants a waiver: checks eligibility and limits and holds the amount in one atomic step. Scope: deposit_waiver.write. A person who is refused is an answer
    /// (not_granted), not an error; it holds nothing.
    /// </summary>
    public SesameCall<GrantDepositWaiverResponse> GrantDepositWaiverAsync(
        GrantDepositWaiverRequest request,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default
    ) => calls.Unary(raw.GrantDepositWaiverAsync, request, timeout, cancellationToken);

    /// <summary>Returns one of the partner's waivers, else RESOURCE_NOT_FOUND. Scope: deposit_waiver.read.</summary>
    public SesameCall<GetDepositWaiverResponse> GetDepositWaiverAsync(
        GetDepositWaiverRequest request,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default
    ) => calls.Unary(raw.GetDepositWaiverAsync, request, timeout, cancellationToken);

    /// <summary>Lists the partner's waivers, newest first. Scope: deposit_waiver.read.</summary>
    public SesameCall<ListDepositWaiversResponse> ListDepositWaiversAsync(
        ListDepositWaiversRequest request,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default
    ) => calls.Unary(raw.ListDepositWaiversAsync, request, timeout, cancellationToken);

    /// <summary>All that ListDepositWaiversAsync lists, from the page_token of the request on; each page is read when the reader comes to it.</summary>
    public IAsyncEnumerable<DepositWaiver> ReadAllDepositWaiversAsync(
        ListDepositWaiversRequest request,
        CancellationToken cancellationToken = default
    ) =>
        Pages.ReadAsync(
            (page, token) => ListDepositWaiversAsync(page, null, token),
            request,
            page => page.DepositWaivers,
            cancellationToken
        );

    /// <summary>Gives the person longer: the thing is due later. Allowed while ACTIVE. Scope: deposit_waiver.write.</summary>
    public SesameCall<ExtendDepositWaiverResponse> ExtendDepositWaiverAsync(
        ExtendDepositWaiverRequest request,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default
    ) => calls.Unary(raw.ExtendDepositWaiverAsync, request, timeout, cancellationToken);

    /// <summary>
    /// The thing came back. Nothing is owed: the waiver becomes RELEASED and the hold ends. Something is owed: it becomes SETTLING, the hold stays, and the charge is
    /// collected from the person. Allowed while ACTIVE, and while OVERDUE if not completed before. Scope: deposit_waiver.write.
    /// </summary>
    public SesameCall<CompleteDepositWaiverResponse> CompleteDepositWaiverAsync(
        CompleteDepositWaiverRequest request,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default
    ) => calls.Unary(raw.CompleteDepositWaiverAsync, request, timeout, cancellationToken);

    /// <summary>The order never started: ACTIVE becomes CANCELLED and the hold ends. Scope: deposit_waiver.write.</summary>
    public SesameCall<CancelDepositWaiverResponse> CancelDepositWaiverAsync(
        CancelDepositWaiverRequest request,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default
    ) => calls.Unary(raw.CancelDepositWaiverAsync, request, timeout, cancellationToken);

    /// <summary>
    /// Lowers a charge, as long as no collection of it is under way: COLLECTION_UNDER_WAY otherwise. Down to 0, the waiver becomes RELEASED. Scope:
    /// deposit_waiver.write.
    /// </summary>
    public SesameCall<CorrectDepositWaiverChargeResponse> CorrectDepositWaiverChargeAsync(
        CorrectDepositWaiverChargeRequest request,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default
    ) => calls.Unary(raw.CorrectDepositWaiverChargeAsync, request, timeout, cancellationToken);

    /// <summary>
    /// The person has paid the charge to the partner: the waiver becomes SETTLED, and nothing is collected; a collection that is under way is undone. If the collection
    /// was first: ALREADY_SETTLED. Scope: deposit_waiver.write.
    /// </summary>
    public SesameCall<ReportDepositWaiverPaymentResponse> ReportDepositWaiverPaymentAsync(
        ReportDepositWaiverPaymentRequest request,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default
    ) => calls.Unary(raw.ReportDepositWaiverPaymentAsync, request, timeout, cancellationToken);
}
