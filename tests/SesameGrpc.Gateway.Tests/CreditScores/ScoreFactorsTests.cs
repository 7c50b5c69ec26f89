using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.CreditScores;
using SesameGrpc.Gateway.Persons;
using Xunit;

namespace SesameGrpc.Gateway.Tests.CreditScores;

public sealed class ScoreFactorsTests
{
    [Fact]
    public void Of_ANewcomer_IsThatAlone() => Assert.Equal([ScoreFactor.Newcomer], ScoreFactors.Of(Person(null, null)));

    [Fact]
    public void Of_AScoreDeliveredWhole_AreNone() => Assert.Empty(ScoreFactors.Of(Person(700, null)));

    [Fact]
    public void Of_ListedPerson_BeginWithTheList_AndAreFourAtMost() =>
        Assert.Equal(
            [ScoreFactor.CourtListed, ScoreFactor.CreditHistory, ScoreFactor.FulfilmentCapacity, ScoreFactor.BehaviourPreference],
            ScoreFactors.Of(Person(400, new ScoreParts(400, 400, 400, 400, 400)) with { CourtListed = true })
        );

    // 35 * 100 = 3,500 for the credit history, 25 * 200 = 5,000 for the capacity, 5 * 600 = 3,000 for the network.
    [Fact]
    public void Of_Parts_AreOrderedByWhatTheyCost() =>
        Assert.Equal(
            [ScoreFactor.FulfilmentCapacity, ScoreFactor.CreditHistory, ScoreFactor.ContactNetwork],
            ScoreFactors.Of(Person(800, new ScoreParts(850, 750, 950, 950, 350)))
        );

    [Theory]
    [InlineData(890, true)]
    [InlineData(891, false)]
    public void Of_APartThatLacksLittle_IsNoFactor(int part, bool isFactor) =>
        Assert.Equal(isFactor, ScoreFactors.Of(Person(940, new ScoreParts(part, 950, 950, 950, 950))).Count > 0);

    private static PersonSnapshot Person(int? score, ScoreParts? parts) =>
        new()
        {
            Version = 1,
            CourtListed = false,
            AsOfMicros = 0,
            ReadMicros = 0,
            FedScore = score,
            Parts = parts,
        };
}
