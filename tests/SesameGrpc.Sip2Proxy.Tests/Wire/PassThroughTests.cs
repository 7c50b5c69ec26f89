using System.Text;
using SesameGrpc.Sip2Proxy.Messages;
using Xunit;

namespace SesameGrpc.Sip2Proxy.Tests.Wire;

/// <summary>Everything that is no answer about a patron goes through byte for byte, in both directions.</summary>
public sealed class PassThroughTests(LibraryGateway site) : IClassFixture<LibraryGateway>
{
    private const string Date = "20261126    101502";

    [Theory]
    [InlineData("9900302.00AY0AZFCA6\r")]
    [InlineData("9300CNkiosk|COsecret-pin|CPHall|AY0AZF4C1\r")]
    [InlineData($"11NN{Date}                  AOLIB|AAtest-550|AB3001|AC|AD|\r")]
    [InlineData($"09N{Date}{Date}APHall|AOLIB|AB3001|AC|\r")]
    [InlineData("this is no message at all\r")]
    [InlineData("23\r")]
    [InlineData("2300\r")]
    [InlineData("\u0000\u00ff\u0080||||\u0007\r")]
    [InlineData($"23001{Date}AOLIB|AC|AD|\r")]
    [InlineData($"23001{Date}AAtest-550\r")]
    public async Task Message_OfAnyOtherKind_GoesThroughBothWays(string message)
    {
        await using var proxy = await ProxyUnderTest.StartAsync(site.Gateway);
        using var kiosk = await proxy.ConnectAsync();

        var answer = await kiosk.AskAsync(message);

        Assert.Equal(LibraryDouble.AnswerAsUsual(message.TrimEnd('\r')), answer);
        Assert.Equal(message, proxy.Library.Received);
    }

    [Fact]
    public async Task Bytes_WithoutAnyOrder_GoThroughBothWays()
    {
        await using var proxy = await ProxyUnderTest.StartAsync(site.Gateway);
        proxy.Library.Answer = line => line + "\r\n" + line + "\n\r";
        proxy.Library.SegmentLength = 1500;
        using var kiosk = await proxy.ConnectAsync();
        var random = new Random(550);
        var sent = new StringBuilder();
        var expected = new StringBuilder();
        for (var line = 0; line < 200; line++)
        {
            var bytes = new byte[random.Next(1, 400)];
            random.NextBytes(bytes);
            var text = Encoding.Latin1.GetString(bytes).Replace('\r', '.').Replace('\n', '.');
            text = random.Next(4) == 0 ? "24Y " + text : text;
            sent.Append(text).Append(random.Next(2) == 0 ? "\r" : "\r\n");
            expected.Append(text).Append("\r\n").Append(text).Append("\n\r");
        }

        var reading = kiosk.ReadAsync(expected.Length);
        foreach (var piece in Encoding.Latin1.GetBytes(sent.ToString()).Chunk(777))
        {
            await kiosk.SendAsync(piece);
        }

        Assert.Equal(expected.ToString(), await reading);
        Assert.Equal(sent.ToString(), proxy.Library.Received);
    }

    [Fact]
    public async Task Message_LongerThanAnyIsRead_GoesThroughUnread()
    {
        await using var proxy = await ProxyUnderTest.StartAsync(site.Gateway);
        var answer = $"24Y             001{Date}AOLIB|AAtest-550|BLY|AF{new string('x', 3 * MessageFraming.LongestMessage)}|\r";
        proxy.Library.Answer = _ => answer;
        using var kiosk = await proxy.ConnectAsync();

        Assert.Equal(answer, await kiosk.AskAsync(AmendTests.Status("test-550")));
    }

    [Fact]
    public async Task Message_InHalves_IsUnderstood()
    {
        await using var proxy = await ProxyUnderTest.StartAsync(site.Gateway);
        using var kiosk = await proxy.ConnectAsync();

        foreach (var character in AmendTests.Status("test-550"))
        {
            await kiosk.SendAsync($"{character}");
        }

        Assert.StartsWith("24  ", await kiosk.ReadMessageAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Kiosk_ThatEndsItsSide_StillGetsItsAnswer()
    {
        await using var proxy = await ProxyUnderTest.StartAsync(site.Gateway);
        using var kiosk = await proxy.ConnectAsync();
        await kiosk.SendAsync(AmendTests.Status("test-550") + "99unfinished");
        kiosk.End();

        Assert.StartsWith("24  ", await kiosk.ReadMessageAsync(), StringComparison.Ordinal);
        Assert.Equal("", await kiosk.ReadMessageAsync());
        Assert.EndsWith("\r99unfinished", proxy.Library.Received, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connections_OneWithGarbageAndOneInTheMiddleOfAMessage_DisturbNobody()
    {
        await using var proxy = await ProxyUnderTest.StartAsync(site.Gateway);
        using var garbage = await proxy.ConnectAsync();
        using var half = await proxy.ConnectAsync();
        await garbage.SendAsync(new string('\u00ff', 5 * MessageFraming.LongestMessage));
        await half.SendAsync("23001");

        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, 20)
                .Select(async index =>
                {
                    using var kiosk = await proxy.ConnectAsync();
                    return await kiosk.AskAsync(AmendTests.Status(index % 2 == 0 ? "test-550" : "test-549"));
                })
        );

        Assert.All(
            answers.Index(),
            answer => Assert.StartsWith(answer.Index % 2 == 0 ? "24  " : "24Y ", answer.Item, StringComparison.Ordinal)
        );
    }
}
