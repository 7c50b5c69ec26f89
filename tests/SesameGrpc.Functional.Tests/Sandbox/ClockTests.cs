using Google.Protobuf.WellKnownTypes;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Functional.Tests.Waivers;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.Sandbox;

/// <summary>The clock that goes forward, and what is due then.</summary>
public sealed class ClockTests
{
    [Fact]
    public async Task Advance_BeyondADueTime_MakesTheWaiverOverdueSoon()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var bike = await gateway.ConnectAsync("bike", new Enrolment { Programme = SandboxScene.Bike });
        var waiver = await bike.GrantBikeAsync(gateway, "test-650");

        var clock = await AdvanceAsync(gateway, TimeSpan.FromDays(2));

        Assert.Equal(TimeSpan.FromDays(2), clock.Ahead.ToTimeSpan());
        var later = await gateway.ConnectOnboardedAsync("bike");
        await later.WhenOverdueAsync(waiver);
        Assert.Contains(gateway.Log.Lines, line => line.Contains("2.00:00:00 ahead of the machine's", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Advance_OfOneRequestId_IsOnce()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();

        await AdvanceAsync(gateway, TimeSpan.FromHours(1), "same");
        await AdvanceAsync(gateway, TimeSpan.FromHours(1), "same");

        Assert.Equal(TimeSpan.FromHours(1), (await gateway.Sandbox.GetClockAsync(new GetClockRequest())).Clock.Ahead.ToTimeSpan());
    }

    [Fact]
    public async Task Clock_AfterARestart_IsAheadStill_AndProductionRefusesItsDirectory()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        await AdvanceAsync(gateway, TimeSpan.FromHours(5));

        await using var restarted = await GatewayUnderTest.StartAsync(new GatewaySetup { Beside = gateway });
        var production = new GatewaySetup
        {
            Beside = gateway,
            Settings = new Dictionary<string, string?> { ["Sesame:Mode"] = "Production" },
        };

        Assert.Equal(TimeSpan.FromHours(5), (await restarted.Sandbox.GetClockAsync(new GetClockRequest())).Clock.Ahead.ToTimeSpan());
        var refused = await Assert.ThrowsAsync<ConfigurationException>(() => GatewayUnderTest.StartAsync(production));
        Assert.StartsWith("Sesame:DataDirectory is ", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(3651)]
    [InlineData(20 * 365)]
    public async Task Advance_OutOfRange_IsRefused(int days)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();

        var refused = await RefusedCall.OfAsync(() => AdvanceAsync(gateway, TimeSpan.FromDays(days)));

        Assert.Equal(("FIELD_INVALID", "advance"), (refused.Reason, refused.Info.Metadata["fields"].Split(',')[0]));
    }

    /// <summary>Nobody could set the clock back with a certificate that has expired.</summary>
    [Fact]
    public async Task Advance_BeyondTheEndOfTheOperatorsCertificate_IsRefused()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        await AdvanceAsync(gateway, TimeSpan.FromDays(3650));

        var refused = await RefusedCall.OfAsync(() => AdvanceAsync(gateway, TimeSpan.FromDays(3650)));

        Assert.Equal("FIELD_INVALID", refused.Reason);
        Assert.Contains("your own certificate", refused.Status.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Service_InProduction_IsNotThere()
    {
        await using var gateway = await GatewayUnderTest.StartAsync(new GatewaySetup { Production = true });

        Assert.Equal("METHOD_UNKNOWN", (await RefusedCall.OfAsync(gateway.Sandbox.GetClockAsync(new GetClockRequest()))).Reason);
        Assert.Equal(
            "METHOD_UNKNOWN",
            (await RefusedCall.OfAsync(gateway.Sandbox.ResetSandboxAsync(new ResetSandboxRequest { RequestId = "r" }))).Reason
        );
    }

    private static async Task<SandboxClock> AdvanceAsync(GatewayUnderTest gateway, TimeSpan advance, string? requestId = null) =>
        (
            await gateway.Sandbox.AdvanceClockAsync(
                new AdvanceClockRequest { RequestId = requestId ?? Guid.NewGuid().ToString(), Advance = Duration.FromTimeSpan(advance) }
            )
        ).Clock;
}
