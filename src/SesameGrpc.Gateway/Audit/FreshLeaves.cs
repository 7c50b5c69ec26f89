using SesameGrpc.TransparencyLog;

namespace SesameGrpc.Gateway.Audit;

/// <summary>
/// The hashes of the leaves that this instance has appended of late, and the records of whose they are, so that what runs behind the commits does not read all of them back. A leaf
/// that is not here, because another instance or a mutation appended it, is read from the store.
/// </summary>
internal sealed class FreshLeaves
{
    // A few seconds' worth at the highest rate, 64 bytes each.
    private const int Capacity = 1 << 17;

    private readonly Lock gate = new();
    private readonly byte[] hashes = new byte[Capacity * MerkleHash.Bytes];
    private readonly UInt128[] records = new UInt128[Capacity];
    private readonly long[] indexes = new long[Capacity];

    public FreshLeaves() => Array.Fill(indexes, -1);

    /// <summary>Keeps leaves that are durable now, in the form of <see cref="EntryBundle"/>; the first one has this index.</summary>
    public void Add(long first, ReadOnlySpan<byte> entries)
    {
        lock (gate)
        {
            for (var index = first; EntryBundle.TryTake(ref entries, out var entry); index++)
            {
                var place = PlaceOf(index);
                MerkleHash.OfLeaf(entry, HashAt(place));
                records[place] = LeafRun.RecordOf(entry, index) ?? 0;
                indexes[place] = index;
            }
        }
    }

    /// <summary>Copies the hashes of the leaves from an index on, as long as they are here and there is room. Returns how many.</summary>
    public int CopyHashes(long first, Span<byte> target)
    {
        lock (gate)
        {
            var count = 0;
            for (; count < target.Length / MerkleHash.Bytes && IsHere(first + count); count++)
            {
                HashAt(PlaceOf(first + count)).CopyTo(target[(count * MerkleHash.Bytes)..]);
            }

            return count;
        }
    }

    /// <summary>Adds the records of the leaves from an index on, as long as they are here. Returns how many leaves those are.</summary>
    public int AddRecords(long first, int limit, List<UInt128> target)
    {
        lock (gate)
        {
            var count = 0;
            for (; count < limit && IsHere(first + count); count++)
            {
                if (records[PlaceOf(first + count)] is var record && record != 0)
                {
                    target.Add(record);
                }
            }

            return count;
        }
    }

    private static int PlaceOf(long index) => (int)(index & (Capacity - 1));

    private bool IsHere(long index) => indexes[PlaceOf(index)] == index;

    private Span<byte> HashAt(int place) => hashes.AsSpan(place * MerkleHash.Bytes, MerkleHash.Bytes);
}
