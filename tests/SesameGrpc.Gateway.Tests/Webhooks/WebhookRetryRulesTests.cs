using CsCheck;
using SesameGrpc.Gateway.Webhooks;
using Xunit;

namespace SesameGrpc.Gateway.Tests.Webhooks;

public sealed class WebhookRetryRulesTests
{
    private static readonly TimeSpan[] Schedule =
    [
        TimeSpan.FromSeconds(15),
        TimeSpan.FromMinutes(1),
        TimeSpan.FromMinutes(5),
        TimeSpan.FromMinutes(30),
        TimeSpan.FromHours(2),
        TimeSpan.FromHours(6),
        TimeSpan.FromHours(12),
        TimeSpan.FromHours(24),
    ];

    [Fact]
    public void Delay_AfterEachTry_IsTheSchedulesWithinAFifth() =>
        Gen.Select(Gen.Int[1, 8], Gen.String[Gen.Char.AlphaNumeric, 1, 32])
            .Sample(
                (tries, eventId) =>
                {
                    var delay = WebhookRetryRules.DelayAfter(tries, eventId, null);
                    Assert.InRange(delay!.Value, Schedule[tries - 1] * 0.8, Schedule[tries - 1] * 1.2);
                    Assert.Equal(delay, WebhookRetryRules.DelayAfter(tries, eventId, null));
                }
            );

    [Theory]
    [InlineData(9)]
    [InlineData(10)]
    public void Delay_AfterTheLastTry_IsNone(int tries)
    {
        Assert.Null(WebhookRetryRules.DelayAfter(tries, "e", null));
        Assert.Null(WebhookRetryRules.DelayAfter(tries, "e", TimeSpan.FromHours(1)));
    }

    [Fact]
    public void Delay_OfDifferentEvents_Differs() =>
        Assert.NotEqual(WebhookRetryRules.DelayAfter(1, "a", null), WebhookRetryRules.DelayAfter(1, "b", null));

    [Theory]
    [InlineData(3600, 3600)]
    [InlineData(86_400, 86_400)]
    [InlineData(86_401, 86_400)]
    [InlineData(int.MaxValue, 86_400)]
    public void RetryAfter_LongerThanTheSchedule_CountsUpToADay(int asked, int expectedSeconds) =>
        Assert.Equal(TimeSpan.FromSeconds(expectedSeconds), WebhookRetryRules.DelayAfter(1, "e", TimeSpan.FromSeconds(asked)));

    [Theory]
    [InlineData(-5)]
    [InlineData(0)]
    [InlineData(5)]
    public void RetryAfter_ShorterThanTheSchedule_ChangesNothing(int asked) =>
        Assert.Equal(WebhookRetryRules.DelayAfter(1, "e", null), WebhookRetryRules.DelayAfter(1, "e", TimeSpan.FromSeconds(asked)));
}
