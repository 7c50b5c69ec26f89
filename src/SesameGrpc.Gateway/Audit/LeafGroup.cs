using Google.Protobuf;
using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.TransparencyLog;

namespace SesameGrpc.Gateway.Audit;

/// <summary>A leaf as stored: its place, and the bytes that are hashed.</summary>
internal readonly record struct StoredLeaf(long Index, ReadOnlyMemory<byte> Entry)
{
    /// <summary>Reads the entry; throws <see cref="InvalidProtocolBufferException"/> when it is none.</summary>
    public AuditEntry Parse() => AuditEntry.Parser.ParseFrom(Entry.Span);
}

/// <summary>Leaves that were committed together, as stored: one row.</summary>
/// <param name="First">Index of the first one.</param>
/// <param name="Count">How many there are.</param>
/// <param name="OldestMicros">The earliest of their times.</param>
/// <param name="NewestMicros">The latest of their times.</param>
/// <param name="Entries">Their entries, in the form of <see cref="EntryBundle"/>.</param>
internal sealed record LeafGroup(long First, int Count, long OldestMicros, long NewestMicros, byte[] Entries)
{
    /// <summary>Index behind the last one.</summary>
    public long End => First + Count;

    /// <summary>The leaves; throws <see cref="LogFormatException"/> when they are not as many as the group says.</summary>
    public IReadOnlyList<StoredLeaf> Leaves()
    {
        var entries = EntryBundle.Slice(Entries);
        return entries.Count == Count
            ? [.. entries.Select((entry, position) => new StoredLeaf(First + position, entry))]
            : throw new LogFormatException($"The group of leaf {First} has {entries.Count} entries, not {Count}.");
    }

    /// <summary>The group without the leaves before an index.</summary>
    public LeafGroup From(long first)
    {
        var kept = new LeafWriter();
        foreach (var leaf in Leaves().Where(leaf => leaf.Index >= first))
        {
            kept.Add(leaf);
        }

        return new LeafGroup(first, kept.Count, kept.OldestMicros, kept.NewestMicros, kept.Written.ToArray());
    }
}
