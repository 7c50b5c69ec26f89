using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.CreditScores;
using Xunit;

namespace SesameGrpc.Gateway.Tests.CreditScores;

public sealed class ScoreBandsTests
{
    [Theory]
    [InlineData(350, ScoreBand.Poor)]
    [InlineData(549, ScoreBand.Poor)]
    [InlineData(550, ScoreBand.Fair)]
    [InlineData(599, ScoreBand.Fair)]
    [InlineData(600, ScoreBand.Good)]
    [InlineData(649, ScoreBand.Good)]
    [InlineData(650, ScoreBand.Excellent)]
    [InlineData(699, ScoreBand.Excellent)]
    [InlineData(700, ScoreBand.Exceptional)]
    [InlineData(950, ScoreBand.Exceptional)]
    public void Of_Score_BelongsToTheHigherBandAtABoundary(int score, ScoreBand band) => Assert.Equal(band, ScoreBands.Of(score));

    [Fact]
    public void Of_HigherScore_IsNeverALowerBand() =>
        Assert.All(Enumerable.Range(350, 600), score => Assert.True(ScoreBands.Of(score) <= ScoreBands.Of(score + 1)));
}
