using System.Buffers;
using System.IO.Pipelines;
using SesameGrpc.Sip2Proxy.Messages;

namespace SesameGrpc.Sip2Proxy.Kiosks;

/// <summary>Passes one direction of a connection on, byte for byte but for the messages that are replaced on the way.</summary>
internal static class MessagePump
{
    /// <summary>Runs until the sender has ended or the receiver takes no more.</summary>
    /// <param name="from">What arrives.</param>
    /// <param name="to">Where it goes.</param>
    /// <param name="replace">Gives the bytes that a message becomes; null: it stays as it is.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task RunAsync(
        PipeReader from,
        PipeWriter to,
        Func<byte[], CancellationToken, ValueTask<byte[]?>> replace,
        CancellationToken cancellationToken
    )
    {
        var framing = new MessageFraming();
        while (true)
        {
            var read = await from.ReadAsync(cancellationToken);
            var buffer = read.Buffer;
            while (framing.TryTake(ref buffer, read.IsCompleted, out var part))
            {
                Write(to, part, part.TextLength == 0 ? null : await replace(part.Text.ToArray(), cancellationToken));
                if ((await to.FlushAsync(cancellationToken)).IsCompleted)
                {
                    return;
                }
            }

            from.AdvanceTo(buffer.Start, buffer.End);
            if (read.IsCompleted)
            {
                return;
            }
        }
    }

    private static void Write(PipeWriter to, MessagePart part, byte[]? replacement)
    {
        if (replacement is not null)
        {
            to.Write(replacement);
        }

        foreach (var segment in replacement is null ? part.Bytes : part.EndOfLine)
        {
            to.Write(segment.Span);
        }
    }
}
