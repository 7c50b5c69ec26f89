using SesameGrpc.Gateway.Programmes;
using Xunit;

namespace SesameGrpc.Gateway.Tests.Programmes;

public sealed class ActivationTimelineTests
{
    private readonly List<Activation> activations = [];

    private ActivationTimeline Timeline => new(activations);

    [Fact]
    public void InForceAt_OfActivationsWhoseTimeHasCome_IsTheNewest()
    {
        Activate(version: 1, from: 0);
        Activate(version: 2, from: 100);

        Assert.Equal([1, 1, 2, 2], new[] { 0L, 99, 100, 1000 }.Select(InForceAt));
    }

    [Fact]
    public void InForceAt_BeforeTheFirst_IsNone()
    {
        Activate(version: 1, from: 100);

        Assert.Null(Timeline.InForceAt(99));
        Assert.Equal(100, Timeline.ChangeBehind(99));
        Assert.Null(Timeline.ChangeBehind(100));
    }

    [Fact]
    public void LaterDecision_ForAnEarlierTime_CallsTheScheduledOneOff()
    {
        Activate(version: 1, from: 0);
        var scheduled = Activate(version: 2, from: 100);
        Activate(version: 3, from: 50);

        Assert.Equal([1, 3, 3], new[] { 49L, 50, 100 }.Select(InForceAt));
        Assert.True(Timeline.IsCalledOff(scheduled));
        Assert.Equal(50, Timeline.ChangeBehind(0));
        Assert.Null(Timeline.ChangeBehind(50));
    }

    [Fact]
    public void LaterDecision_ForALaterTime_LeavesTheScheduledOneUntilThen()
    {
        var first = Activate(version: 1, from: 0);
        var scheduled = Activate(version: 2, from: 50);
        Activate(version: 3, from: 100);

        Assert.Equal([1, 2, 3], new[] { 49L, 50, 100 }.Select(InForceAt));
        Assert.Equal((50, 100), (Timeline.EndOf(first), Timeline.EndOf(scheduled)));
        Assert.False(Timeline.IsCalledOff(scheduled));
    }

    [Fact]
    public void EndedWithin_IsTheSpanWithoutItsBegin_NewestFirst()
    {
        Activate(version: 1, from: 0);
        Activate(version: 2, from: 50);
        Activate(version: 3, from: 100);

        Assert.Equal([2, 1], Timeline.EndedWithin(49, 100).Select(activation => activation.Version));
        Assert.Equal([2], Timeline.EndedWithin(50, 100).Select(activation => activation.Version));
        Assert.Equal([1], Timeline.EndedWithin(0, 99).Select(activation => activation.Version));
    }

    [Fact]
    public void Before_StepByStep_UndoesWhatWasDone()
    {
        Activate(version: 1, from: 0);
        Activate(version: 2, from: 10);
        Activate(version: 3, from: 20);

        Assert.Equal(2, RollBack(30)!.Version);
        Assert.Equal(1, RollBack(40)!.Version);
        Assert.Null(Timeline.Before(Timeline.InForceAt(50)!));
    }

    [Fact]
    public void Before_BehindARollBack_GoesOnFromWhereItWent()
    {
        Activate(version: 1, from: 0);
        Activate(version: 2, from: 10);
        RollBack(20);
        Activate(version: 3, from: 30);

        Assert.Equal(1, RollBack(40)!.Version);
        Assert.Null(Timeline.Before(Timeline.InForceAt(50)!));
    }

    [Fact]
    public void Before_TheSameVersionAgain_LooksForAnother()
    {
        Activate(version: 1, from: 0);
        Activate(version: 2, from: 10);
        Activate(version: 2, from: 20);

        Assert.Equal(1, Timeline.Before(Timeline.InForceAt(30)!)!.Version);
    }

    [Fact]
    public void Before_WhatWasCalledOff_NeverCounted()
    {
        Activate(version: 1, from: 0);
        Activate(version: 2, from: 100);
        Activate(version: 3, from: 50);

        Assert.Equal(1, Timeline.Before(Timeline.InForceAt(200)!)!.Version);
    }

    private int? InForceAt(long micros) => Timeline.InForceAt(micros)?.Version;

    private Activation Activate(int version, long from, long? returnsTo = null)
    {
        var activation = new Activation(activations.Count + 1, "bike.deposit_free", version, from, returnsTo, from, "operator:test");
        activations.Add(activation);
        return activation;
    }

    private Activation? RollBack(long at) =>
        Timeline.Before(Timeline.InForceAt(at)!) is { } before ? Activate(before.Version, at, before.Number) : null;
}
