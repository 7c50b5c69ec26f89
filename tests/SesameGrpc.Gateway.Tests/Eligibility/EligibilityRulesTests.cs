using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Amounts;
using SesameGrpc.Gateway.Eligibility;
using SesameGrpc.Gateway.Programmes;
using Xunit;

namespace SesameGrpc.Gateway.Tests.Eligibility;

public sealed class EligibilityRulesTests
{
    [Theory]
    [InlineData(null, 19_900, Coverage.Full)]
    [InlineData(1L, 1, Coverage.Full)]
    [InlineData(19_900L, 19_900, Coverage.Full)]
    [InlineData(19_901L, 19_900, Coverage.Partial)]
    [InlineData(1_000_000_000_000_000L, 19_900, Coverage.Partial)]
    public void TermsOf_Amount_IsCoveredUpToTheLimit(long? requested, long covered, Coverage coverage)
    {
        var terms = EligibilityRules.TermsOf(Samples.Enrolled("bike.deposit_free"), 19_900, requested is { } fen ? Cny.Of(fen) : null);

        Assert.Equal(Cny.Of(covered), terms.CoveredAmount);
        Assert.Equal(coverage, terms.Coverage);
        Assert.Equal(Cny.Of(19_900), terms.AmountLimit);
        Assert.Equal(86_400, terms.LongestPeriod.Seconds);
    }

    [Fact]
    public void TermsOf_ProgrammeWithoutAnAmount_SayNothingOfAmounts()
    {
        var terms = EligibilityRules.TermsOf(Samples.Enrolled("promo.car_trial"), null, Cny.Of(100));

        Assert.Null(terms.CoveredAmount);
        Assert.Null(terms.AmountLimit);
        Assert.Equal(Coverage.Unspecified, terms.Coverage);
        Assert.Equal(TimeSpan.FromDays(3), terms.LongestPeriod.ToTimeSpan());
    }

    [Fact]
    public void TermsOf_ProgrammeWithoutTerms_AreEmpty() =>
        Assert.Equal(new Terms(), EligibilityRules.TermsOf(Samples.Enrolled("rail.lounge"), null, null));

    // The terms must not tell the score: the programme's largest amount is named, not the person's step.
    [Fact]
    public void TermsOf_GradedAmount_NamesTheProgrammesLimit()
    {
        var terms = EligibilityRules.TermsOf(Samples.Enrolled("credit.line"), 500_000, Cny.Of(800_000));

        Assert.Equal(Cny.Of(500_000), terms.CoveredAmount);
        Assert.Equal(Coverage.Partial, terms.Coverage);
        Assert.Equal(Cny.Of(2_000_000), terms.AmountLimit);
    }

    [Fact]
    public void Decide_Eligible_CarriesThePersonsLimit()
    {
        var enrolled = Samples.Enrolled("credit.line");

        Assert.Equal(1_000_000, Decide(enrolled, 820, null).AmountLimit);
        Assert.Equal(2_000_000, Decide(enrolled, 950, null).AmountLimit);
    }

    [Fact]
    public void Decide_AmountAboveACondition_IsNotEligible()
    {
        var enrolment = new Enrolment
        {
            Programme = "bike.deposit_free",
            Condition = new Condition { AmountAtMost = Cny.Of(10_000) },
        };
        var enrolled = Samples.Enrolled("bike.deposit_free", enrolment);

        Assert.Equal(EligibilityDecision.Eligible, Decide(enrolled, 700, Cny.Of(10_000)).Outcome);
        Assert.Equal([DecisionReason.AmountTooHigh], Decide(enrolled, 700, Cny.Of(10_001)).Reasons.Weightiest());
        Assert.Equal(
            [DecisionReason.ScoreTooLow, DecisionReason.AmountTooHigh],
            Decide(enrolled, 600, Cny.Of(10_001)).Reasons.Weightiest()
        );
    }

    [Fact]
    public void Decide_NoAmountStated_AsksForTheWholeLimit()
    {
        var enrolment = new Enrolment
        {
            Programme = "bike.deposit_free",
            Condition = new Condition { AmountAtMost = Cny.Of(10_000) },
        };

        Assert.Equal(EligibilityDecision.NotEligible, Decide(Samples.Enrolled("bike.deposit_free", enrolment), 700, null).Outcome);
    }

    [Fact]
    public void Decide_SameFacts_GivesTheSameDecision()
    {
        var enrolled = Samples.Enrolled("hospital.pay_later");

        Assert.Equal(Decide(enrolled, 660, Cny.Of(5)), Decide(enrolled, 660, Cny.Of(5)));
    }

    [Fact]
    public void Decide_NewcomerLongAfterTheOptIn_NeverExpires()
    {
        var newcomer = Samples.Person(null) with { AsOfMicros = 1 };
        var decision = EligibilityRules.Decide(
            Samples.Enrolled("hospital.wheelchair"),
            newcomer,
            null,
            Samples.Attributes(),
            long.MaxValue / 2,
            TimeSpan.FromDays(1)
        );

        Assert.Equal(EligibilityDecision.Eligible, decision.Outcome);
    }

    private static Decision Decide(EnrolledProgramme programme, int score, Money? amount) =>
        EligibilityRules.Decide(programme, Samples.Person(score), amount, Samples.Attributes(), Samples.NowMicros, Samples.Validity);
}
