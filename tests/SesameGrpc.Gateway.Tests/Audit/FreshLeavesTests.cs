using Google.Protobuf;
using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Gateway.Audit;
using SesameGrpc.TransparencyLog;
using Xunit;

namespace SesameGrpc.Gateway.Tests.Audit;

public sealed class FreshLeavesTests
{
    private const int Capacity = 1 << 17;
    private readonly FreshLeaves fresh = new();

    [Fact]
    public void CopyHashes_OfWhatWasAdded_AreThoseOfTheEntries()
    {
        AuditEntry[] entries = [EntryOf(1), EntryOf(2), EntryOf(3)];
        fresh.Add(40, Written(entries));
        var hashes = new byte[5 * MerkleHash.Bytes];

        Assert.Equal(3, fresh.CopyHashes(40, hashes));
        Assert.Equal(entries.SelectMany(entry => MerkleHash.OfLeaf(entry.ToByteArray())), hashes.Take(3 * MerkleHash.Bytes));
        Assert.Equal(2, fresh.CopyHashes(41, hashes));
        Assert.Equal(0, fresh.CopyHashes(39, hashes));
        Assert.Equal(0, fresh.CopyHashes(43, hashes));
    }

    [Fact]
    public void CopyHashes_NoRoomForAll_CopiesWhatFits()
    {
        fresh.Add(0, Written([EntryOf(1), EntryOf(2), EntryOf(3)]));

        Assert.Equal(2, fresh.CopyHashes(0, new byte[2 * MerkleHash.Bytes]));
    }

    [Fact]
    public void AddRecords_EntriesOfNobody_CountButHaveNone()
    {
        fresh.Add(7, Written([EntryOf(1), EntryOf(null), EntryOf(3)]));
        var records = new List<UInt128>();

        Assert.Equal(3, fresh.AddRecords(7, 10, records));
        Assert.Equal([RecordOf(1, 7), RecordOf(3, 9)], records);
        Assert.Equal(1, fresh.AddRecords(7, 1, records));
    }

    [Fact]
    public void CopyHashes_BehindAGap_StopsThere()
    {
        fresh.Add(0, Written([EntryOf(1)]));
        fresh.Add(2, Written([EntryOf(2)]));

        Assert.Equal(1, fresh.CopyHashes(0, new byte[3 * MerkleHash.Bytes]));
        Assert.Equal(1, fresh.CopyHashes(2, new byte[3 * MerkleHash.Bytes]));
    }

    [Fact]
    public void CopyHashes_OfWhatALaterLeafHasThePlaceOf_AreNone()
    {
        fresh.Add(5, Written([EntryOf(1)]));
        fresh.Add(5 + Capacity, Written([EntryOf(2)]));

        Assert.Equal(0, fresh.CopyHashes(5, new byte[MerkleHash.Bytes]));
        Assert.Equal(1, fresh.CopyHashes(5 + Capacity, new byte[MerkleHash.Bytes]));
    }

    private static UInt128 RecordOf(byte person, long index) => LeafRun.RecordOf(EntryOf(person).ToByteArray(), index)!.Value;

    private static byte[] Written(IReadOnlyList<AuditEntry> entries)
    {
        var writer = new LeafWriter();
        writer.Add(entries);
        return writer.Written.ToArray();
    }

    private static AuditEntry EntryOf(byte? person) =>
        new()
        {
            FormatVersion = 1,
            RecordTime = new Google.Protobuf.WellKnownTypes.Timestamp { Seconds = 1 },
            Caller = "partner:one",
            SubjectHash = person is { } number
                ? ByteString.CopyFrom([.. Enumerable.Repeat(number, AuditEntries.SubjectHashBytes)])
                : ByteString.Empty,
        };
}
