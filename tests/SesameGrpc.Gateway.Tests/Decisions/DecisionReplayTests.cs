using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Amounts;
using SesameGrpc.Gateway.Decisions;
using SesameGrpc.Gateway.Eligibility;
using Xunit;

namespace SesameGrpc.Gateway.Tests.Decisions;

public sealed class DecisionReplayTests
{
    private const string Bike = "bike.deposit_free";

    private static readonly DecisionFacts Good = new(
        Samples.Person(700),
        new OrderFacts(),
        Samples.NowMicros,
        Samples.Validity,
        IsGrant: true,
        IsBadge: false,
        Honoured: null,
        LimitReached: null
    );

    [Fact]
    public void Decide_AllConditionsHold_IsEligible() => Assert.Equal(Eligible, Decide(Good));

    [Fact]
    public void Decide_ScoreTooLow_SaysSo() =>
        Assert.Equal(NotEligible(DecisionReason.ScoreTooLow), Decide(Good with { Person = Samples.Person(649) }));

    [Fact]
    public void Decide_AsOfAMomentWhenTheScoreHadExpired_IsUndecidable() =>
        Assert.Equal(
            new DecisionOutcome(EligibilityDecision.Undecidable, [DecisionReason.ScoreExpired]),
            Decide(Good with { Validity = TimeSpan.FromHours(1) })
        );

    [Fact]
    public void Decide_GrantAboveTheLimit_IsRefusedUnlessAPartWillDo()
    {
        var above = Good with { Order = new OrderFacts { Amount = Cny.Of(19_901) } };
        var partial = above with { Order = new OrderFacts(above.Order) { AcceptPartial = true } };

        Assert.Equal(NotEligible(DecisionReason.AmountTooHigh), Decide(above));
        Assert.Equal(Eligible, Decide(partial));
        Assert.Equal(Eligible, Decide(above with { IsGrant = false }));
        Assert.Equal(Eligible, Decide(Good with { Order = new OrderFacts { Amount = Cny.Of(19_900) } }));
    }

    /// <summary>A badge's programme asks for consent alone; nobody on a court's list has one, and no band that was computed too long ago is stated.</summary>
    [Fact]
    public void Decide_Badge_AsksForMoreThanItsProgramme()
    {
        var badge = Good with { IsBadge = true };
        var programme = Samples.Enrolled("dating.badge");

        Assert.Equal(Eligible, DecisionReplay.Decide(programme, badge));
        Assert.Equal(
            NotEligible(DecisionReason.CourtListed),
            DecisionReplay.Decide(programme, badge with { Person = Samples.Person(700, courtListed: true) })
        );
        Assert.Equal(Eligible, DecisionReplay.Decide(programme, Good with { Person = Samples.Person(700, courtListed: true) }));
    }

    [Fact]
    public void Decide_LimitReached_IsAFactOnlyWhereNothingElseRefuses()
    {
        var limited = Good with { LimitReached = DecisionReason.PartnerLimitReached };

        Assert.Equal(NotEligible(DecisionReason.PartnerLimitReached), Decide(limited));
        Assert.Equal(NotEligible(DecisionReason.ScoreTooLow), Decide(limited with { Person = Samples.Person(600) }));
    }

    [Fact]
    public void Decide_HonouredDecision_CountsWhateverTheScoreIsNow()
    {
        var honoured = new Decision(EligibilityDecision.Eligible, default, 10_000);
        var facts = Good with { Person = Samples.Person(400), Honoured = honoured };

        Assert.Equal(Eligible, Decide(facts));
        Assert.Equal(NotEligible(DecisionReason.AmountTooHigh), Decide(facts with { Order = new OrderFacts { Amount = Cny.Of(10_001) } }));
    }

    [Fact]
    public void IsGrant_TellsChecksFromTheRest() =>
        Assert.Equal(
            [false, false, true],
            new[]
            {
                "sesame.partner.v1.EligibilityService/CheckEligibility",
                "sesame.partner.v1.EligibilityService/BatchCheckEligibility",
                "sesame.partner.v1.DepositWaiverService/GrantDepositWaiver",
            }.Select(method => DecisionReplay.IsGrant(new AuditEntry { Method = method }))
        );

    [Fact]
    public void LimitReachedIn_IsTheOneReasonThatIsALimit()
    {
        Assert.Equal(DecisionReason.OverallLimitReached, LimitIn(DecisionReason.OverallLimitReached));
        Assert.Null(LimitIn(DecisionReason.ScoreTooLow));
        Assert.Null(LimitIn());
    }

    [Theory]
    [InlineData("bike.deposit_free@12.3", "bike.deposit_free", 12, 3)]
    [InlineData("a.b@1.1", "a.b", 1, 1)]
    public void Parse_PolicyVersion_GivesItsParts(string text, string programme, int version, int revision) =>
        Assert.Equal((programme, version, revision), PolicyHistory.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("bike.deposit_free")]
    [InlineData("@1.1")]
    [InlineData("bike@1")]
    [InlineData("bike@1.")]
    [InlineData("bike@.1")]
    [InlineData("bike@-1.1")]
    public void Parse_AnythingElse_IsNull(string text) => Assert.Null(PolicyHistory.Parse(text));

    private static DecisionOutcome Eligible { get; } = new(EligibilityDecision.Eligible, []);

    private static DecisionOutcome NotEligible(DecisionReason reason) => new(EligibilityDecision.NotEligible, [reason]);

    private static DecisionOutcome Decide(DecisionFacts facts) => DecisionReplay.Decide(Samples.Enrolled(Bike), facts);

    private static DecisionReason? LimitIn(params DecisionReason[] reasons) =>
        DecisionReplay.LimitReachedIn(new AuditEntry { DecisionReasons = { reasons } });
}
