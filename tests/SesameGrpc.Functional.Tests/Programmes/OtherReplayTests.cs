using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Functional.Tests.CreditBadges;
using SesameGrpc.Functional.Tests.Visits;
using Xunit;

namespace SesameGrpc.Functional.Tests.Programmes;

/// <summary>Decisions that are no checks and no waivers are decided again as well.</summary>
public sealed class OtherReplayTests(Stores stores)
{
    private readonly MovableTime time = new();

    [Fact]
    public async Task Replay_OfVisits_TakesWhatWasOverdueAsAFact()
    {
        await using var gateway = await stores.StartGatewayAsync(Store.Sqlite, new() { Time = time });
        var hospital = await gateway.ConnectHospitalAsync();
        await gateway.FeedAsync("p", 650);
        await gateway.FeedAsync("q", 649);
        var visit = await hospital.OpenAsync("p", "v1");
        await hospital.AskToOpenAsync("q", "v2");
        await hospital.AskToOpenAsync("p", "v3");
        await hospital.ChargeAsync(visit, "a", 100);
        await hospital.CloseAsync(visit, VisitSteps.Settlement(VisitSteps.Line("a", 0, 0, 0, 0, 100)));
        time.Advance(TimeSpan.FromDays(8));
        hospital = await gateway.ReconnectHospitalAsync();
        await hospital.WhenAsync(visit, now => now.State == VisitState.Overdue, "overdue");
        await hospital.AskToOpenAsync("p", "v4");

        await AssertAllEqualAsync(gateway, decisions: 4, facts: 2);
    }

    [Fact]
    public async Task Replay_OfBadges_AsksForWhatBadgesAskFor()
    {
        await using var scene = await BadgeScene.StartAsync(stores, Store.Sqlite, time);
        await scene.Gateway.FeedAsync("low", 599);
        await scene.Gateway.FeedAsync("listed", 800, courtListed: true);
        await scene.IssueAsync();
        await scene.IssueAsync("low", "low");
        await scene.IssueAsync("listed", "listed");
        time.Advance(TimeSpan.FromDays(100));
        await scene.ReconnectAsync();
        await scene.IssueAsync();

        await AssertAllEqualAsync(scene.Gateway, decisions: 4, facts: 0);
    }

    private static async Task AssertAllEqualAsync(SesameGrpc.TestSupport.GatewayUnderTest gateway, long decisions, long facts)
    {
        var replay = await gateway.ReplayAsync(new ReplayDecisionsRequest());

        Assert.Empty(replay.Differences);
        Assert.Empty(replay.NotReplayable);
        Assert.Equal((decisions, decisions, facts), (replay.Decisions, replay.Equal, replay.LimitsTakenAsFacts));
    }
}
