using Google.Protobuf;
using Microsoft.Extensions.Time.Testing;
using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Gateway.Audit;
using SesameGrpc.Gateway.Keys;
using SesameGrpc.Gateway.Storage;
using Xunit;

namespace SesameGrpc.Gateway.Tests.Audit;

public sealed class AuditEntriesTests
{
    [Fact]
    public void SubjectHash_OfAPerson_IsTheSameUnderTheSameKeysOnly()
    {
        var keys = Samples.NewKeys();
        var hash = Entries(keys).SubjectHashOf("anna");

        Assert.Equal(hash, Entries(keys).SubjectHashOf("anna"));
        Assert.NotEqual(hash, Entries(keys).SubjectHashOf("bert"));
        Assert.NotEqual(hash, Entries(Samples.NewKeys()).SubjectHashOf("anna"));
        Assert.Equal(AuditEntries.SubjectHashBytes, hash.Length);
    }

    // Else the log could be joined with the gateway's logs and the shared cache.
    [Fact]
    public void SubjectHash_OfAPerson_IsNotThePersonsPseudonym()
    {
        var keys = Samples.NewKeys();
        Span<byte> pseudonym = stackalloc byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(pseudonym, new PersonPseudonyms(keys).Of("anna"));

        Assert.False(Entries(keys).SubjectHashOf("anna").Span.SequenceEqual(pseudonym));
    }

    [Fact]
    public void New_Entry_IsOfThisMicrosecondAndSaysWhoAndWhat()
    {
        var entry = Entries(Samples.NewKeys()).New("partner:bike", "s.S/M", "call");

        Assert.Equal(Samples.Now, entry.RecordTime.ToDateTimeOffset());
        Assert.Equal((1, "partner:bike", "s.S/M", "call"), (entry.FormatVersion, entry.Caller, entry.Method, entry.CallId));
    }

    /// <summary>What anybody else makes the log say of its own entries is no excuse for a gap.</summary>
    [Theory]
    [InlineData(AuditEntries.Gateway, AuditEntries.Retention, 512)]
    [InlineData("partner:gateway", AuditEntries.Retention, 0)]
    [InlineData("operator:RetentionWorker", "s.S/M", 0)]
    [InlineData(AuditEntries.Gateway, "DeadlineWorker", 0)]
    public void MinimumIndex_OfAnEntry_IsTheWorkersAlone(string caller, string method, long expected)
    {
        var entry = Entries(Samples.NewKeys()).New(caller, method, "");
        entry.Retention = new AuditRetention { MinimumIndex = 512 };

        Assert.Equal(expected, AuditEntries.MinimumIndexOf(entry.ToByteArray()));
        Assert.Equal(0, AuditEntries.MinimumIndexOf("\u0007 RetentionWorker"u8));
    }

    [Fact]
    public void Append_AnEntryThatIsTooLong_IsAFault()
    {
        var entry = Entries(Samples.NewKeys()).New("gateway", new string('m', AuditLog.MaxEntryBytes), "");

        Assert.Throws<InvalidOperationException>(() => AuditLog.Append(new StatementBatch(null!), [entry]));
    }

    private static AuditEntries Entries(KeyRing keys) => new(keys, new FakeTimeProvider(Samples.Now.AddTicks(3)));
}
