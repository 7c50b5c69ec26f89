namespace SesameGrpc.Benchmarks.Calls;

/// <summary>One field of a message in protobuf's binary form: a number, or bytes.</summary>
internal readonly ref struct ProtoField
{
    private ProtoField(int number, long value, ReadOnlySpan<byte> bytes)
    {
        (Number, Value) = (number, value);
        Bytes = bytes;
    }

    public int Number { get; }

    /// <summary>The value of a field that is a number; 0 for one of fixed length, which no message here has.</summary>
    public long Value { get; }

    /// <summary>The value of a text or of a message.</summary>
    public ReadOnlySpan<byte> Bytes { get; }

    /// <summary>Reads the next field; the message is what is left behind it.</summary>
    public static ProtoField Read(ref ReadOnlySpan<byte> message)
    {
        var tag = ReadVarint(ref message);
        var number = (int)(tag >> 3);
        switch (tag & 7)
        {
            case 0:
                return new ProtoField(number, ReadVarint(ref message), default);
            case 1:
                message = message[8..];
                return new ProtoField(number, 0, default);
            case 2:
                var length = (int)ReadVarint(ref message);
                var bytes = message[..length];
                message = message[length..];
                return new ProtoField(number, 0, bytes);
            case 5:
                message = message[4..];
                return new ProtoField(number, 0, default);
            default:
                throw new FormatException("No field has this wire type.");
        }
    }

    private static long ReadVarint(ref ReadOnlySpan<byte> message)
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var next = message[0];
            message = message[1..];
            value |= (ulong)(next & 127) << shift;
            if (next < 128)
            {
                return (long)value;
            }
        }
    }
}
