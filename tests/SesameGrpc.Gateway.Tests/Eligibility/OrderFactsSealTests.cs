using Google.Protobuf;
using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Gateway.Amounts;
using SesameGrpc.Gateway.Eligibility;
using Xunit;

namespace SesameGrpc.Gateway.Tests.Eligibility;

public sealed class OrderFactsSealTests : IDisposable
{
    private static readonly OrderFacts Facts = new()
    {
        Amount = Cny.Of(19_900),
        Attributes = { Samples.Attributes(("city", "hangzhou"), ("rides", 12)) },
        AcceptPartial = true,
        HonouredDecisionId = "decision",
        HonouredPolicyVersion = "bike.deposit_free@1.1",
    };

    private readonly OrderFactsSeal seal = new(Samples.NewKeys());

    public void Dispose() => seal.Dispose();

    [Fact]
    public void Open_WhatWasSealed_IsWhatWasStated() => Assert.Equal(Facts, seal.Open(Sealed()));

    [Fact]
    public void Open_EntryWithout_IsNothing() => Assert.Equal(new OrderFacts(), seal.Open(new AuditEntry()));

    [Fact]
    public void Seal_Twice_IsNeverTheSame() => Assert.NotEqual(Sealed().OrderFacts, Sealed().OrderFacts);

    [Fact]
    public void Seal_ShowsNothingOfWhatWasStated() => Assert.Equal(-1, Sealed().OrderFacts.Span.IndexOf("hangzhou"u8));

    [Fact]
    public void Open_AnyBitChanged_IsNull()
    {
        var entry = Sealed();
        for (var place = 0; place < entry.OrderFacts.Length; place++)
        {
            var bytes = entry.OrderFacts.ToByteArray();
            bytes[place] ^= 1;
            Assert.Null(seal.Open(new AuditEntry(entry) { OrderFacts = ByteString.CopyFrom(bytes) }));
        }
    }

    [Fact]
    public void Open_InAnotherPersonsEntry_IsNull() =>
        Assert.Null(seal.Open(new AuditEntry(Sealed()) { SubjectHash = ByteString.CopyFromUtf8("somebody-else-16") }));

    [Fact]
    public void Open_TooShort_IsNull() => Assert.Null(seal.Open(new AuditEntry { OrderFacts = ByteString.CopyFrom(1, 2, 3) }));

    [Fact]
    public void Open_UnderAnotherKey_IsNull()
    {
        using var other = new OrderFactsSeal(Samples.NewKeys());
        Assert.Null(other.Open(Sealed()));
    }

    private AuditEntry Sealed()
    {
        var hash = ByteString.CopyFromUtf8("sixteen-byte-id.");
        return new AuditEntry { SubjectHash = hash, OrderFacts = seal.Seal(Facts, hash) };
    }
}
