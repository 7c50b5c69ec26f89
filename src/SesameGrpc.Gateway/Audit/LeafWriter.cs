using System.Buffers.Binary;
using Google.Protobuf;
using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Audit;

/// <summary>Puts entries together to a group, as it is stored: each behind its length in 16 bits. Grows as it has to; <see cref="Clear"/> keeps the space.</summary>
internal sealed class LeafWriter
{
    private const int LengthBytes = sizeof(ushort);

    private byte[] buffer = new byte[1024];

    /// <summary>Number of entries.</summary>
    public int Count { get; private set; }

    /// <summary>The earliest time of an entry; without entries, the largest number.</summary>
    public long OldestMicros { get; private set; } = long.MaxValue;

    /// <summary>The latest time of an entry; without entries, the smallest number.</summary>
    public long NewestMicros { get; private set; } = long.MinValue;

    /// <summary>The bytes so far.</summary>
    public ReadOnlySpan<byte> Written => buffer.AsSpan(0, Length);

    private int Length { get; set; }

    private LeafSlice All => new(0, Length, Count, OldestMicros, NewestMicros);

    public void Add(AuditEntry entry)
    {
        var size = entry.CalculateSize();
        if (size > AuditLog.MaxEntryBytes)
        {
            throw new ArgumentException(
                $"An entry of {entry.Method} has {size} bytes; at most {AuditLog.MaxEntryBytes} fit.",
                nameof(entry)
            );
        }

        entry.WriteTo(Begin(size, entry.RecordTime.ToMicros()));
    }

    public void Add(IReadOnlyList<AuditEntry> entries)
    {
        for (var index = 0; index < entries.Count; index++)
        {
            Add(entries[index]);
        }
    }

    /// <summary>Adds an entry as it is stored.</summary>
    public void Add(StoredLeaf leaf) => leaf.Entry.Span.CopyTo(Begin(leaf.Entry.Length, leaf.Parse().RecordTime.ToMicros()));

    /// <summary>Adds all entries of another; returns where they stand here.</summary>
    public LeafSlice Add(LeafWriter other) => Add(other, other.All);

    /// <summary>Adds a part of another; returns where it stands here.</summary>
    public LeafSlice Add(LeafWriter other, LeafSlice part)
    {
        var added = part with { Offset = Length };
        other.buffer.AsSpan(part.Offset, part.Length).CopyTo(Take(part.Length));
        Count += part.Count;
        Include(part.OldestMicros);
        Include(part.NewestMicros);
        return added;
    }

    public void Clear()
    {
        (Length, Count, OldestMicros, NewestMicros) = (0, 0, long.MaxValue, long.MinValue);
    }

    // Where the entry's own bytes go.
    private Span<byte> Begin(int size, long micros)
    {
        var room = Take(LengthBytes + size);
        BinaryPrimitives.WriteUInt16BigEndian(room, (ushort)size);
        Count++;
        Include(micros);
        return room[LengthBytes..];
    }

    private Span<byte> Take(int size)
    {
        if (buffer.Length - Length < size)
        {
            Array.Resize(ref buffer, Math.Max(2 * buffer.Length, Length + size));
        }

        var room = buffer.AsSpan(Length, size);
        Length += size;
        return room;
    }

    private void Include(long micros)
    {
        OldestMicros = Math.Min(OldestMicros, micros);
        NewestMicros = Math.Max(NewestMicros, micros);
    }
}

/// <summary>Where some entries stand in a <see cref="LeafWriter"/>, and what it has to know of them.</summary>
internal readonly record struct LeafSlice(int Offset, int Length, int Count, long OldestMicros, long NewestMicros);
