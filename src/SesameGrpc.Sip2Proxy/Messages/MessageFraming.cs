using System.Buffers;

namespace SesameGrpc.Sip2Proxy.Messages;

/// <summary>Cuts a stream of bytes into messages, which end with CR, as the standard says, or with CR LF or LF, as some systems send. Every byte comes out once, in order.</summary>
internal sealed class MessageFraming
{
    /// <summary>
    /// What is longer goes through unread, so that memory is bounded. The standard limits a field to 255 characters and a message not at all; the longest that are in use, patron information
    /// with its lists, stay below.
    /// </summary>
    public const int LongestMessage = 16 * 1024;

    private const byte CarriageReturn = (byte)'\r';
    private const byte LineFeed = (byte)'\n';
    private bool isInsideOverlong;

    /// <summary>Takes the next part off the buffer. False when more must arrive first.</summary>
    /// <param name="buffer">What has arrived; afterwards, what is left of it.</param>
    /// <param name="isLast">Whether nothing more will arrive.</param>
    /// <param name="part">The part.</param>
    public bool TryTake(ref ReadOnlySequence<byte> buffer, bool isLast, out MessagePart part)
    {
        part = default;
        if (buffer.IsEmpty)
        {
            return false;
        }

        var reader = new SequenceReader<byte>(buffer);
        if (!reader.TryAdvanceToAny([CarriageReturn, LineFeed], advancePastDelimiter: false))
        {
            if (!isLast && !isInsideOverlong && buffer.Length <= LongestMessage)
            {
                return false;
            }

            isInsideOverlong = true;
            part = new MessagePart(buffer, TextLength: 0);
            buffer = buffer.Slice(buffer.End);
            return true;
        }

        var textLength = isInsideOverlong || reader.Consumed > LongestMessage ? 0 : (int)reader.Consumed;
        isInsideOverlong = false;
        reader.AdvancePastAny(CarriageReturn, LineFeed);
        part = new MessagePart(buffer.Slice(0, reader.Position), textLength);
        buffer = buffer.Slice(reader.Position);
        return true;
    }
}

/// <summary>Bytes of a stream that belong together.</summary>
/// <param name="Bytes">All of them, with the end of the line.</param>
/// <param name="TextLength">Length of the message at their start; 0 where there is none to read.</param>
internal readonly record struct MessagePart(ReadOnlySequence<byte> Bytes, int TextLength)
{
    public ReadOnlySequence<byte> Text => Bytes.Slice(0, TextLength);

    public ReadOnlySequence<byte> EndOfLine => Bytes.Slice(TextLength);
}
