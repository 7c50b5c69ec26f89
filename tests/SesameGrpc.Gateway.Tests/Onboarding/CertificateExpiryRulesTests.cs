using SesameGrpc.Gateway.Onboarding;
using Xunit;

namespace SesameGrpc.Gateway.Tests.Onboarding;

public sealed class CertificateExpiryRulesTests
{
    [Theory]
    [InlineData(30.01, null, null)]
    [InlineData(30, null, 30)]
    [InlineData(7.01, null, 30)]
    [InlineData(29, 30, null)]
    [InlineData(7, 30, 7)]
    [InlineData(7, null, 7)]
    [InlineData(6, 7, null)]
    [InlineData(1, 7, 1)]
    [InlineData(0.5, 30, 1)]
    [InlineData(0.5, 1, null)]
    [InlineData(0, null, null)]
    [InlineData(-1, 7, null)]
    public void DueWarning_IsTheNearestThatHasBegunAndWasNotGiven(double daysLeft, int? warned, int? expected) =>
        Assert.Equal(expected, CertificateExpiryRules.DueWarning(TimeSpan.FromDays(daysLeft), warned));
}
