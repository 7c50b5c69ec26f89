using System.Buffers.Binary;

namespace SesameGrpc.TransparencyLog;

/// <summary>Up to 256 entries side by side, each behind its length in 16 bits, the high byte first (C2SP tlog-tiles).</summary>
public static class EntryBundle
{
    private const int LengthBytes = sizeof(ushort);

    /// <summary>The bytes of a bundle.</summary>
    public static byte[] Write(IEnumerable<byte[]> entries)
    {
        using var bundle = new MemoryStream();
        Span<byte> length = stackalloc byte[LengthBytes];
        foreach (var entry in entries)
        {
            BinaryPrimitives.WriteUInt16BigEndian(length, checked((ushort)entry.Length));
            bundle.Write(length);
            bundle.Write(entry);
        }

        return bundle.ToArray();
    }

    /// <summary>The entries of a bundle; throws <see cref="LogFormatException"/> where it ends within one.</summary>
    public static IReadOnlyList<byte[]> Read(ReadOnlySpan<byte> bundle)
    {
        var entries = new List<byte[]>();
        while (bundle.Length > 0)
        {
            var length = bundle.Length < LengthBytes ? int.MaxValue : BinaryPrimitives.ReadUInt16BigEndian(bundle);
            if (bundle.Length - LengthBytes < length)
            {
                throw new LogFormatException($"The bundle ends within entry {entries.Count}.");
            }

            entries.Add(bundle.Slice(LengthBytes, length).ToArray());
            bundle = bundle[(LengthBytes + length)..];
        }

        return entries;
    }
}
