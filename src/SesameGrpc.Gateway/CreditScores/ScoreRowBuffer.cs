using System.Buffers.Binary;
using System.Text;

namespace SesameGrpc.Gateway.CreditScores;

/// <summary>Rows in the binary form of COPY (PostgreSQL's manual, COPY, "Binary Format"): the number of fields, then each field's length and bytes, in network order.</summary>
internal sealed class ScoreRowBuffer
{
    private const int Null = -1;

    // Longer than any row: two ids of 64 and a model of 32 characters, of up to 4 bytes in UTF-8, and 12 numbers.
    private const int LongestRow = 1024;

    private readonly byte[] buffer;

    public ScoreRowBuffer(int chunkBytes)
    {
        buffer = new byte[chunkBytes + LongestRow];
        // Signature, flags, length of the header's extension.
        ReadOnlySpan<byte> header =
        [
            (byte)'P',
            (byte)'G',
            (byte)'C',
            (byte)'O',
            (byte)'P',
            (byte)'Y',
            (byte)'\n',
            0xFF,
            (byte)'\r',
            (byte)'\n',
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
        ];
        header.CopyTo(buffer);
        Length = header.Length;
    }

    public int Length { get; private set; }

    public ReadOnlyMemory<byte> Take()
    {
        var taken = buffer.AsMemory(0, Length);
        Length = 0;
        return taken;
    }

    public void Begin(short fields) => Put16(fields);

    /// <summary>After the last row.</summary>
    public void End() => Put16(-1);

    public void Text(string value)
    {
        var length = Encoding.UTF8.GetBytes(value, buffer.AsSpan(Length + sizeof(int)));
        Put32(length);
        Length += length;
    }

    public void Int32(int? value)
    {
        if (value is { } number)
        {
            Put32(sizeof(int));
            Put32(number);
        }
        else
        {
            Put32(Null);
        }
    }

    public void Int64(long value)
    {
        Put32(sizeof(long));
        BinaryPrimitives.WriteInt64BigEndian(buffer.AsSpan(Length), value);
        Length += sizeof(long);
    }

    private void Put16(short value)
    {
        BinaryPrimitives.WriteInt16BigEndian(buffer.AsSpan(Length), value);
        Length += sizeof(short);
    }

    private void Put32(int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(buffer.AsSpan(Length), value);
        Length += sizeof(int);
    }
}
