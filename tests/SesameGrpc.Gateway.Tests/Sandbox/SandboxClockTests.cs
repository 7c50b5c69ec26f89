using Microsoft.Extensions.Logging.Abstractions;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Sandbox;
using Xunit;

namespace SesameGrpc.Gateway.Tests.Sandbox;

public sealed class SandboxClockTests : IDisposable
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private readonly TemporaryFolder folder = new();

    [Fact]
    public void Advance_ByAnHour_IsAheadByAnHour_AlsoForWhoComesLater()
    {
        var clock = New();
        clock.Advance(Hour);

        Assert.Equal(Hour, clock.Ahead);
        Assert.InRange(clock.GetUtcNow() - TimeProvider.System.GetUtcNow(), Hour - TimeSpan.FromSeconds(5), Hour);
        Assert.Equal(Hour, New().Ahead);
    }

    [Fact]
    public void Advance_ToLessThanItIsAhead_ChangesNothing()
    {
        var clock = New();
        clock.Advance(Hour);
        clock.Advance(Hour / 2);

        Assert.Equal(Hour, clock.Ahead);
    }

    [Fact]
    public void Reset_AfterAnAdvance_IsTheMachinesTime_AlsoForWhoComesLater()
    {
        var clock = New();
        clock.Advance(Hour);
        clock.Reset();

        Assert.Equal((TimeSpan.Zero, TimeSpan.Zero), (clock.Ahead, New().Ahead));
    }

    [Fact]
    public async Task Advance_WhatIsDoneEveryHour_IsDoneAtOnce()
    {
        var clock = New();
        using var timer = new PeriodicTimer(Hour, clock);
        var tick = timer.WaitForNextTickAsync(TestContext.Current.CancellationToken).AsTask();
        Assert.False(tick.IsCompleted);

        clock.Advance(TimeSpan.FromDays(1));

        Assert.True(await tick.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Advance_ADeadline_GoesOnAsBefore()
    {
        var clock = New();
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(1), clock);

        clock.Advance(TimeSpan.FromDays(1));

        Assert.False(deadline.IsCancellationRequested);
    }

    [Fact]
    public void Production_WithoutASandboxsClock_MayStart()
    {
        var production = new GatewayOptions { DataDirectory = folder.Path, Mode = GatewayMode.Production };
        SandboxClock.RefuseInProduction(production);

        New().Advance(Hour);

        Assert.Throws<ConfigurationException>(() => SandboxClock.RefuseInProduction(production));
    }

    public void Dispose() => folder.Dispose();

    private SandboxClock New() => new(new GatewayOptions { DataDirectory = folder.Path }, NullLogger<SandboxClock>.Instance);
}
