using Grpc.Core;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Client.Calls;

/// <summary>
/// Decides whether to try a unary call again. That it may be repeated is the contract's promise for every method: what reads changes nothing, and what changes something carries its
/// request_id (AIP-155). Whether it helps is for the gateway to say, by RetryInfo.
/// </summary>
internal static class RetryRules
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>Whether another try may end otherwise. retries: how many were made before.</summary>
    public static bool IsWorthTrying(SesameException error, int retries) =>
        error.ReasonName is null ? IsConnectionFault(error) : error.RetryAfter is not null || (WantsNewToken(error) && retries == 0);

    /// <summary>Whether the token is what was wrong: it has expired, or the keys of its issuer have changed.</summary>
    public static bool WantsNewToken(SesameException error) =>
        error.Reason
            is ErrorReason.TokenExpired
                or ErrorReason.TokenInvalid
                or ErrorReason.TokenNotBound
                or ErrorReason.TokenBindingMismatch;

    /// <summary>What the gateway asks for, and on top a part of a span that doubles with each retry, so that callers who failed together do not come back together.</summary>
    public static TimeSpan PauseBefore(int retry, SesameException error, double random)
    {
        var span = ShortestPause * Math.Pow(2, retry);
        span = span < LongestPause ? span : LongestPause;
        return (error.RetryAfter ?? TimeSpan.Zero) + (span * random);
    }

    // Nobody has stated a reason, so the answer did not come from the gateway: the connection broke, or something stands in between.
    private static bool IsConnectionFault(SesameException error) =>
        error.StatusCode is StatusCode.Unavailable or StatusCode.Internal or StatusCode.Unknown or StatusCode.Cancelled;
}
