using System.Buffers.Binary;

namespace SesameGrpc.Benchmarks.Calls.Http2;

internal enum FrameType : byte
{
    Data = 0,
    Headers = 1,
    ResetStream = 3,
    Settings = 4,
    Ping = 6,
    GoAway = 7,
    WindowUpdate = 8,
    Continuation = 9,
}

/// <summary>The nine bytes before each frame's payload (RFC 9113 section 4.1).</summary>
internal readonly record struct Frame(int Length, FrameType Type, byte Flags, int Stream)
{
    public const int Size = 9;

    // END_STREAM of DATA and HEADERS; ACK of SETTINGS and PING.
    public const byte EndStream = 0x1;
    public const byte Acknowledgement = 0x1;
    public const byte EndHeaders = 0x4;
    public const byte Padded = 0x8;
    public const byte Priority = 0x20;

    public bool Has(byte flag) => (Flags & flag) != 0;

    public static Frame Read(ReadOnlySpan<byte> bytes) =>
        new(
            (BinaryPrimitives.ReadUInt16BigEndian(bytes) << 8) | bytes[2],
            (FrameType)bytes[3],
            bytes[4],
            BinaryPrimitives.ReadInt32BigEndian(bytes[5..]) & int.MaxValue
        );

    /// <summary>Writes the header; returns the place behind it.</summary>
    public Span<byte> Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteInt32BigEndian(bytes, Length << 8);
        (bytes[3], bytes[4]) = ((byte)Type, Flags);
        BinaryPrimitives.WriteInt32BigEndian(bytes[5..], Stream);
        return bytes[Size..];
    }
}
