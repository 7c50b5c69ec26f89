using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Failpoints;
using Xunit;

namespace SesameGrpc.Gateway.Tests.Failpoints;

/// <summary>That an armed failpoint kills is for the kill tests, which can outlive it.</summary>
public sealed class CrashTests
{
    [Theory]
    [InlineData(GatewayMode.Production, "LedgerCommitted")]
    [InlineData(GatewayMode.Sandbox, "Nowhere")]
    [InlineData(GatewayMode.Sandbox, "12")]
    [InlineData(GatewayMode.Sandbox, "LedgerCommitted:0")]
    [InlineData(GatewayMode.Sandbox, "LedgerCommitted:often")]
    [InlineData(GatewayMode.Sandbox, "LedgerCommitted:1:2")]
    internal void Arm_InProductionOrWithoutSense_NamesTheSettingAndWhatIsAllowed(GatewayMode mode, string failpoint)
    {
        var exception = Assert.Throws<ConfigurationException>(() => Crash.Arm(new GatewayOptions { Mode = mode, Failpoint = failpoint }));

        Assert.StartsWith(
            $"Sesame:Failpoint is \"{failpoint}\"; allowed: empty, or in the sandbox one of ",
            exception.Message,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain('\n', exception.Message);
    }

    [Fact]
    public void At_Disarmed_GoesOn()
    {
        Crash.Arm(new GatewayOptions());

        Assert.All(Enum.GetValues<Failpoint>(), Crash.At);
    }
}
