using SesameGrpc.Client.Calls;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Client;

/// <summary>Badges on profiles.</summary>
public sealed class CreditBadgesClient
{
    private readonly CallRunner calls;
    private readonly CreditBadgeService.CreditBadgeServiceClient raw;

    internal CreditBadgesClient(CallRunner calls)
    {
        this.calls = calls;
        raw = new CreditBadgeService.CreditBadgeServiceClient(calls.Invoker);
    }

    /// <summary>
    /// Issues a badge for a profile, or renews the one that the profile has. Scope: credit_badge.write. Needs a consent for the purpose CREDIT_BADGE. A person who is
    /// refused is an answer (not_issued), not an error; a badge that the profile has stays as it is then.
    /// </summary>
    public SesameCall<IssueCreditBadgeResponse> IssueCreditBadgeAsync(
        IssueCreditBadgeRequest request,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default
    ) => calls.Unary(raw.IssueCreditBadgeAsync, request, timeout, cancellationToken);

    /// <summary>Returns one of the partner's badges, else RESOURCE_NOT_FOUND. Scope: credit_badge.read.</summary>
    public SesameCall<GetCreditBadgeResponse> GetCreditBadgeAsync(
        GetCreditBadgeRequest request,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default
    ) => calls.Unary(raw.GetCreditBadgeAsync, request, timeout, cancellationToken);

    /// <summary>Lists the partner's badges, newest first. Scope: credit_badge.read.</summary>
    public SesameCall<ListCreditBadgesResponse> ListCreditBadgesAsync(
        ListCreditBadgesRequest request,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default
    ) => calls.Unary(raw.ListCreditBadgesAsync, request, timeout, cancellationToken);

    /// <summary>All that ListCreditBadgesAsync lists, from the page_token of the request on; each page is read when the reader comes to it.</summary>
    public IAsyncEnumerable<CreditBadge> ReadAllCreditBadgesAsync(
        ListCreditBadgesRequest request,
        CancellationToken cancellationToken = default
    ) => Pages.ReadAsync((page, token) => ListCreditBadgesAsync(page, null, token), request, page => page.CreditBadges, cancellationToken);

    /// <summary>Ends a badge for good: the profile is gone, or shows none any more. STATE_CONFLICT where it has ended. Scope: credit_badge.write.</summary>
    public SesameCall<RevokeCreditBadgeResponse> RevokeCreditBadgeAsync(
        RevokeCreditBadgeRequest request,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default
    ) => calls.Unary(raw.RevokeCreditBadgeAsync, request, timeout, cancellationToken);
}
