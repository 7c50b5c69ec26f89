using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace SesameGrpc.Gateway.Listeners;

/// <summary>
/// The way out of a partner's connection. An answer may be written before its leaf in the audit log is durable: the gate keeps it, and whatever is written behind it, until it is told that the
/// leaf is. So the call itself waits for nothing, and all that a commit sets free on a connection is encrypted and sent as one. Invariant: bytes that were flushed while an answer was held
/// leave after that answer is settled. Answers are settled in the order in which they were held.
/// </summary>
internal sealed class AnswerGate : PipeWriter, IThreadPoolWorkItem
{
    // Most bytes that are kept; whoever writes more waits.
    private const int Capacity = 1 << 20;

    private readonly ConnectionContext connection;
    private readonly PipeWriter output;
    private readonly Pipe kept;
    private readonly TaskCompletionSource isEmpty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock gate = new();

    // Up to which byte, counted from the connection's first, everything may leave once so many answers are settled.
    private readonly Queue<(long End, long Answers)> portions = new();
    private long held;
    private long settled;
    private long written;
    private long taken;
    private int isCalled;
    private bool isSending;
    private bool isClosing;
    private bool isShut;

    private AnswerGate(ConnectionContext connection)
    {
        (this.connection, output) = (connection, connection.Transport.Output);
        kept = new Pipe(
            new PipeOptions(
                connection.Features.Get<IMemoryPoolFeature>()?.MemoryPool,
                pauseWriterThreshold: Capacity,
                resumeWriterThreshold: Capacity / 2,
                useSynchronizationContext: false
            )
        );
    }

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => kept.Writer.UnflushedBytes;

    /// <summary>Middleware of a connection; it stands between encryption and HTTP.</summary>
    public static ConnectionDelegate Use(ConnectionDelegate next) =>
        async connection =>
        {
            var transport = connection.Transport;
            var exit = new AnswerGate(connection);
            connection.Transport = new Ends(transport.Input, exit);
            connection.Features.GetRequiredFeature<CallerConnection>().Gate = exit;
            try
            {
                await next(connection);
                await exit.CloseAsync();
            }
            finally
            {
                connection.Transport = transport;
            }
        };

    /// <summary>Comes before an answer is written: it leaves when it is settled.</summary>
    public void Hold() => Interlocked.Increment(ref held);

    /// <summary>The oldest of the answers that are held may leave; <see cref="Open"/> sends it.</summary>
    public void Settle() => Interlocked.Increment(ref settled);

    /// <summary>Sends what may leave, on a thread of the pool.</summary>
    public void Open()
    {
        if (Interlocked.Exchange(ref isCalled, 1) == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    /// <summary>An answer that is held must not leave. What comes behind it cannot be told from it any more, so the connection ends. False: it had been ended before.</summary>
    public bool Shut(string cause)
    {
        lock (gate)
        {
            if (isShut)
            {
                return false;
            }

            isShut = true;
        }

        connection.Abort(new ConnectionAbortedException(cause));
        isEmpty.TrySetResult();
        return true;
    }

    public override Memory<byte> GetMemory(int sizeHint = 0) => kept.Writer.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => kept.Writer.GetSpan(sizeHint);

    public override void Advance(int bytes)
    {
        written += bytes;
        kept.Writer.Advance(bytes);
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        var flushed = kept.Writer.FlushAsync(cancellationToken);
        AddPortion();
        Send();
        return flushed;
    }

    public override void CancelPendingFlush() => kept.Writer.CancelPendingFlush();

    public override void Complete(Exception? exception = null)
    {
        kept.Writer.Complete(exception);
        AddPortion();
        Send();
    }

    void IThreadPoolWorkItem.Execute()
    {
        Volatile.Write(ref isCalled, 0);
        Send();
    }

    private void AddPortion()
    {
        lock (gate)
        {
            portions.Enqueue((written, Volatile.Read(ref held)));
        }
    }

    private void Send()
    {
        if (TryTake(isNew: true, out var bytes))
        {
            _ = SendAsync(bytes);
        }
    }

    // One at a time: who has taken bytes goes on until nothing more may leave.
    private bool TryTake(bool isNew, out long bytes)
    {
        lock (gate)
        {
            bytes = 0;
            if (isShut || (isNew && isSending))
            {
                return false;
            }

            var end = taken;
            while (portions.TryPeek(out var next) && next.Answers <= Volatile.Read(ref settled))
            {
                end = portions.Dequeue().End;
            }

            (bytes, taken) = (end - taken, end);
            isSending = bytes > 0;
            if (isClosing && !isSending && portions.Count == 0)
            {
                isEmpty.TrySetResult();
            }

            return isSending;
        }
    }

    private async Task SendAsync(long bytes)
    {
        Exception? lost = null;
        try
        {
            do
            {
                var read = await kept.Reader.ReadAtLeastAsync((int)bytes);
                var part = read.Buffer.Slice(0, bytes);
                foreach (var segment in part)
                {
                    output.Write(segment.Span);
                }

                kept.Reader.AdvanceTo(part.End);
                if ((await output.FlushAsync()).IsCompleted)
                {
                    break;
                }
            } while (TryTake(isNew: false, out bytes));
        }
        catch (Exception exception)
        {
            lost = exception;
        }

        if (bytes > 0)
        {
            // Nobody reads any more; the server finds out at its next flush.
            await kept.Reader.CompleteAsync(lost);
            isEmpty.TrySetResult();
        }
    }

    // The server has written its last.
    private async Task CloseAsync()
    {
        using var closed = connection.ConnectionClosed.UnsafeRegister(state => ((TaskCompletionSource)state!).TrySetResult(), isEmpty);
        lock (gate)
        {
            isClosing = true;
        }

        Send();
        await isEmpty.Task;
        await output.CompleteAsync();
    }

    private sealed record Ends(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
