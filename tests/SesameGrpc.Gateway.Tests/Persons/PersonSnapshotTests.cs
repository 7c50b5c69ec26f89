using CsCheck;
using SesameGrpc.Gateway.Persons;
using Xunit;

namespace SesameGrpc.Gateway.Tests.Persons;

public sealed class PersonSnapshotTests
{
    private static readonly Gen<int> Score = Gen.Int[PersonSnapshot.Lowest, PersonSnapshot.Highest];

    [Theory]
    [InlineData(350, 350, 350, 350, 350, 350)]
    [InlineData(950, 950, 950, 950, 950, 950)]
    [InlineData(450, 350, 350, 350, 350, 385)]
    [InlineData(350, 450, 350, 350, 350, 375)]
    [InlineData(350, 350, 450, 350, 350, 370)]
    [InlineData(350, 350, 350, 450, 350, 365)]
    [InlineData(350, 350, 350, 350, 450, 355)]
    [InlineData(600, 600, 600, 600, 610, 601)]
    [InlineData(600, 600, 600, 600, 609, 600)]
    [InlineData(601, 600, 600, 600, 603, 601)]
    [InlineData(601, 600, 600, 600, 602, 600)]
    [InlineData(700, 650, 600, 550, 500, 635)]
    public void Compose_Parts_AreWeightedAndRoundedHalfUp(int history, int capacity, int behaviour, int personal, int network, int score) =>
        Assert.Equal(score, new ScoreParts(history, capacity, behaviour, personal, network).Compose());

    [Fact]
    public void Compose_PartsInRange_StayInRangeAndBetweenTheParts() =>
        Gen.Select(Score, Score, Score, Score, Score)
            .Sample(
                (history, capacity, behaviour, personal, network) =>
                {
                    int[] parts = [history, capacity, behaviour, personal, network];
                    Assert.InRange(new ScoreParts(history, capacity, behaviour, personal, network).Compose(), parts.Min(), parts.Max());
                },
                iter: 5_000
            );

    [Fact]
    public void Compose_AnyParts_AgreeWithTheDecimalSum() =>
        Gen.Select(Score, Score, Score, Score, Score)
            .Sample(
                (history, capacity, behaviour, personal, network) =>
                {
                    var exact = (0.35m * history) + (0.25m * capacity) + (0.20m * behaviour) + (0.15m * personal) + (0.05m * network);
                    Assert.Equal(
                        Math.Round(exact, MidpointRounding.AwayFromZero),
                        new ScoreParts(history, capacity, behaviour, personal, network).Compose()
                    );
                },
                iter: 5_000
            );

    [Fact]
    public void Compose_OnePartRises_NeverLowersTheScore() =>
        Gen.Select(Score, Score, Score, Score, Score)
            .Sample(
                (history, capacity, behaviour, personal, network) =>
                {
                    var parts = new ScoreParts(history, capacity, behaviour, personal, network);
                    Assert.True((parts with { ContactNetwork = network + 1 }).Compose() >= parts.Compose());
                    Assert.True((parts with { CreditHistory = history + 3 }).Compose() > parts.Compose());
                }
            );

    [Theory]
    [InlineData(null, false, 600)]
    [InlineData(null, true, 350)]
    [InlineData(350, false, 350)]
    [InlineData(350, true, 350)]
    [InlineData(720, false, 720)]
    [InlineData(950, true, 350)]
    public void ServedScore_Of_IsTheFedOneA600OrThe350OfAListedPerson(int? fed, bool courtListed, int served) =>
        Assert.Equal(served, Samples.Person(fed, courtListed).ServedScore);

    [Fact]
    public void IsExpired_FedScore_FromTheEndOfItsValidityOn()
    {
        var person = Samples.Person(700) with { AsOfMicros = 1_000_000 };
        var validity = TimeSpan.FromSeconds(10);

        Assert.Equal(11_000_000, person.ExpiryMicros(validity));
        Assert.False(person.IsExpired(10_999_999, validity));
        Assert.True(person.IsExpired(11_000_000, validity));
    }

    [Fact]
    public void IsExpired_Newcomer_Never() => Assert.False(Samples.Person(null).IsExpired(long.MaxValue, TimeSpan.FromDays(1)));

    [Fact]
    public void IsExpired_ClockStepsBack_IsNot() => Assert.False(Samples.Person(700).IsExpired(0, TimeSpan.FromDays(1)));
}
