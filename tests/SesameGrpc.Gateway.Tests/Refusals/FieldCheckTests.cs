using CsCheck;
using Google.Rpc;
using SesameGrpc.Gateway.Refusals;
using Xunit;

namespace SesameGrpc.Gateway.Tests.Refusals;

public sealed class FieldCheckTests
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:-";

    [Fact]
    public void Enforce_NoFault_Passes() =>
        new FieldCheck().Require(true, "a", "must be").Person("b", "p").VisibleText("c", "t").PageSize(0).Enforce();

    [Fact]
    public void Enforce_ManyFaults_NamesAllInOrder()
    {
        var refusal = Samples.RefusalOf(() =>
            new FieldCheck()
                .Require(false, "a", "must be one")
                .Require(true, "b", "must be two")
                .Person("c", "")
                .VisibleText("d", " ")
                .PageSize(-1)
                .Require(false, "a", "must be six")
                .Enforce()
        );

        Assert.Equal(["a", "c", "d", "page_size", "a"], Samples.FieldsOf(refusal));
        Assert.Equal("a: must be one", refusal.Message);
        Assert.Equal("a,c,d,page_size,a", refusal.Metadata.Single(pair => pair.Key == "fields").Value);
        Assert.Equal("must be six", refusal.Details.OfType<BadRequest>().Single().FieldViolations[^1].Description);
        Assert.Equal(Code.InvalidArgument, refusal.Code);
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("test-650", true)]
    [InlineData(" ", false)]
    public void PersonOrEmpty_Text_Fits(string text, bool fits)
    {
        var check = new FieldCheck().PersonOrEmpty("person", text);

        if (fits)
        {
            check.Enforce();
        }
        else
        {
            Assert.Equal(["person"], Samples.FieldsOf(Samples.RefusalOf(check.Enforce)));
        }
    }

    [Theory]
    [InlineData("a", true)]
    [InlineData("A.b_c:d-9", true)]
    [InlineData("test-650", true)]
    [InlineData("", false)]
    [InlineData(" ", false)]
    [InlineData("a b", false)]
    [InlineData("a@b", false)]
    [InlineData("a/b", false)]
    [InlineData("a\n", false)]
    [InlineData("a\0", false)]
    [InlineData("张三", false)]
    [InlineData("ａ", false)]
    [InlineData("é", false)]
    [InlineData("٣", false)]
    public void IsPersonId_Text_Fits(string text, bool fits) => Assert.Equal(fits, FieldCheck.IsPersonId(text));

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    [InlineData(100_000, false)]
    public void IsPersonId_Length_IsAtMost64(int length, bool fits) => Assert.Equal(fits, FieldCheck.IsPersonId(new string('a', length)));

    [Fact]
    public void IsPersonId_AnyText_IsWhatThePatternSays() =>
        Gen.String[Gen.Char[' ', '\u00ff'], 0, 70]
            .Sample(
                text => Assert.Equal(text.Length is >= 1 and <= 64 && text.All(Alphabet.Contains), FieldCheck.IsPersonId(text)),
                iter: 2_000
            );

    [Theory]
    [InlineData("!", true)]
    [InlineData("~", true)]
    [InlineData("", false)]
    [InlineData(" a", false)]
    [InlineData("a\u007f", false)]
    [InlineData("单", false)]
    public void VisibleText_Text_Fits(string text, bool fits) =>
        Assert.Equal(fits, Record.Exception(() => new FieldCheck().VisibleText("a", text).Enforce()) is null);

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public void VisibleText_Length_IsAtMost64(int length, bool fits) =>
        Assert.Equal(fits, Record.Exception(() => new FieldCheck().VisibleText("a", new string('x', length)).Enforce()) is null);

    [Theory]
    [InlineData(-1, false)]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(1000, true)]
    [InlineData(1001, false)]
    [InlineData(int.MinValue, false)]
    public void PageSize_Number_Fits(int size, bool fits) =>
        Assert.Equal(fits, Record.Exception(() => new FieldCheck().PageSize(size).Enforce()) is null);
}
