using System.Text;
using SesameGrpc.Sip2Proxy.Messages;
using Xunit;

namespace SesameGrpc.Sip2Proxy.Tests.Messages;

public sealed class PatronAnswerRulesTests
{
    private const string Denied = "Y             ";
    private static readonly PatronAnswerRules Default = new(new HashSet<int> { 0 }, "", Encoding.UTF8);

    static PatronAnswerRulesTests() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    [Fact]
    public void DeniedForTheDepositAlone_OnlyBorrowingIsDenied_IsThePatron() =>
        Assert.Equal("1001", Default.DeniedForTheDepositAlone(Answer(Denied)));

    [Theory]
    [InlineData("              ")]
    [InlineData("YY            ")]
    [InlineData("Y   Y         ")]
    [InlineData("Y    Y        ")]
    [InlineData("Y     Y       ")]
    [InlineData("Y         Y   ")]
    [InlineData("Y            Y")]
    [InlineData("Y    N        ")]
    [InlineData("N             ")]
    [InlineData("y             ")]
    [InlineData(" Y            ")]
    public void DeniedForTheDepositAlone_NothingDeniedOrAnythingElse_IsNobody(string status) =>
        Assert.Null(Default.DeniedForTheDepositAlone(Answer(status)));

    [Theory]
    [InlineData("AA1001|BLN|CQY|")]
    [InlineData("AA1001|CQY|")]
    [InlineData("AA1001|BLY|CQN|")]
    [InlineData("AA1001|BLY|BLY|CQY|")]
    [InlineData("AA1001|AA1002|BLY|CQY|")]
    [InlineData("AA1001|BLY|CQY|CQY|")]
    [InlineData("BLY|CQY|")]
    public void DeniedForTheDepositAlone_NotAKnownPatronForCertain_IsNobody(string fields) =>
        Assert.Null(Default.DeniedForTheDepositAlone(Answer(Denied, fields)));

    [Fact]
    public void DeniedForTheDepositAlone_LibraryWithoutPasswords_IsThePatron() =>
        Assert.Equal("1001", Default.DeniedForTheDepositAlone(Answer(Denied, "AA1001|BLY|")));

    [Theory]
    [InlineData("YYYY          ", true)]
    [InlineData("Y  Y       Y  ", true)]
    [InlineData("YYYYY         ", false)]
    [InlineData(" YYY          ", false)]
    public void DeniedForTheDepositAlone_MorePositionsOfADeposit_MayBeSet(string status, bool isForDeposit)
    {
        var rules = new PatronAnswerRules(new HashSet<int> { 0, 1, 2, 3, 11 }, "", Encoding.UTF8);

        Assert.Equal(isForDeposit, rules.DeniedForTheDepositAlone(Answer(status)) is not null);
    }

    [Theory]
    [InlineData("AFPlease pay the deposit first.|", true)]
    [InlineData("AFHello|AFThe deposit is missing.|", true)]
    [InlineData("AFYour card has expired.|", false)]
    [InlineData("AGdeposit|", false)]
    [InlineData("", false)]
    public void DeniedForTheDepositAlone_LibraryThatSaysWhy_IsBelieved(string screen, bool isForDeposit)
    {
        var rules = new PatronAnswerRules(new HashSet<int> { 0 }, "deposit", Encoding.UTF8);

        Assert.Equal(isForDeposit, rules.DeniedForTheDepositAlone(Answer(Denied, "AA1001|BLY|" + screen)) is not null);
    }

    [Fact]
    public void DeniedForTheDepositAlone_ChineseMessage_IsComparedInTheKiosksEncoding()
    {
        var encoding = Encoding.GetEncoding("gb18030");
        var screen = $"AF{Encoding.Latin1.GetString(encoding.GetBytes("您尚未交押金"))}|";
        var rules = new PatronAnswerRules(new HashSet<int> { 0 }, "未交押金", encoding);

        Assert.NotNull(rules.DeniedForTheDepositAlone(Answer(Denied, "AA1001|BLY|" + screen)));
    }

    [Fact]
    public void Open_Answer_ClearsTheDepositAndSaysSo()
    {
        var rules = new PatronAnswerRules(new HashSet<int> { 0, 1 }, "", Encoding.UTF8);

        var opened = rules.Open(Answer("YY            ", "AA1001|AFNo deposit|BLY|AGLine|AFAsk at the desk|", "AY3AZ"), "Go on.");

        Assert.Equal(WithChecksum("24              01920261126    101500AOLIB|AA1001|BLY|AGLine|AFGo on.|AY3AZ"), Text(opened));
    }

    [Fact]
    public void Explain_Answer_StaysAsItIsWithOneMoreMessage()
    {
        var explained = Default.Explain(Answer(Denied, "AA1001|AFNo deposit|BLY|", "AY3AZ"), "Not yet.");

        Assert.Equal(WithChecksum("24Y             01920261126    101500AOLIB|AA1001|AFNo deposit|BLY|AFNot yet.|AY3AZ"), Text(explained));
    }

    [Fact]
    public void Explain_Chinese_IsWrittenInTheKiosksEncoding()
    {
        var encoding = Encoding.GetEncoding("gb18030");
        var rules = new PatronAnswerRules(new HashSet<int> { 0 }, "", encoding);

        var line = rules.Explain(Answer(Denied), "免押金").ToBytes();

        Assert.EndsWith("AF免押金|", encoding.GetString(line), StringComparison.Ordinal);
    }

    [Fact]
    public void Explain_WhatWouldEndTheField_IsReplaced() =>
        Assert.EndsWith("AFa?b?c?d|", Text(Default.Explain(Answer(Denied), "a|b\rc\nd")), StringComparison.Ordinal);

    [Fact]
    public void Explain_CharacterWhoseSecondByteIsABar_IsReplaced()
    {
        var encoding = Encoding.GetEncoding("gb18030");
        var bar = encoding.GetString([0x81, (byte)'|']);
        var rules = new PatronAnswerRules(new HashSet<int> { 0 }, "", encoding);

        Assert.Equal(1, bar.Length);
        Assert.EndsWith("AF?!|", Text(rules.Explain(Answer(Denied), bar + "!")), StringComparison.Ordinal);
    }

    [Fact]
    public void Explain_TextLongerThanAField_IsCut()
    {
        var field = Default.Explain(Answer(Denied), new string('免', 300)).Fields[^1];

        Assert.InRange(field.Value.Length, 1, 255);
    }

    private static Sip2Message Answer(string status, string fields = "AA1001|AEZhang San|BLY|CQY|", string trailer = "")
    {
        var text = $"24{status}01920261126    101500AOLIB|{fields}{trailer}";
        return Sip2Message.Parse(Encoding.Latin1.GetBytes(trailer.EndsWith("AZ", StringComparison.Ordinal) ? WithChecksum(text) : text))!;
    }

    private static string WithChecksum(string text) => text + Sip2Message.Checksum(Encoding.Latin1.GetBytes(text));

    private static string Text(Sip2Message message) => Encoding.Latin1.GetString(message.ToBytes());
}
