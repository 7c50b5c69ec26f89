using System.Buffers.Binary;
using SesameGrpc.Benchmarks.Calls.Http2;

namespace SesameGrpc.Benchmarks.Calls;

/// <summary>What one connection is about to send: requests and control frames, put one behind another and sent by a single write.</summary>
internal sealed class RequestWriter
{
    private const int StaticEntries = 61;

    // SETTINGS_INITIAL_WINDOW_SIZE (section 6.5.2).
    private const ushort InitialWindowSize = 4;

    private readonly CallMessage message;
    private readonly byte[] first;
    private readonly byte[] following;

    private byte[] buffer = new byte[16 * 1024];
    private int length;
    private int nextStream = 1;

    public RequestWriter(CallMessage message, string authority, string token, bool isIndexed)
    {
        this.message = message;
        var bearer = $"Bearer {token}";
        var headers = Methods()
            .Kept(":path", message.Path)
            .Kept(":authority", authority)
            .Kept("content-type", "application/grpc")
            .Kept("te", "trailers");
        first = (isIndexed ? headers.Kept("authorization", bearer) : headers.Unkept("authorization", bearer)).ToArray();

        // What was put into the table last has the lowest index there.
        var repeated = Methods();
        for (var index = StaticEntries + (isIndexed ? 5 : 4); index > StaticEntries; index--)
        {
            repeated.Indexed(index);
        }

        following = (isIndexed ? repeated : repeated.Unkept("authorization", bearer)).ToArray();
    }

    /// <summary>How much of the server's window a request takes.</summary>
    public int MessageLength => message.Length;

    /// <summary>The stream of the next request.</summary>
    public int NextStream => nextStream;

    public bool IsEmpty => length == 0;

    /// <summary>Begins the connection (RFC 9113 section 3.4): answers may be as long and as many as they like.</summary>
    public void AddPreface()
    {
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.CopyTo(Reserve(24));
        var settings = new Frame(6, FrameType.Settings, 0, 0).Write(Reserve(Frame.Size + 6));
        BinaryPrimitives.WriteUInt16BigEndian(settings, InitialWindowSize);
        BinaryPrimitives.WriteInt32BigEndian(settings[2..], 1 << 20);
        AddWindowUpdate(1 << 30);
    }

    public void AddWindowUpdate(int increment) =>
        BinaryPrimitives.WriteInt32BigEndian(new Frame(4, FrameType.WindowUpdate, 0, 0).Write(Reserve(Frame.Size + 4)), increment);

    public void AddSettingsAcknowledgement() => new Frame(0, FrameType.Settings, Frame.Acknowledgement, 0).Write(Reserve(Frame.Size));

    public void AddPingAcknowledgement(ReadOnlySpan<byte> payload) =>
        payload.CopyTo(new Frame(payload.Length, FrameType.Ping, Frame.Acknowledgement, 0).Write(Reserve(Frame.Size + payload.Length)));

    /// <summary>Adds a request about a person, on the next stream.</summary>
    public void AddRequest(int person)
    {
        var block = nextStream == 1 ? first : following;
        var place = Reserve(2 * Frame.Size + block.Length + message.Length);
        place = new Frame(block.Length, FrameType.Headers, Frame.EndHeaders, nextStream).Write(place);
        block.CopyTo(place);
        place = new Frame(message.Length, FrameType.Data, Frame.EndStream, nextStream).Write(place[block.Length..]);
        message.Write(place, person);
        nextStream += 2;
    }

    /// <summary>What is to be sent now; the writer is empty then, and the bytes stay until something is added.</summary>
    public ReadOnlySpan<byte> Take()
    {
        var taken = buffer.AsSpan(0, length);
        length = 0;
        return taken;
    }

    // The static table's ":method: POST" and ":scheme: https".
    private static HpackWriter Methods() => new HpackWriter().Indexed(3).Indexed(7);

    private Span<byte> Reserve(int count)
    {
        if (length + count > buffer.Length)
        {
            Array.Resize(ref buffer, Math.Max(buffer.Length * 2, length + count));
        }

        length += count;
        return buffer.AsSpan(length - count, count);
    }
}
