using CsCheck;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Programmes;
using Xunit;

namespace SesameGrpc.Gateway.Tests.Programmes;

public sealed class FactsTests
{
    private static readonly DecisionReason[] Reasons =
    [
        .. Enum.GetValues<DecisionReason>().Where(reason => reason != DecisionReason.Unspecified),
    ];

    [Fact]
    public void Weightiest_AllReasons_AreTheFourThatWeighMost() =>
        Assert.Equal(
            [DecisionReason.CourtListed, DecisionReason.ScoreExpired, DecisionReason.ScoreTooLow, DecisionReason.Overdue],
            Reasons.Aggregate(default(ReasonSet), (set, reason) => set | ReasonSet.Of(reason)).Weightiest()
        );

    [Fact]
    public void Weightiest_None_IsEmpty() => Assert.Empty(default(ReasonSet).Weightiest());

    [Fact]
    public void Weightiest_OneReason_IsThatReason() =>
        Assert.All(Reasons, reason => Assert.Equal([reason], ReasonSet.Of(reason).Weightiest()));

    [Fact]
    public void Weightiest_AnySet_HasDistinctMembersAndAtMostFour() =>
        Gen.OneOf(Reasons)
            .Array[0, 9]
            .Sample(reasons =>
            {
                var set = reasons.Aggregate(default(ReasonSet), (known, reason) => known | ReasonSet.Of(reason));
                var weightiest = set.Weightiest().ToList();
                Assert.Equal(Math.Min(4, reasons.Distinct().Count()), weightiest.Count);
                Assert.Equal(weightiest.Distinct(), weightiest);
                Assert.All(weightiest, reason => Assert.Contains(reason, reasons));
                Assert.All(Reasons, reason => Assert.Equal(reasons.Contains(reason), set.Contains(reason)));
            });
}
