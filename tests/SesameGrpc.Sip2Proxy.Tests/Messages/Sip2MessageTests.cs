using System.Text;
using CsCheck;
using SesameGrpc.Sip2Proxy.Messages;
using Xunit;

namespace SesameGrpc.Sip2Proxy.Tests.Messages;

public sealed class Sip2MessageTests
{
    private static readonly string[] Codes = ["23", "24", "63", "64", "01", "97", ""];
    private static readonly string[] Ends = ["", "|AY1", "|AZ0000", "AA1|"];
    private const string Answer = "24Y             01920261126    101500AOLIB|AA1001|AEZhang San|BLY|CQY|AFNo deposit|AGLine|";

    /// <summary>Messages as published with the protocol and by its implementers, as far as their checksums are those of their bytes.</summary>
    public static TheoryData<string> Published =>
        [
            "9900401.00AY1AZFCA5",
            "6300119980723    091905Y         AOInstitutionID|AAPatronID|BP00001|BQ00005|AY1AZEA83",
            "01N19960213    162352AO|ALCARD BLOCK TEST|AA104000000705|AC|AY2AZF02F",
            "2300119960212    100239AOid_21|AA104000000105|AC|AD|AY2AZF271",
            "97AZFEF5",
            "941AY3AZFDFA",
        ];

    [Theory]
    [MemberData(nameof(Published))]
    public void Checksum_OfPublishedMessage_IsTheirs(string message) =>
        Assert.Equal(message[^4..], Sip2Message.Checksum(Encoding.Latin1.GetBytes(message[..^4])));

    [Theory]
    [MemberData(nameof(Published))]
    public void ToBytes_OfWhatWasParsed_IsTheSame(string message)
    {
        var parsed = Parse(message);

        Assert.Equal(message[..2] is "99" or "94", parsed is null);
        Assert.Equal(message, parsed is null ? message : Encoding.Latin1.GetString(parsed.ToBytes()));
    }

    [Fact]
    public void Parse_PatronInformation_HasItsParts()
    {
        var message = Parse("6300119980723    091905Y         AOInstitutionID|AAPatronID|BP00001|BQ00005|AY1AZEA83")!;

        Assert.Equal("63", message.Code);
        Assert.Equal("00119980723    091905Y         ", message.Fixed);
        Assert.Equal(["AO", "AA", "BP", "BQ"], message.Fields.Select(field => field.Id));
        Assert.Equal(("PatronID", "AY1", true), (message.Single("AA"), message.Sequence, message.HasChecksum));
    }

    [Theory]
    [InlineData("AY1")]
    [InlineData("")]
    public void Parse_WithoutChecksum_IsReadAndStaysWithout(string sequence)
    {
        var message = Parse(Answer + sequence)!;

        Assert.False(message.HasChecksum);
        Assert.Equal(Answer + sequence, Encoding.Latin1.GetString(message.ToBytes()));
    }

    [Theory]
    [InlineData("2300119960212    100239AOid_21|AA104000000105|AC|AD|AY2AZF272")]
    [InlineData("2300119960212    100239AOid_21|AA104000000106|AC|AD|AY2AZF271")]
    public void Parse_WrongChecksum_IsNothing(string message) => Assert.Null(Parse(message));

    [Theory]
    [InlineData("")]
    [InlineData("2")]
    [InlineData("24")]
    [InlineData("24Y             01920261126    10150")]
    [InlineData("24Y             01920261126    101500AOLIB")]
    [InlineData("24Y             01920261126    101500AOLIB|A|")]
    [InlineData("24Y             01920261126    101500||")]
    [InlineData("24Y             01920261126    101500AOLIB|AAwithoutbarAY1")]
    [InlineData("1234")]
    [InlineData("XY whatever this is")]
    [InlineData("1200019960212    100514AOLIB|AA1|")]
    public void Parse_OtherOrDamagedMessage_IsNothing(string message) => Assert.Null(Parse(message));

    [Fact]
    public void Single_FieldThatStandsTwice_IsNothing()
    {
        var message = Parse(Answer + "BLN|")!;

        Assert.Null(message.Single("BL"));
        Assert.True(message.Has("BL"));
        Assert.Null(message.Single("ZZ"));
    }

    [Fact]
    public void ToBytes_EveryByteOfAValue_ComesBack()
    {
        var all = Enumerable.Range(0, 256).Select(value => (byte)value).Where(value => value is not (13 or 10 or (byte)'|')).ToArray();
        var line = Encoding.Latin1.GetBytes(Answer + "AG").Concat(all).Append((byte)'|').ToArray();

        Assert.Equal(line, Sip2Message.Parse(line)!.ToBytes());
    }

    [Fact]
    public void Parse_AnyBytes_AreReadOrNotButNeverChanged() =>
        Gen.Select(
                Gen.Int[0, Codes.Length - 1].Select(index => Codes[index]),
                Gen.Byte.Array[0, 120],
                Gen.Int[0, Ends.Length - 1].Select(index => Ends[index])
            )
            .Sample(
                (code, bytes, end) =>
                {
                    byte[] line = [.. Encoding.Latin1.GetBytes(code), .. bytes, .. Encoding.Latin1.GetBytes(end)];
                    var parsed = Sip2Message.Parse(line);
                    Assert.True(parsed is null || parsed.HasChecksum || line.AsSpan().SequenceEqual(parsed.ToBytes()));
                }
            );

    private static Sip2Message? Parse(string message) => Sip2Message.Parse(Encoding.Latin1.GetBytes(message));
}
