using System.Buffers.Binary;
using Google.Protobuf;
using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Audit;

/// <summary>Puts entries together to a group, as it is stored: each behind its length in 16 bits. Grows as it has to; <see cref="Clear"/> keeps the space.</summary>
internal sealed class LeafWriter
{
    private const int LengthBytes = sizeof(ushort);
    private const int LongestKept = 1 << 16;

    // What a call on this thread has returned.
    [ThreadStatic]
    private static LeafWriter? spare;

    private byte[] buffer = new byte[1024];

    // Length of the entries that are complete, and of those with the one that is being written.
    private int length;
    private int end;

    /// <summary>Number of entries.</summary>
    public int Count { get; private set; }

    /// <summary>The earliest time of an entry; without entries, the largest number.</summary>
    public long OldestMicros { get; private set; } = long.MaxValue;

    /// <summary>The latest time of an entry; without entries, the smallest number.</summary>
    public long NewestMicros { get; private set; } = long.MinValue;

    /// <summary>The bytes so far.</summary>
    public ReadOnlySpan<byte> Written => buffer.AsSpan(0, length);

    private LeafSlice All => new(0, length, Count, OldestMicros, NewestMicros);

    /// <summary>An empty one: the one that was returned last on this thread, or a new one.</summary>
    public static LeafWriter Rent()
    {
        var rented = spare ?? new LeafWriter();
        spare = null;
        return rented;
    }

    /// <summary>Its owner does not use it any more, and has not let anybody else keep it.</summary>
    public void Return()
    {
        if (buffer.Length <= LongestKept)
        {
            Clear();
            spare = this;
        }
    }

    public void Add(AuditEntry entry)
    {
        Begin();
        entry.WriteTo(Take(entry.CalculateSize()));
        End(entry.RecordTime.ToMicros());
    }

    public void Add(IEnumerable<AuditEntry> entries)
    {
        foreach (var entry in entries)
        {
            Add(entry);
        }
    }

    /// <summary>Adds an entry as it is stored.</summary>
    public void Add(StoredLeaf leaf)
    {
        Begin();
        leaf.Entry.Span.CopyTo(Take(leaf.Entry.Length));
        End(leaf.Parse().RecordTime.ToMicros());
    }

    /// <summary>Adds all entries of another; returns where they stand here.</summary>
    public LeafSlice Add(LeafWriter other) => Add(other, other.All);

    /// <summary>Adds a part of another; returns where it stands here.</summary>
    public LeafSlice Add(LeafWriter other, LeafSlice part)
    {
        var added = part with { Offset = length };
        end = length;
        other.buffer.AsSpan(part.Offset, part.Length).CopyTo(Take(part.Length));
        Complete(part.Count, part.OldestMicros, part.NewestMicros);
        return added;
    }

    /// <summary>Begins an entry that is written part by part. One that has not been ended is forgotten.</summary>
    public void Begin()
    {
        end = length;
        Take(LengthBytes);
    }

    /// <summary>The next bytes of the entry that was begun.</summary>
    public Span<byte> Take(int size)
    {
        if (buffer.Length - end < size)
        {
            Array.Resize(ref buffer, Math.Max(2 * buffer.Length, end + size));
        }

        end += size;
        return buffer.AsSpan(end - size, size);
    }

    /// <summary>The entry that was begun is complete, and is of this time.</summary>
    public void End(long micros)
    {
        var size = end - length - LengthBytes;
        if (size > AuditLog.MaxEntryBytes)
        {
            throw new InvalidOperationException($"An entry has {size} bytes; at most {AuditLog.MaxEntryBytes} fit.");
        }

        BinaryPrimitives.WriteUInt16BigEndian(buffer.AsSpan(length), (ushort)size);
        Complete(1, micros, micros);
    }

    public void Clear()
    {
        (length, Count, OldestMicros, NewestMicros) = (0, 0, long.MaxValue, long.MinValue);
    }

    private void Complete(int count, long oldestMicros, long newestMicros)
    {
        length = end;
        Count += count;
        OldestMicros = Math.Min(OldestMicros, oldestMicros);
        NewestMicros = Math.Max(NewestMicros, newestMicros);
    }
}

/// <summary>Where some entries stand in a <see cref="LeafWriter"/>, and what it has to know of them.</summary>
internal readonly record struct LeafSlice(int Offset, int Length, int Count, long OldestMicros, long NewestMicros);
