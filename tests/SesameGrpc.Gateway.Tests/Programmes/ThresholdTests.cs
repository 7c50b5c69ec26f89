using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Eligibility;
using SesameGrpc.Gateway.Persons;
using Xunit;

namespace SesameGrpc.Gateway.Tests.Programmes;

/// <summary>What each shipped programme opens, and at which score.</summary>
public sealed class ThresholdTests
{
    public static TheoryData<string, int> Thresholds { get; } =
        new()
        {
            { "bike.deposit_free", 650 },
            { "umbrella.deposit_free", 600 },
            { "charger.deposit_free", 600 },
            { "apartment.deposit_free", 650 },
            { "hospital.pay_later", 650 },
            { "hospital.wheelchair", 600 },
            { "retail.try_first", 700 },
            { "promo.car_trial", 750 },
            { "promo.phone_trial", 750 },
            { "credit.line", 750 },
            { "library.card_free", 550 },
            { "rail.lounge", 650 },
        };

    [Theory]
    [MemberData(nameof(Thresholds))]
    public void Decide_OnePointBelow_IsNotEligibleForTheScoreAlone(string programme, int threshold)
    {
        var decision = Decide(programme, Samples.Person(threshold - 1));

        Assert.Equal(EligibilityDecision.NotEligible, decision.Outcome);
        Assert.Equal([DecisionReason.ScoreTooLow], decision.Reasons.Weightiest());
        Assert.Null(decision.AmountLimit);
    }

    [Theory]
    [MemberData(nameof(Thresholds))]
    public void Decide_AtTheThreshold_IsEligible(string programme, int threshold)
    {
        var decision = Decide(programme, Samples.Person(threshold));

        Assert.Equal(EligibilityDecision.Eligible, decision.Outcome);
        Assert.Empty(decision.Reasons.Weightiest());
    }

    [Theory]
    [MemberData(nameof(Thresholds))]
    public void Decide_HighestScore_IsEligible(string programme, int threshold)
    {
        Assert.Equal(EligibilityDecision.Eligible, Decide(programme, Samples.Person(PersonSnapshot.Highest)).Outcome);
        Assert.Equal(threshold, Samples.Enrolled(programme).MinimumScore);
    }

    [Theory]
    [MemberData(nameof(Thresholds))]
    public void Decide_CourtListed_IsNotEligibleAtAnyScore(string programme, int threshold)
    {
        var decision = Decide(programme, Samples.Person(Math.Max(threshold, 900), courtListed: true));

        Assert.Equal(EligibilityDecision.NotEligible, decision.Outcome);
        Assert.Equal([DecisionReason.CourtListed, DecisionReason.ScoreTooLow], decision.Reasons.Weightiest());
    }

    [Theory]
    [MemberData(nameof(Thresholds))]
    public void Decide_ExpiredScore_IsUndecidable(string programme, int threshold)
    {
        var decision = Decide(
            programme,
            Samples.Person(threshold) with
            {
                AsOfMicros = Samples.NowMicros - Samples.MicrosOf(Samples.Validity),
            }
        );

        Assert.Equal(EligibilityDecision.Undecidable, decision.Outcome);
        Assert.Equal([DecisionReason.ScoreExpired], decision.Reasons.Weightiest());
    }

    [Theory]
    [MemberData(nameof(Thresholds))]
    public void Decide_ScoreOfTheLastMoment_IsEligible(string programme, int threshold) =>
        Assert.Equal(
            EligibilityDecision.Eligible,
            Decide(
                programme,
                Samples.Person(threshold) with
                {
                    AsOfMicros = Samples.NowMicros - Samples.MicrosOf(Samples.Validity) + 1,
                }
            ).Outcome
        );

    [Theory]
    [MemberData(nameof(Thresholds))]
    public void Decide_ListedWithAnExpiredScore_IsNotEligible(string programme, int threshold)
    {
        var decision = Decide(programme, Samples.Person(threshold, courtListed: true) with { AsOfMicros = 1 });

        Assert.Equal(EligibilityDecision.NotEligible, decision.Outcome);
        Assert.Equal([DecisionReason.CourtListed], decision.Reasons.Weightiest());
    }

    [Theory]
    [MemberData(nameof(Thresholds))]
    public void Decide_Newcomer_CountsAs600(string programme, int threshold) =>
        Assert.Equal(
            threshold <= 600 ? EligibilityDecision.Eligible : EligibilityDecision.NotEligible,
            Decide(programme, Samples.Person(null)).Outcome
        );

    [Fact]
    public void Catalogue_Programmes_AreTheTableAndTheBadge() =>
        Assert.Equal(
            Thresholds.Select(row => row.Data.Item1).Append("dating.badge").Order(StringComparer.Ordinal),
            Samples.Catalogue.Programmes.Select(programme => programme.Programme_)
        );

    [Theory]
    [InlineData(350, false)]
    [InlineData(950, false)]
    [InlineData(700, true)]
    public void Decide_Badge_AsksForNothingButTheOptIn(int score, bool courtListed) =>
        Assert.Equal(EligibilityDecision.Eligible, Decide("dating.badge", Samples.Person(score, courtListed)).Outcome);

    [Theory]
    [InlineData("first", null, EligibilityDecision.Eligible, null)]
    [InlineData("business", null, EligibilityDecision.Eligible, null)]
    [InlineData("second", "platinum", EligibilityDecision.Eligible, null)]
    [InlineData(null, "platinum", EligibilityDecision.Eligible, null)]
    [InlineData("second", "gold", EligibilityDecision.NotEligible, DecisionReason.AttributeNotMet)]
    [InlineData("First", "gold", EligibilityDecision.NotEligible, DecisionReason.AttributeNotMet)]
    [InlineData(null, null, EligibilityDecision.Undecidable, DecisionReason.AttributeMissing)]
    [InlineData("second", null, EligibilityDecision.Undecidable, DecisionReason.AttributeMissing)]
    [InlineData(null, "gold", EligibilityDecision.Undecidable, DecisionReason.AttributeMissing)]
    public void Decide_Lounge_AsksForTheTicketOrTheStatus(
        string? ticket,
        string? status,
        EligibilityDecision outcome,
        DecisionReason? reason
    )
    {
        var attributes = Samples.Attributes();
        _ = ticket is null ? null : attributes["ticket_class"] = new AttributeValue { Text = ticket };
        _ = status is null ? null : attributes["member_status"] = new AttributeValue { Text = status };
        var decision = EligibilityRules.Decide(
            Samples.Enrolled("rail.lounge"),
            Samples.Person(650),
            null,
            attributes,
            Samples.NowMicros,
            Samples.Validity
        );

        Assert.Equal(outcome, decision.Outcome);
        Assert.Equal(reason is null, !decision.Reasons.Weightiest().Any());
        Assert.True(reason is null || decision.Reasons.Contains(reason.Value));
    }

    [Fact]
    public void Decide_LoungeWithATicketAsANumber_IsUndecidable()
    {
        var decision = EligibilityRules.Decide(
            Samples.Enrolled("rail.lounge"),
            Samples.Person(900),
            null,
            Samples.Attributes(("ticket_class", 1)),
            Samples.NowMicros,
            Samples.Validity
        );

        Assert.Equal(EligibilityDecision.Undecidable, decision.Outcome);
        Assert.Equal([DecisionReason.AttributeMissing], decision.Reasons.Weightiest());
    }

    [Theory]
    [InlineData(749, 0)]
    [InlineData(750, 500_000)]
    [InlineData(799, 500_000)]
    [InlineData(800, 1_000_000)]
    [InlineData(849, 1_000_000)]
    [InlineData(850, 1_500_000)]
    [InlineData(899, 1_500_000)]
    [InlineData(900, 2_000_000)]
    [InlineData(950, 2_000_000)]
    public void AmountLimitAt_CreditLine_RisesWithTheScore(int score, long fen) =>
        Assert.Equal(fen, Samples.Enrolled("credit.line").AmountLimitAt(score));

    [Theory]
    [InlineData("bike.deposit_free", 19_900L, 1)]
    [InlineData("umbrella.deposit_free", 5_000L, 3)]
    [InlineData("charger.deposit_free", 9_900L, 3)]
    [InlineData("apartment.deposit_free", 1_000_000L, 365)]
    [InlineData("hospital.pay_later", 300_000L, null)]
    [InlineData("hospital.wheelchair", 50_000L, 1)]
    [InlineData("retail.try_first", 300_000L, 7)]
    [InlineData("promo.car_trial", null, 3)]
    [InlineData("promo.phone_trial", null, 30)]
    [InlineData("library.card_free", 10_000L, 30)]
    [InlineData("rail.lounge", null, null)]
    [InlineData("dating.badge", null, null)]
    public void Terms_OfProgramme_AreTheAmountAndThePeriod(string programme, long? fen, int? days)
    {
        var enrolled = Samples.Enrolled(programme);

        Assert.Equal(fen, enrolled.AmountLimitAt(950));
        Assert.Equal(fen, enrolled.AmountLimit);
        Assert.Equal(days, enrolled.LongestPeriod?.TotalDays is { } total ? (int)total : null);
    }

    [Theory]
    [InlineData(350, 20_000)]
    [InlineData(399, 20_000)]
    [InlineData(400, 40_000)]
    [InlineData(449, 40_000)]
    [InlineData(450, 60_000)]
    [InlineData(500, 100_000)]
    [InlineData(549, 100_000)]
    [InlineData(550, 200_000)]
    [InlineData(600, 400_000)]
    [InlineData(649, 400_000)]
    [InlineData(650, 1_500_000)]
    [InlineData(700, 2_000_000)]
    [InlineData(750, 3_000_000)]
    [InlineData(800, 4_000_000)]
    [InlineData(850, 5_000_000)]
    [InlineData(899, 5_000_000)]
    [InlineData(900, 6_000_000)]
    [InlineData(950, 6_000_000)]
    public void OverallAmountAt_QuotaBand_IsTheBandOfTheScore(int score, long fen) =>
        Assert.Equal(fen, Samples.Catalogue.OverallAmountAt(score));

    // A ticket of the first class is stated to every programme; only the lounge asks for it.
    private static Decision Decide(string programme, PersonSnapshot person) =>
        EligibilityRules.Decide(
            Samples.Enrolled(programme),
            person,
            null,
            Samples.Attributes(("ticket_class", "first")),
            Samples.NowMicros,
            Samples.Validity
        );
}
