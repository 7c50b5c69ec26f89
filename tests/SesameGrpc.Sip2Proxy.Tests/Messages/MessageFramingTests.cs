using System.Buffers;
using System.Text;
using CsCheck;
using SesameGrpc.Sip2Proxy.Messages;
using Xunit;

namespace SesameGrpc.Sip2Proxy.Tests.Messages;

public sealed class MessageFramingTests
{
    private const int TooLong = MessageFraming.LongestMessage + 1;

    [Fact]
    public void TryTake_SeveralMessagesWithAnyEnd_ComeOneByOne() =>
        Assert.Equal(
            ["[99one]\r", "[98two]\r\n", "[97three]\n", "[]\r\n", "[96four]\r"],
            Parts(isLast: false, "99one\r98two\r\n97three\n", "\r\n96four\r")
        );

    [Fact]
    public void TryTake_HalfMessage_WaitsForTheRest() =>
        Assert.Equal(["[2300119960212]\r"], Parts(isLast: false, "23001", "1996", "0212", "\r"));

    [Fact]
    public void TryTake_LineFeedThatComesLater_IsPassedOnAtOnce() =>
        Assert.Equal(["[99]\r", "[]\n", "[98]\r", "[]\n"], Parts(isLast: false, "99\r", "\n98\r", "\n"));

    [Fact]
    public void TryTake_RestAtTheEnd_IsPassedOnUnread() => Assert.Equal(["[99]\r", "[]23001"], Parts(isLast: true, "99\r23001"));

    [Fact]
    public void TryTake_LongestMessage_IsRead() =>
        Assert.Equal([$"[{new string('x', TooLong - 1)}]\r"], Parts(isLast: false, new string('x', TooLong - 1), "\r"));

    [Fact]
    public void TryTake_LongerThanTheLongest_IsPassedOnUnreadUntilItsEnd() =>
        Assert.Equal(
            [$"[]{new string('x', TooLong)}", "[]24 more", "[] and more\r", "[99]\r"],
            Parts(isLast: false, new string('x', TooLong), "24 more", " and more\r99\r")
        );

    [Fact]
    public void TryTake_LongerThanTheLongestInOnePiece_IsPassedOnUnread() =>
        Assert.Equal([$"[]{new string('x', TooLong)}\r", "[99]\r"], Parts(isLast: false, new string('x', TooLong) + "\r99\r"));

    [Fact]
    public void TryTake_AnyBytesInAnyPieces_ComeOutOnceAndInOrder() =>
        Gen.Char["ab\r\n"]
            .Array[0, 12]
            .Select(piece => new string(piece))
            .Array[0, 8]
            .Sample(pieces =>
                Assert.Equal(
                    string.Concat(pieces),
                    string.Concat(Parts(isLast: true, pieces).Select(part => part.Replace("[", "").Replace("]", "")))
                )
            );

    /// <summary>Feeds the pieces as they would arrive; each part as "[what is read]rest".</summary>
    private static List<string> Parts(bool isLast, params string[] pieces)
    {
        var framing = new MessageFraming();
        var parts = new List<string>();
        var pending = "";
        for (var index = 0; index < pieces.Length; index++)
        {
            var buffer = new ReadOnlySequence<byte>(Encoding.Latin1.GetBytes(pending + pieces[index]));
            while (framing.TryTake(ref buffer, isLast && index == pieces.Length - 1, out var part))
            {
                parts.Add($"[{Encoding.Latin1.GetString(part.Text)}]{Encoding.Latin1.GetString(part.EndOfLine)}");
            }

            pending = Encoding.Latin1.GetString(buffer);
        }

        return parts;
    }
}
