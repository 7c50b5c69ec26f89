using System.Diagnostics;
using System.Net.Security;
using SesameGrpc.Benchmarks.Calls.Http2;

namespace SesameGrpc.Benchmarks.Calls;

/// <summary>
/// One connection and its calls: reads whatever came, looks at every frame of it, and sends the requests that are due then by one write. What answers say is checked, call by call.
/// Two threads come here, that of the answers and that of the clock; they take turns at the gate.
/// </summary>
internal sealed class CallConnection : IDisposable
{
    // When so much was received, the server is allowed as much again.
    private const int WindowStep = 1 << 29;

    private readonly Lock gate = new();
    private readonly SslStream stream;
    private readonly RequestWriter writer;
    private readonly CallStreams calls;
    private readonly HpackReader headers = new();
    private readonly HpackReader.Visit onHeader;
    private readonly TaskCompletionSource ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private CallRun? run;
    private OpenCall? current;
    private long sendWindow = ServerSettings.DefaultWindow;
    private int received;
    private int maxStreams = int.MaxValue;
    private string? end;

    public CallConnection(SslStream stream, RequestWriter writer, CallStreams calls)
    {
        (this.stream, this.writer, this.calls) = (stream, writer, calls);
        onHeader = (name, value) => current?.Take(name, value);
        Reading = Task.Run(ReadAsync);
    }

    public bool HasEnded => Reading.IsCompleted;

    /// <summary>The persons whom this connection calls.</summary>
    public int Persons => calls.Persons;

    /// <summary>Ends with the connection.</summary>
    public Task Reading { get; }

    /// <summary>Sends the preface and waits for the server's settings.</summary>
    public Task BeginAsync()
    {
        lock (gate)
        {
            writer.AddPreface();
            Flush();
        }

        return ready.Task;
    }

    /// <summary>Begins a window; its task ends when all that was begun in it has ended.</summary>
    public void Begin(CallRun next)
    {
        lock (gate)
        {
            run = next;
            if (end is not null)
            {
                next.Fail(end);
            }

            Advance(Stopwatch.GetTimestamp());
        }
    }

    /// <summary>Starts what is due. Called by the clock.</summary>
    public void Advance()
    {
        lock (gate)
        {
            Advance(Stopwatch.GetTimestamp());
        }
    }

    /// <summary>Gives up what has no answer yet.</summary>
    public void Abandon(string why)
    {
        lock (gate)
        {
            Fail(why);
        }
    }

    public void Dispose() => stream.Dispose();

    private async Task ReadAsync()
    {
        try
        {
            var buffer = new byte[256 * 1024];
            var length = 0;
            while (await stream.ReadAsync(buffer.AsMemory(length)) is var count and > 0)
            {
                length += count;
                lock (gate)
                {
                    var now = Stopwatch.GetTimestamp();
                    var left = Process(buffer.AsSpan(0, length), now);
                    buffer.AsSpan(length - left, left).CopyTo(buffer);
                    length = left;
                    Advance(now);
                }
            }

            Abandon("The server closed the connection.");
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or NotSupportedException)
        {
            Abandon(exception.Message);
        }
    }

    private void Advance(long now)
    {
        while (
            run is not null
            && end is null
            && calls.UnderWay < Math.Min(run.MostUnderWay, maxStreams)
            && sendWindow >= writer.MessageLength
            && calls.IsFree(writer.NextStream)
            && run.TryBegin(now, out var due)
        )
        {
            writer.AddRequest(calls.Open(writer.NextStream, due));
            sendWindow -= writer.MessageLength;
        }

        if (!writer.IsEmpty && end is null)
        {
            Flush();
        }

        if (run is { } finished && finished.IsOver(now) && calls.UnderWay == 0)
        {
            run = null;
            finished.End();
        }
    }

    private void Flush()
    {
        try
        {
            stream.Write(writer.Take());
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            Fail(exception.Message);
        }
    }

    // Returns how many bytes are left, the beginning of a frame.
    private int Process(ReadOnlySpan<byte> bytes, long now)
    {
        while (bytes.Length >= Frame.Size)
        {
            var frame = Frame.Read(bytes);
            if (bytes.Length < Frame.Size + frame.Length)
            {
                break;
            }

            Process(frame, bytes.Slice(Frame.Size, frame.Length), now);
            bytes = bytes[(Frame.Size + frame.Length)..];
        }

        return bytes.Length;
    }

    private void Process(Frame frame, ReadOnlySpan<byte> payload, long now)
    {
        switch (frame.Type)
        {
            case FrameType.Headers when frame.Has(Frame.EndHeaders) && !frame.Has(Frame.Padded) && !frame.Has(Frame.Priority):
                current = calls.Find(frame.Stream);
                headers.Read(payload, onHeader);
                break;
            case FrameType.Data when !frame.Has(Frame.Padded):
                calls.Find(frame.Stream)?.Take(payload);
                Receive(payload.Length);
                break;
            case FrameType.ResetStream:
                Close(frame.Stream, now, $"RST_STREAM {payload[3]}");
                break;
            case FrameType.Settings when !frame.Has(Frame.Acknowledgement):
                maxStreams = ServerSettings.MaxConcurrentStreams(payload) ?? maxStreams;
                writer.AddSettingsAcknowledgement();
                ready.TrySetResult();
                break;
            case FrameType.Ping when !frame.Has(Frame.Acknowledgement):
                writer.AddPingAcknowledgement(payload);
                break;
            case FrameType.GoAway:
                Fail($"The server sent GOAWAY: {System.Text.Encoding.UTF8.GetString(payload[8..])}");
                break;
            case FrameType.WindowUpdate when frame.Stream == 0:
                sendWindow += System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(payload);
                break;
            case FrameType.Settings or FrameType.Ping or FrameType.WindowUpdate:
                break;
            default:
                throw new NotSupportedException($"The server sent a frame that this client does not read: {frame}.");
        }

        if (frame.Type is FrameType.Headers or FrameType.Data && frame.Has(Frame.EndStream))
        {
            Close(frame.Stream, now, null);
        }
    }

    private void Receive(int count)
    {
        received += count;
        if (received >= WindowStep)
        {
            writer.AddWindowUpdate(received);
            received = 0;
        }
    }

    private void Close(int streamId, long now, string? fault)
    {
        if (calls.Close(streamId, fault) is { } ended)
        {
            run?.Count(ended, now);
        }
    }

    private void Fail(string why)
    {
        end ??= why;
        ready.TrySetException(new IOException(why));
        run?.Fail(why);
        run = null;
    }
}
