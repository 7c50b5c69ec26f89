using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Amounts;
using SesameGrpc.Gateway.Ledger;
using Xunit;
using Obligation = SesameGrpc.Gateway.Ledger.Obligation;

namespace SesameGrpc.Gateway.Tests.Ledger;

public sealed class PersonExposureTests
{
    private const string Partner = "partner:hello-bike";
    private const string Programme = "programme:bike.deposit_free";
    private static readonly Obligation Waiver = Samples.Waiver;

    // 100 fen and 2 obligations over all, 60 and 2 with the partner, 60 and 1 under the programme.
    private static readonly IReadOnlyList<ScopeLimit> Limits = ScopeLimit.For(
        "hello-bike",
        "bike.deposit_free",
        100,
        new OverallLimits { OpenCount = 2 },
        new ExposureLimit { OpenAmount = Cny.Of(60), OpenCount = 2 },
        new ExposureLimit { OpenAmount = Cny.Of(60), OpenCount = 1 }
    );

    [Fact]
    public void New_Person_HasNothingOpenAndNoEntry()
    {
        var exposure = new PersonExposure();

        Assert.Equal(new Exposure(0, 0), exposure.In(ScopeLimit.AllScope));
        Assert.Equal(0, exposure.Version);
    }

    [Theory]
    [InlineData(ScopeLimit.AllScope, 40, 0, 60, null)]
    [InlineData(ScopeLimit.AllScope, 41, 0, 60, DecisionReason.OverallLimitReached)]
    [InlineData(ScopeLimit.AllScope, 0, 1, 60, null)]
    [InlineData(ScopeLimit.AllScope, 0, 2, 60, DecisionReason.OverallLimitReached)]
    [InlineData(Partner, 10, 1, 50, null)]
    [InlineData(Partner, 10, 1, 51, DecisionReason.PartnerLimitReached)]
    [InlineData(Partner, 10, 2, 50, DecisionReason.PartnerLimitReached)]
    [InlineData(Programme, 10, 0, 50, null)]
    [InlineData(Programme, 11, 0, 50, DecisionReason.ProgrammeLimitReached)]
    [InlineData(Programme, 0, 1, 1, DecisionReason.ProgrammeLimitReached)]
    public void FirstExceeded_AtTheLimit_FitsAndAboveItDoesNot(string scope, long openFen, int openCount, long amount, object? reason)
    {
        var exposure = new PersonExposure();
        exposure.Load(scope, new Exposure(openFen, openCount), 7);

        Assert.Equal((DecisionReason?)reason, exposure.FirstExceeded(Limits, amount));
    }

    [Fact]
    public void FirstExceeded_SumBeyondAllNumbers_Throws()
    {
        var exposure = new PersonExposure();
        exposure.Load(ScopeLimit.AllScope, new Exposure(long.MaxValue, 0), 1);

        Assert.Throws<OverflowException>(() => exposure.FirstExceeded(Limits, 1));
    }

    [Fact]
    public void Load_Rows_VersionIsThatOfTheScopeOfAll()
    {
        var exposure = new PersonExposure();
        exposure.Load(Partner, new Exposure(1, 1), 3);
        Assert.Equal(0, exposure.Version);

        exposure.Load(ScopeLimit.AllScope, new Exposure(2, 1), 9);
        exposure.Load(Programme, new Exposure(1, 1), 4);

        Assert.Equal(9, exposure.Version);
        Assert.Equal((new Exposure(1, 1), new Exposure(2, 1)), (exposure.In(Partner), exposure.In(ScopeLimit.AllScope)));
    }

    [Fact]
    public void Apply_OpeningAndEnd_ChangesEveryScopeAndCountsTheEntries()
    {
        var exposure = new PersonExposure();
        exposure.Load(ScopeLimit.AllScope, new Exposure(500, 1), 4);
        string[] scopes = [Partner, Programme];

        exposure.Apply(ObligationRules.Open(Waiver, Limits));
        Assert.Equal((new Exposure(500 + Waiver.HeldFen, 2), 5), (exposure.In(ScopeLimit.AllScope), exposure.Version));
        Assert.All(scopes, scope => Assert.Equal(new Exposure(Waiver.HeldFen, 1), exposure.In(scope)));

        var charged = ObligationRules.Charge(Waiver, 100, [], 1, 2, 3);
        exposure.Apply(charged);
        Assert.Equal((new Exposure(500 + Waiver.HeldFen, 2), 6), (exposure.In(ScopeLimit.AllScope), exposure.Version));

        exposure.Apply(ObligationRules.Settle(charged.After, SettledBy.Partner, 4));
        Assert.Equal((new Exposure(500, 1), 8), (exposure.In(ScopeLimit.AllScope), exposure.Version));
        Assert.All(scopes, scope => Assert.Equal(new Exposure(0, 0), exposure.In(scope)));
    }

    [Fact]
    public void Apply_SumBeyondAllNumbers_Throws()
    {
        var (fen, count) = (new PersonExposure(), new PersonExposure());
        fen.Load(Partner, new Exposure(long.MaxValue, 0), 1);
        count.Load(Partner, new Exposure(0, int.MaxValue), 1);

        Assert.Throws<OverflowException>(() => fen.Apply(ObligationRules.Open(Waiver, Limits)));
        Assert.Throws<OverflowException>(() => count.Apply(ObligationRules.Open(Waiver, Limits)));
    }
}
