using SesameGrpc.Client.Calls;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Client;

/// <summary>Scores of persons.</summary>
public sealed class CreditScoresClient
{
    private readonly CallRunner calls;
    private readonly CreditScoreService.CreditScoreServiceClient raw;

    internal CreditScoresClient(CallRunner calls)
    {
        this.calls = calls;
        raw = new CreditScoreService.CreditScoreServiceClient(calls.Invoker);
    }

    /// <summary>Returns one person's score, or why the person has none. Scope: score.read; with include_dimensions also score.dimensions.read.</summary>
    public SesameCall<GetCreditScoreResponse> GetCreditScoreAsync(
        GetCreditScoreRequest request,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default
    ) => calls.Unary(raw.GetCreditScoreAsync, request, timeout, cancellationToken);

    /// <summary>Returns a result, or an error, for each of up to 1,000 persons, in the order asked. Scope: score.read.</summary>
    public SesameCall<BatchGetCreditScoresResponse> BatchGetCreditScoresAsync(
        BatchGetCreditScoresRequest request,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default
    ) => calls.Unary(raw.BatchGetCreditScoresAsync, request, timeout, cancellationToken);

    /// <summary>Returns the band that one person's score lies in, never the number. Scope: score.band.read.</summary>
    public SesameCall<GetScoreBandResponse> GetScoreBandAsync(
        GetScoreBandRequest request,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default
    ) => calls.Unary(raw.GetScoreBandAsync, request, timeout, cancellationToken);
}
