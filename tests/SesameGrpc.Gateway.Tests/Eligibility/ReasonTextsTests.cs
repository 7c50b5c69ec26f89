using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Eligibility;
using SesameGrpc.Gateway.Programmes;
using Xunit;

namespace SesameGrpc.Gateway.Tests.Eligibility;

public sealed class ReasonTextsTests
{
    private static readonly DecisionReason[] Reasons =
    [
        .. Enum.GetValues<DecisionReason>().Where(reason => reason != DecisionReason.Unspecified),
    ];

    [Fact]
    public void Of_EveryReason_HasAnEnglishAndAChineseSentence() =>
        Assert.All(
            Reasons,
            reason =>
            {
                var detail = Assert.Single(ReasonTexts.Of(ReasonSet.Of(reason)));
                Assert.Equal(reason, detail.Reason);
                Assert.EndsWith(".", detail.TextEn, StringComparison.Ordinal);
                Assert.EndsWith("。", detail.TextZh, StringComparison.Ordinal);
                Assert.All(detail.TextEn, character => Assert.True(char.IsAscii(character)));
                Assert.Contains(detail.TextZh, character => character is >= '\u4e00' and <= '\u9fff');
            }
        );

    [Fact]
    public void Of_EveryReason_NamesNoScore() =>
        Assert.All(Reasons, reason => Assert.DoesNotContain(Assert.Single(ReasonTexts.Of(ReasonSet.Of(reason))).TextEn, char.IsAsciiDigit));

    [Fact]
    public void Of_ManyReasons_AreFourWeightiestFirst()
    {
        var all = Reasons.Aggregate(default(ReasonSet), (set, reason) => set | ReasonSet.Of(reason));

        Assert.Equal(all.Weightiest(), ReasonTexts.Of(all).Select(detail => detail.Reason));
        Assert.Equal(4, ReasonTexts.Of(all).Count());
    }

    [Fact]
    public void Of_Nothing_IsEmpty() => Assert.Empty(ReasonTexts.Of(default(ReasonSet)));
}
