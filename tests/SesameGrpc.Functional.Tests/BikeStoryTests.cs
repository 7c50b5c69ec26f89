using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using Xunit;

namespace SesameGrpc.Functional.Tests;

/// <summary>The main job, from the token to the returned bike.</summary>
public sealed class BikeStoryTests(Stores stores)
{
    [Theory]
    [InlineData(Store.Sqlite)]
    [InlineData(Store.PostgreSql)]
    public async Task BikeStory_AtTheThreshold_IsGrantedAndReleased(Store store)
    {
        await using var gateway = await stores.StartGatewayAsync(store);
        var bike = await gateway.ConnectAsync("hello-bike", new Enrolment { Programme = "bike.deposit_free" });
        await gateway.FeedAsync("test-650", 650);
        await gateway.FeedAsync("test-649", 649);

        var score = await bike.Scores.GetCreditScoreAsync(new GetCreditScoreRequest { Subject = "test-650" });
        Assert.Equal(650, score.Score.Score);
        Assert.Equal(ScoreBand.Excellent, score.Score.Band);

        var check = await bike.Eligibility.CheckEligibilityAsync(
            new CheckEligibilityRequest { Subject = "test-650", Programme = "bike.deposit_free" }
        );
        Assert.Equal(EligibilityDecision.Eligible, check.Decision);
        Assert.Equal(19900, check.Terms.CoveredAmount.MinorUnits);
        Assert.Empty(check.Reasons);

        var granted = await bike.GrantAsync("test-650", "bike.deposit_free", "ride-1");
        Assert.Equal(DepositWaiverState.Active, granted.DepositWaiver.State);
        Assert.Equal(19900, granted.DepositWaiver.WaivedAmount.MinorUnits);

        var id = granted.DepositWaiver.DepositWaiverId;
        var completed = await bike.Waivers.CompleteDepositWaiverAsync(
            new CompleteDepositWaiverRequest { RequestId = "complete-1", DepositWaiverId = id }
        );
        Assert.Equal(DepositWaiverState.Released, completed.DepositWaiver.State);
        Assert.Equal(2, completed.DepositWaiver.Revision);
        Assert.Empty(completed.DepositWaiver.AllowedActions);

        var again = await bike.GrantAsync("test-650", "bike.deposit_free", "ride-2");
        Assert.Equal(DepositWaiverState.Active, again.DepositWaiver.State);
    }

    [Theory]
    [InlineData(Store.Sqlite)]
    [InlineData(Store.PostgreSql)]
    public async Task BikeStory_OnePointBelow_IsRefusedWithReason(Store store)
    {
        await using var gateway = await stores.StartGatewayAsync(store);
        var bike = await gateway.ConnectAsync("hello-bike", new Enrolment { Programme = "bike.deposit_free" });
        await gateway.FeedAsync("test-649", 649);

        var check = await bike.Eligibility.CheckEligibilityAsync(
            new CheckEligibilityRequest { Subject = "test-649", Programme = "bike.deposit_free" }
        );
        var grant = await bike.GrantAsync("test-649", "bike.deposit_free", "ride-1");

        Assert.Equal(EligibilityDecision.NotEligible, check.Decision);
        Assert.Equal(DecisionReason.ScoreTooLow, Assert.Single(check.Reasons).Reason);
        Assert.Null(check.Terms);
        Assert.Equal(DecisionReason.ScoreTooLow, Assert.Single(grant.NotGranted.Reasons).Reason);
        Assert.Empty((await bike.Waivers.ListDepositWaiversAsync(new ListDepositWaiversRequest())).DepositWaivers);
    }
}
