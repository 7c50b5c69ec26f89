using System.Buffers.Binary;

namespace SesameGrpc.TransparencyLog;

/// <summary>
/// Entries side by side, each behind its length in 16 bits, the high byte first (C2SP tlog-tiles). A bundle of the layout has up to 256; a group of the stored log, as many as were
/// committed together.
/// </summary>
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
    public static IReadOnlyList<byte[]> Read(ReadOnlyMemory<byte> bundle) => [.. Slice(bundle).Select(entry => entry.ToArray())];

    /// <summary>The entries of a bundle as parts of it; throws <see cref="LogFormatException"/> where it ends within one.</summary>
    public static IReadOnlyList<ReadOnlyMemory<byte>> Slice(ReadOnlyMemory<byte> bundle)
    {
        var entries = new List<ReadOnlyMemory<byte>>();
        while (bundle.Length > 0)
        {
            var length = bundle.Length < LengthBytes ? int.MaxValue : BinaryPrimitives.ReadUInt16BigEndian(bundle.Span);
            if (bundle.Length - LengthBytes < length)
            {
                throw new LogFormatException($"The bundle ends within entry {entries.Count}.");
            }

            entries.Add(bundle.Slice(LengthBytes, length));
            bundle = bundle[(LengthBytes + length)..];
        }

        return entries;
    }
}
