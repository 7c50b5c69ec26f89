using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Amounts;
using SesameGrpc.Gateway.Eligibility;
using SesameGrpc.Gateway.Programmes;
using Xunit;

namespace SesameGrpc.Gateway.Tests.Programmes;

public sealed class CompiledProgrammeTests
{
    private const string Bike = "bike.deposit_free";

    [Fact]
    public void PolicyVersion_OfEnrolment_IsProgrammeVersionAndRevision() =>
        Assert.Equal("bike.deposit_free@1.7", Samples.Enrolled(Bike, new Enrolment { Programme = Bike, Revision = 7 }).PolicyVersion);

    [Theory]
    [InlineData(0, 650)]
    [InlineData(600, 650)]
    [InlineData(650, 650)]
    [InlineData(720, 720)]
    public void MinimumScore_OfEnrolment_OnlyRises(int stated, int inForce)
    {
        var enrolled = Samples.Enrolled(Bike, new Enrolment { Programme = Bike, MinimumScore = stated });

        Assert.Equal(inForce, enrolled.MinimumScore);
        Assert.Equal(EligibilityDecision.NotEligible, Outcome(enrolled, inForce - 1));
        Assert.Equal(EligibilityDecision.Eligible, Outcome(enrolled, inForce));
    }

    [Theory]
    [InlineData(9_900L, 9_900L)]
    [InlineData(19_900L, 19_900L)]
    [InlineData(null, 19_900L)]
    public void AmountLimit_OfEnrolment_Narrows(long? stated, long inForce)
    {
        var enrolled = Samples.Enrolled(Bike, new Enrolment { Programme = Bike, AmountLimit = stated is { } fen ? Cny.Of(fen) : null });

        Assert.Equal(inForce, enrolled.AmountLimit);
        Assert.Equal(inForce, enrolled.AmountLimitAt(700));
    }

    // A programme may be narrowed in a new file while partners' enrolments stand in the store.
    [Fact]
    public void Enrolment_WiderThanItsProgramme_OpensNoMoreThanTheProgramme()
    {
        var programme = Samples.Catalogue.Find(Bike)!.Document.Clone();
        programme.Terms.ItemLimit = 3;
        var enrolled = new EnrolledProgramme(
            new CompiledProgramme(programme),
            new Enrolment
            {
                Programme = Bike,
                MinimumScore = 600,
                AmountLimit = Cny.Of(50_000),
                ItemLimit = 9,
            }
        );

        Assert.Equal(650, enrolled.MinimumScore);
        Assert.Equal(19_900, enrolled.AmountLimit);
        Assert.Equal(19_900, enrolled.AmountLimitAt(900));
        Assert.Equal(3, enrolled.ItemLimit);
    }

    [Fact]
    public void AmountLimit_OfAProgrammeThatLostItsAmount_IsNone()
    {
        var enrolled = Samples.Enrolled("promo.car_trial", new Enrolment { Programme = "promo.car_trial", AmountLimit = Cny.Of(100) });

        Assert.Null(enrolled.AmountLimit);
        Assert.Null(enrolled.AmountLimitAt(900));
    }

    [Fact]
    public void AmountLimitAt_NarrowedCreditLine_IsTheLesserOfStepAndEnrolment()
    {
        var enrolled = Samples.Enrolled("credit.line", new Enrolment { Programme = "credit.line", AmountLimit = Cny.Of(1_200_000) });

        Assert.Equal(
            [500_000, 1_000_000, 1_200_000, 1_200_000],
            new[] { 750, 800, 850, 900 }.Select(score => enrolled.AmountLimitAt(score)!.Value)
        );
    }

    [Fact]
    public void Condition_OfEnrolment_MustHoldAsWell()
    {
        var further = new Condition
        {
            AttributeOneOf = new AttributeOneOf { Attribute = "city", Values = { "hangzhou" } },
        };
        var enrolled = Samples.Enrolled(Bike, new Enrolment { Programme = Bike, Condition = further });

        Assert.Equal(EligibilityDecision.Undecidable, Outcome(enrolled, 700));
        Assert.Equal(EligibilityDecision.NotEligible, Outcome(enrolled, 700, ("city", "beijing")));
        Assert.Equal(EligibilityDecision.Eligible, Outcome(enrolled, 700, ("city", "hangzhou")));
        Assert.Equal(EligibilityDecision.NotEligible, Outcome(enrolled, 649, ("city", "hangzhou")));
        Assert.Equal(["city"], enrolled.Attributes);
    }

    [Fact]
    public void Attributes_OfProgrammeAndEnrolment_AreSortedAndDistinct()
    {
        var further = new Condition
        {
            AttributeAtLeast = new AttributeAtLeast { Attribute = "age", Minimum = 18 },
        };

        Assert.Equal(
            ["age", "member_status", "ticket_class"],
            Samples.Enrolled("rail.lounge", new Enrolment { Programme = "rail.lounge", Condition = further }).Attributes
        );
    }

    [Theory]
    [InlineData(0, 5)]
    [InlineData(3, 3)]
    public void ItemLimit_OfEnrolment_Narrows(int stated, int inForce)
    {
        var programme = Samples.Catalogue.Find("library.card_free")!.Document.Clone();
        programme.Terms.ItemLimit = 5;

        Assert.Equal(inForce, new EnrolledProgramme(new CompiledProgramme(programme), new Enrolment { ItemLimit = stated }).ItemLimit);
    }

    [Fact]
    public void Describe_Enrolled_TellsThePartnerWhatHolds()
    {
        var described = Samples
            .Enrolled(
                Bike,
                new Enrolment
                {
                    Programme = Bike,
                    Revision = 2,
                    MinimumScore = 700,
                    AmountLimit = Cny.Of(9_900),
                    ItemLimit = 1,
                }
            )
            .Describe();

        Assert.Equal(
            new PartnerProgramme
            {
                Programme = Bike,
                DisplayNameEn = "Deposit-free shared bike",
                DisplayNameZh = "共享单车免押金",
                PolicyVersion = "bike.deposit_free@1.2",
                MinimumScore = 700,
                AmountLimit = Cny.Of(9_900),
                LongestPeriod = Google.Protobuf.WellKnownTypes.Duration.FromTimeSpan(TimeSpan.FromDays(1)),
                ItemLimit = 1,
            },
            described
        );
    }

    // An enrolment without a score of its own must not make a programme ask for one.
    [Fact]
    public void Condition_OfAProgrammeWithoutAScore_HoldsWithAnExpiredScore()
    {
        var open = Samples.Catalogue.Find(Bike)!.Document.Clone();
        open.Condition = new Condition { NotCourtListed = true };
        var enrolled = new EnrolledProgramme(new CompiledProgramme(open), new Enrolment { Programme = Bike });
        var expired = Samples.NowMicros + Samples.MicrosOf(Samples.Validity);

        Assert.Equal(
            EligibilityDecision.Eligible,
            EligibilityRules.Decide(enrolled, Samples.Person(700), null, Samples.Attributes(), expired, Samples.Validity).Outcome
        );
    }

    [Fact]
    public void AsksForAmount_OfProgrammeOrEnrolment_IsThatOfEither()
    {
        var amount = new Condition { AmountAtMost = Cny.Of(1) };
        var programme = Samples.Catalogue.Find(Bike)!.Document.Clone();
        programme.Condition = amount;

        Assert.False(Samples.Enrolled(Bike).AsksForAmount);
        Assert.True(Samples.Enrolled(Bike, new Enrolment { Programme = Bike, Condition = amount }).AsksForAmount);
        Assert.True(new EnrolledProgramme(new CompiledProgramme(programme), new Enrolment { Programme = Bike }).AsksForAmount);
    }

    private static EligibilityDecision Outcome(EnrolledProgramme programme, int score, params (string Name, object Value)[] attributes) =>
        EligibilityRules
            .Decide(programme, Samples.Person(score), null, Samples.Attributes(attributes), Samples.NowMicros, Samples.Validity)
            .Outcome;
}
