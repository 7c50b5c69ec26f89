using Google.Protobuf.WellKnownTypes;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.Amounts;
using SesameGrpc.Gateway.Programmes;
using Xunit;

namespace SesameGrpc.Gateway.Tests.Programmes;

public sealed class ProgrammeRulesTests
{
    private const string IdRule = "programme must be lower-case words joined by underscores with one dot, at most 64 characters";
    private const string NameRule = "must be 1 to 100 characters";
    private const string StepRule = "terms.amount_steps must rise by minimum_score and stay within amount_limit";
    private const string LimitRule = "must have a CNY open_amount above 0 or none, and an open_count of 0 or more";
    private const string BandRule = "overall_limits.quota_bands must be the twelve steps 350, 400 ... 900, each with a CNY amount above 0";

    [Fact]
    public void FaultOf_GoodCatalogue_IsNull() => Assert.Null(ProgrammeRules.FaultOf(Catalogue(Good())));

    [Fact]
    public void FaultOf_NoProgramme_IsNull() => Assert.Null(ProgrammeRules.FaultOf(Catalogue()));

    [Fact]
    public void FaultOf_SameIdTwice_IsFound() =>
        Assert.Equal("programme bike.deposit_free: stands there twice", ProgrammeRules.FaultOf(Catalogue(Good(), Good())));

    [Theory]
    [InlineData("")]
    [InlineData("bike")]
    [InlineData("bike.")]
    [InlineData(".bike")]
    [InlineData("bike.free.now")]
    [InlineData("Bike.free")]
    [InlineData("bike.free2")]
    [InlineData("bike._free")]
    [InlineData("bike.free_")]
    [InlineData("bike free.now")]
    [InlineData("bike.free\n")]
    [InlineData("abcdefghijklmnopqrstuvwxyzabcdefghij.abcdefghijklmnopqrstuvwxyzab")]
    public void FaultOf_BadId_IsFound(string id)
    {
        var programme = Good();
        programme.Programme_ = id;

        Assert.Equal($"programme {id}: {IdRule}", ProgrammeRules.FaultOf(Catalogue(programme)));
    }

    [Fact]
    public void FaultOf_EachBadField_SaysWhich() =>
        Assert.Multiple(
            () => AssertFault("version must be 1 or more", programme => programme.Version = 0),
            () => AssertFault("version must be 1 or more", programme => programme.Version = -1),
            () => AssertFault("kind must be one of the kinds", programme => programme.Kind = ProgrammeKind.Unspecified),
            () => AssertFault("kind must be one of the kinds", programme => programme.Kind = (ProgrammeKind)99),
            () => AssertFault($"display_name_en {NameRule}", programme => programme.DisplayNameEn = ""),
            () => AssertFault($"display_name_zh {NameRule}", programme => programme.DisplayNameZh = new string('x', 101)),
            () => AssertFault("condition must be set", programme => programme.Condition = null),
            () => AssertFault("condition must set exactly one kind", programme => programme.Condition = new Condition()),
            () =>
                AssertFault(
                    "terms.amount_limit must be set where deposits are waived, payment is deferred or credit is given",
                    programme => programme.Terms = null
                ),
            () =>
                AssertFault(
                    "terms.amount_limit must be set where deposits are waived, payment is deferred or credit is given",
                    programme => programme.Terms.AmountLimit = null
                ),
            () => AssertFault("terms.amount_limit must be CNY above 0", programme => programme.Terms.AmountLimit = Cny.Of(0)),
            () => AssertFault("terms.amount_limit must be CNY above 0", programme => programme.Terms.AmountLimit = Cny.Of(Cny.Largest + 1)),
            () => AssertFault("terms.amount_limit must be CNY above 0", programme => programme.Terms.AmountLimit.CurrencyCode = "USD"),
            () => AssertFault("terms.item_limit must not be negative", programme => programme.Terms.ItemLimit = -1),
            () =>
                AssertFault(
                    "terms.longest_period must be above 0 and at most ten years",
                    programme => programme.Terms.LongestPeriod = new Duration()
                ),
            () =>
                AssertFault(
                    "terms.longest_period must be above 0 and at most ten years",
                    programme => programme.Terms.LongestPeriod = new Duration { Seconds = -1 }
                )
        );

    [Fact]
    public void FaultOf_BadAmountSteps_IsFound() =>
        Assert.Multiple(
            () => AssertFault(StepRule, programme => programme.Terms.AmountSteps.Add(Step(349, 1))),
            () => AssertFault(StepRule, programme => programme.Terms.AmountSteps.Add(Step(951, 1))),
            () => AssertFault(StepRule, programme => programme.Terms.AmountSteps.Add(new AmountStep { MinimumScore = 600 })),
            () => AssertFault(StepRule, programme => programme.Terms.AmountSteps.Add(Step(600, 0))),
            () => AssertFault(StepRule, programme => programme.Terms.AmountSteps.Add(Step(600, 19_901))),
            () => AssertFault(StepRule, programme => programme.Terms.AmountSteps.Add([Step(700, 1), Step(650, 2)])),
            () => AssertFault(StepRule, programme => programme.Terms.AmountSteps.Add([Step(650, 1), Step(650, 2)]))
        );

    [Fact]
    public void FaultOf_StepsThatLeaveAGapAboveTheThreshold_IsFound()
    {
        AssertFault(
            "terms.amount_steps must begin at the lowest score that opens the programme",
            programme => programme.Terms.AmountSteps.Add(Step(651, 1))
        );
        var whole = Good();
        whole.Terms.AmountSteps.Add([Step(350, 1), Step(700, 2)]);

        Assert.Null(ProgrammeRules.FaultOf(Catalogue(whole)));
    }

    [Fact]
    public void FaultOf_BadExposureLimits_IsFound() =>
        Assert.Multiple(
            () => AssertFault($"programme_limit {LimitRule}", programme => programme.ProgrammeLimit.OpenAmount = Cny.Of(0)),
            () => AssertFault($"programme_limit {LimitRule}", programme => programme.ProgrammeLimit.OpenCount = -1),
            () => AssertFault($"partner_limit {LimitRule}", programme => programme.PartnerLimit.OpenAmount = Cny.Of(-1)),
            () => AssertFault($"partner_limit {LimitRule}", programme => programme.PartnerLimit.OpenAmount.CurrencyCode = ""),
            () => AssertFault($"partner_limit {LimitRule}", programme => programme.PartnerLimit.OpenAmount.MinorUnits = long.MaxValue)
        );

    [Fact]
    public void FaultOf_NoExposureLimits_IsNull()
    {
        var programme = Good();
        (programme.ProgrammeLimit, programme.PartnerLimit) = (null, new ExposureLimit());

        Assert.Null(ProgrammeRules.FaultOf(Catalogue(programme)));
    }

    [Fact]
    public void FaultOf_StepsOfAProgrammeWithoutAnAmount_IsFound()
    {
        var programme = Good();
        programme.Kind = ProgrammeKind.TryFirst;
        programme.Terms.AmountLimit = null;
        programme.Terms.AmountSteps.Add(Step(650, 1));

        Assert.Equal($"programme bike.deposit_free: {StepRule}", ProgrammeRules.FaultOf(Catalogue(programme)));
    }

    [Fact]
    public void FaultOf_VisitsThatNeverClose_IsFound() =>
        Assert.Multiple(
            () => AssertVisitFault(null, _ => { }),
            () => AssertVisitFault("terms.daily_close must be set where payment is deferred", terms => terms.DailyClose = null),
            () =>
                AssertVisitFault(
                    "terms.daily_close hour_and_minute must be 00:00 to 23:59",
                    terms => terms.DailyClose.HourAndMinute = "24:00"
                ),
            () =>
                AssertVisitFault(
                    "terms.daily_close time_zone must be an id of the IANA time zone database, as Asia/Shanghai",
                    terms => terms.DailyClose.TimeZone = "Asia/Nowhere"
                ),
            () =>
                AssertVisitFault(
                    "terms.longest_period must be absent where payment is deferred: daily_close stands for it",
                    terms => terms.LongestPeriod = new Duration { Seconds = 1 }
                ),
            () =>
                AssertVisitFault(
                    "terms.settlement_period must be above 0 and at most 31 days",
                    terms => terms.SettlementPeriod = new Duration { Seconds = (31 * 86_400) + 1 }
                ),
            () =>
                AssertFault(
                    "terms.daily_close must be absent unless payment is deferred",
                    programme => programme.Terms.DailyClose = new DailyTime()
                )
        );

    private static void AssertVisitFault(string? fault, Action<ProgrammeTerms> change)
    {
        var programme = Good();
        programme.Kind = ProgrammeKind.DeferredPayment;
        programme.Terms.LongestPeriod = null;
        programme.Terms.DailyClose = new DailyTime { HourAndMinute = "20:00", TimeZone = "Asia/Shanghai" };
        change(programme.Terms);

        Assert.Equal(fault is null ? null : $"programme bike.deposit_free: {fault}", ProgrammeRules.FaultOf(Catalogue(programme)));
    }

    [Fact]
    public void FaultOf_PrivilegeWithoutTerms_IsNull()
    {
        var programme = Good();
        programme.Kind = ProgrammeKind.Privilege;
        programme.Terms = null;

        Assert.Null(ProgrammeRules.FaultOf(Catalogue(programme)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(101)]
    public void FaultOf_OverallCountOutOfRange_IsFound(int count)
    {
        var catalogue = Catalogue(Good());
        catalogue.OverallLimits.OpenCount = count;

        Assert.Equal("overall_limits.open_count must be 1 to 100", ProgrammeRules.FaultOf(catalogue));
    }

    [Fact]
    public void FaultOf_BadQuotaBands_IsFound() =>
        Assert.Multiple(
            () => AssertBandFault(bands => bands.RemoveAt(11)),
            () => AssertBandFault(bands => bands.Clear()),
            () => AssertBandFault(bands => bands.Add(Step(950, 1))),
            () => AssertBandFault(bands => bands[3].MinimumScore = 501),
            () => AssertBandFault(bands => bands[0].AmountLimit = null),
            () => AssertBandFault(bands => bands[0].AmountLimit.MinorUnits = 0),
            () => AssertBandFault(bands => (bands[0], bands[1]) = (bands[1], bands[0]))
        );

    /// <summary>An operator mends a document at once, not fault by fault.</summary>
    [Fact]
    public void FaultsOf_SeveralBadFields_NamesAll()
    {
        var programme = Good();
        (programme.Version, programme.Condition, programme.Terms.ItemLimit) = (0, null, -1);

        Assert.Equal(["version", "condition", "terms.item_limit"], ProgrammeRules.FaultsOf(programme).Select(fault => fault.Field));
    }

    private static void AssertFault(string fault, Action<Programme> change)
    {
        var programme = Good();
        change(programme);
        Assert.Equal($"programme bike.deposit_free: {fault}", ProgrammeRules.FaultOf(Catalogue(programme)));
    }

    private static void AssertBandFault(Action<IList<AmountStep>> change)
    {
        var catalogue = Catalogue(Good());
        change(catalogue.OverallLimits.QuotaBands);
        Assert.Equal(BandRule, ProgrammeRules.FaultOf(catalogue));
    }

    private static Programme Good() => Samples.Catalogue.Find("bike.deposit_free")!.Document.Clone();

    private static AmountStep Step(int score, long fen) => new() { MinimumScore = score, AmountLimit = Cny.Of(fen) };

    private static ProgrammeCatalogue Catalogue(params Programme[] programmes) =>
        new() { Programmes = { programmes }, OverallLimits = Samples.Catalogue.OverallLimits.Clone() };
}
