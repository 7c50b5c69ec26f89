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
            var entry = First(bundle.Span);
            if (entry < 0)
            {
                throw new LogFormatException($"The bundle ends within entry {entries.Count}.");
            }

            entries.Add(bundle.Slice(LengthBytes, entry));
            bundle = bundle[(LengthBytes + entry)..];
        }

        return entries;
    }

    /// <summary>Takes the first entry off a bundle; false where there is none, or where the bundle ends within it.</summary>
    public static bool TryTake(ref ReadOnlySpan<byte> bundle, out ReadOnlySpan<byte> entry)
    {
        var length = First(bundle);
        entry = length < 0 ? default : bundle.Slice(LengthBytes, length);
        bundle = length < 0 ? bundle : bundle[(LengthBytes + length)..];
        return length >= 0;
    }

    // Length of the first entry; -1: it is not whole.
    private static int First(ReadOnlySpan<byte> bundle)
    {
        var length = bundle.Length < LengthBytes ? int.MaxValue : BinaryPrimitives.ReadUInt16BigEndian(bundle);
        return length > bundle.Length - LengthBytes ? -1 : length;
    }
}
