using System.Buffers.Binary;

namespace SesameGrpc.Benchmarks.Calls.Http2;

/// <summary>What a client must heed of a server's SETTINGS (RFC 9113 section 6.5.2).</summary>
internal static class ServerSettings
{
    /// <summary>Bytes of DATA that a connection may send before the first WINDOW_UPDATE.</summary>
    public const int DefaultWindow = 65_535;

    private const int HeaderTableSize = 1;
    private const int ConcurrentStreams = 3;
    private const int UsualTableSize = 4096;
    private const int Size = 6;

    /// <summary>The most streams that may be open at once; null: not said.</summary>
    public static int? MaxConcurrentStreams(ReadOnlySpan<byte> settings)
    {
        int? streams = null;
        for (; settings.Length >= Size; settings = settings[Size..])
        {
            var value = BinaryPrimitives.ReadUInt32BigEndian(settings[2..]);
            switch (BinaryPrimitives.ReadUInt16BigEndian(settings))
            {
                case HeaderTableSize when value < UsualTableSize:
                    throw new NotSupportedException($"The server keeps {value} bytes of headers, too few for a token.");
                case ConcurrentStreams:
                    streams = (int)Math.Min(value, int.MaxValue);
                    break;
            }
        }

        return streams;
    }
}
