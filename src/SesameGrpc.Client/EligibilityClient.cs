using SesameGrpc.Client.Calls;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Client;

/// <summary>Decisions on programmes.</summary>
public sealed class EligibilityClient
{
    private readonly CallRunner calls;
    private readonly EligibilityService.EligibilityServiceClient raw;

    internal EligibilityClient(CallRunner calls)
    {
        this.calls = calls;
        raw = new EligibilityService.EligibilityServiceClient(calls.Invoker);
    }

    /// <summary>Decides for one person and one programme. Scope: eligibility.check.</summary>
    public SesameCall<CheckEligibilityResponse> CheckEligibilityAsync(
        CheckEligibilityRequest request,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default
    ) => calls.Unary(raw.CheckEligibilityAsync, request, timeout, cancellationToken);

    /// <summary>Decides for up to 1,000 pairs, in the order asked. Scope: eligibility.check.</summary>
    public SesameCall<BatchCheckEligibilityResponse> BatchCheckEligibilityAsync(
        BatchCheckEligibilityRequest request,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default
    ) => calls.Unary(raw.BatchCheckEligibilityAsync, request, timeout, cancellationToken);

    /// <summary>Lists the programmes in which the calling partner is enrolled, by id. Scope: eligibility.check.</summary>
    public SesameCall<ListProgrammesResponse> ListProgrammesAsync(
        ListProgrammesRequest request,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default
    ) => calls.Unary(raw.ListProgrammesAsync, request, timeout, cancellationToken);

    /// <summary>All that ListProgrammesAsync lists, from the page_token of the request on; each page is read when the reader comes to it.</summary>
    public IAsyncEnumerable<PartnerProgramme> ReadAllProgrammesAsync(
        ListProgrammesRequest request,
        CancellationToken cancellationToken = default
    ) => Pages.ReadAsync((page, token) => ListProgrammesAsync(page, null, token), request, page => page.Programmes, cancellationToken);

    /// <summary>Returns one programme in which the calling partner is enrolled, else PROGRAMME_NOT_ENROLLED. Scope: eligibility.check.</summary>
    public SesameCall<GetProgrammeResponse> GetProgrammeAsync(
        GetProgrammeRequest request,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default
    ) => calls.Unary(raw.GetProgrammeAsync, request, timeout, cancellationToken);
}
