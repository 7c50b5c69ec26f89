using Grpc.Core;
using SesameGrpc.Client.Calls;
using Xunit;

namespace SesameGrpc.Client.Tests.Calls;

public sealed class RetryRulesTests
{
    [Theory]
    [InlineData(StatusCode.Unavailable, null, false, true)]
    [InlineData(StatusCode.Internal, null, false, true)]
    [InlineData(StatusCode.Unimplemented, null, false, false)]
    [InlineData(StatusCode.DeadlineExceeded, null, false, false)]
    [InlineData(StatusCode.Unavailable, "STORE_UNAVAILABLE", true, true)]
    [InlineData(StatusCode.Aborted, "LOST_RACE", true, true)]
    [InlineData(StatusCode.ResourceExhausted, "TOO_MANY_CALLS", true, true)]
    [InlineData(StatusCode.ResourceExhausted, "TOO_MANY_WEBHOOK_ENDPOINTS", false, false)]
    [InlineData(StatusCode.Internal, "INTERNAL", false, false)]
    [InlineData(StatusCode.NotFound, "RESOURCE_NOT_FOUND", false, false)]
    [InlineData(StatusCode.Unavailable, "A_REASON_OF_THE_FUTURE", true, true)]
    public void IsWorthTrying_ByReason_IsWhatTheGatewaySays(StatusCode code, string? reason, bool retryInfo, bool expected)
    {
        var error = new SesameException(code, reason, "") { RetryAfter = retryInfo ? TimeSpan.FromSeconds(1) : null };

        Assert.Equal(expected, RetryRules.IsWorthTrying(error, retries: 2));
    }

    [Theory]
    [InlineData("TOKEN_EXPIRED", true)]
    [InlineData("TOKEN_INVALID", true)]
    [InlineData("TOKEN_BINDING_MISMATCH", true)]
    [InlineData("CERTIFICATE_REVOKED", false)]
    [InlineData("invalid_client", false)]
    public void IsWorthTrying_Unauthenticated_IsOnceWhereANewTokenHelps(string reason, bool once)
    {
        var error = new SesameException(StatusCode.Unauthenticated, reason, "");

        Assert.Equal(once, RetryRules.IsWorthTrying(error, retries: 0));
        Assert.False(RetryRules.IsWorthTrying(error, retries: 1));
    }

    [Theory]
    [InlineData(0, 0, 0.5, 25)]
    [InlineData(3, 0, 0.5, 200)]
    [InlineData(30, 0, 1, 5000)]
    [InlineData(0, 1000, 0, 1000)]
    [InlineData(1, 1000, 1, 1100)]
    public void PauseBefore_Retry_IsWhatTheGatewayAsksForAndAPartOfADoublingSpan(int retry, int retryAfter, double random, int expected)
    {
        var error = new SesameException(StatusCode.Unavailable, null, "")
        {
            RetryAfter = retryAfter > 0 ? TimeSpan.FromMilliseconds(retryAfter) : null,
        };

        Assert.Equal(TimeSpan.FromMilliseconds(expected), RetryRules.PauseBefore(retry, error, random));
    }
}
