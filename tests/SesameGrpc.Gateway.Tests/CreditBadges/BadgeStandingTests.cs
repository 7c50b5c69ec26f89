using Microsoft.Extensions.Time.Testing;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.CreditBadges;
using SesameGrpc.Gateway.Withdrawals;
using Xunit;

namespace SesameGrpc.Gateway.Tests.CreditBadges;

/// <summary>A withdrawal is acknowledged a while after its commit; what was read before may be told only that long.</summary>
public sealed class BadgeStandingTests
{
    private readonly FakeTimeProvider time = new();
    private int readings;

    [Fact]
    public async Task InTime_AReadingThatTookTooLong_IsDoneAgain() =>
        Assert.Equal(2, await StandingInTimeAsync(WithdrawalFence.LongestAnswer, TimeSpan.Zero));

    [Fact]
    public async Task InTime_AReadingThatWasQuick_IsTold() =>
        Assert.Equal(1, await StandingInTimeAsync(WithdrawalFence.LongestAnswer - TimeSpan.FromMilliseconds(1)));

    [Fact]
    public async Task InTime_AStoreThatStaysSlow_IsAnOutage()
    {
        var late = WithdrawalFence.LongestAnswer;

        await Assert.ThrowsAsync<TimeoutException>(() => StandingInTimeAsync(late, late, late, TimeSpan.Zero));
        Assert.Equal(3, readings);
    }

    private Task<int> StandingInTimeAsync(params TimeSpan[] durations) =>
        new BadgeStanding(null!, null!, new GatewayOptions(), time).InTimeAsync(
            _ =>
            {
                time.Advance(durations[readings]);
                return Task.FromResult(++readings);
            },
            TestContext.Current.CancellationToken
        );
}
