using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Amounts;
using SesameGrpc.Gateway.Ledger;
using Xunit;

namespace SesameGrpc.Gateway.Tests.Ledger;

public sealed class ScopeLimitTests
{
    private static readonly OverallLimits Overall = new() { OpenCount = 5 };

    [Fact]
    public void For_AllLimitsGiven_AreInTheOrderOfLocking() =>
        Assert.Equal(
            [
                new ScopeLimit("all", 400_000, 5, DecisionReason.OverallLimitReached),
                new ScopeLimit("partner:hello-bike", 39_800, 2, DecisionReason.PartnerLimitReached),
                new ScopeLimit("programme:bike.deposit_free", 19_900, 1, DecisionReason.ProgrammeLimitReached),
            ],
            ScopeLimit.For("hello-bike", "bike.deposit_free", 400_000, Overall, Limit(39_800, 2), Limit(19_900, 1))
        );

    // A hold takes the rows in this order and a release in that: two orders would deadlock.
    [Fact]
    public void ScopesOf_Obligation_AreThoseOfItsLimitsInTheSameOrder() =>
        Assert.Equal(
            ScopeLimit.For("hello-bike", "bike.deposit_free", 1, Overall, null, null).Select(limit => limit.Scope),
            ScopeLimit.ScopesOf("hello-bike", "bike.deposit_free")
        );

    [Fact]
    public void ScopesOf_PartnerNamedLikeAProgramme_AreDistinct() => Assert.Equal(3, ScopeLimit.ScopesOf("all", "all").Distinct().Count());

    [Fact]
    public void For_NoLimits_CannotOverflow() =>
        Assert.All(
            NoLimits(),
            limit =>
            {
                Assert.True(checked(limit.MaxFen + Cny.Largest) > limit.MaxFen);
                Assert.True(checked(limit.MaxFen + limit.MaxFen) > 0);
                Assert.True(checked(limit.MaxCount + 1) > limit.MaxCount);
            }
        );

    [Fact]
    public void For_NoLimits_IsAboveAnySum() =>
        Assert.All(
            NoLimits(),
            limit =>
            {
                Assert.True(limit.MaxFen >= 1_000 * Cny.Largest);
                Assert.True(limit.MaxCount >= 100_000_000);
            }
        );

    [Fact]
    public void For_HalfALimit_LimitsThatHalfOnly()
    {
        var limits = ScopeLimit.For(
            "a",
            "b",
            1,
            Overall,
            new ExposureLimit { OpenCount = 2 },
            new ExposureLimit { OpenAmount = Cny.Of(7) }
        );

        Assert.Equal((NoLimits().First().MaxFen, 2), (limits[1].MaxFen, limits[1].MaxCount));
        Assert.Equal((7, NoLimits().First().MaxCount), (limits[2].MaxFen, limits[2].MaxCount));
    }

    [Fact]
    public void For_ShippedProgrammes_NeverAllowMoreThanTheirLimits() =>
        Assert.All(
            Samples.Catalogue.Programmes.Where(programme => programme.Kind == ProgrammeKind.DepositWaiver),
            programme =>
            {
                var limits = ScopeLimit.For("a", programme.Programme_, 1, Overall, programme.PartnerLimit, programme.ProgrammeLimit);
                Assert.True(limits[2].MaxFen >= programme.Terms.AmountLimit.MinorUnits);
                Assert.True(limits[2].MaxFen <= limits[1].MaxFen && limits[2].MaxCount <= limits[1].MaxCount);
            }
        );

    private static IEnumerable<ScopeLimit> NoLimits() => ScopeLimit.For("a", "b", 1, Overall, null, new ExposureLimit()).Skip(1);

    private static ExposureLimit Limit(long fen, int count) => new() { OpenAmount = Cny.Of(fen), OpenCount = count };
}
