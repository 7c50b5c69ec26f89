using CsCheck;
using Google.Protobuf.Collections;
using Microsoft.IdentityModel.Tokens;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Eligibility;
using SesameGrpc.Gateway.Programmes;
using Xunit;

namespace SesameGrpc.Gateway.Tests.Eligibility;

public sealed class DecisionSealTests : IDisposable
{
    private const long Now = 1_000_000;
    private const long Expiry = Now + 300_000_000;
    private static readonly DecisionSubject Subject = new(
        "hello-bike",
        "person-1",
        "bike.deposit_free@1.1",
        Samples.Attributes(("city", "hangzhou"), ("age", 30))
    );
    private static readonly Decision Eligible = new(EligibilityDecision.Eligible, default, 19_900);
    private readonly DecisionSeal seal = new(Samples.NewKeys());

    public void Dispose() => seal.Dispose();

    [Theory]
    [InlineData(19_900L)]
    [InlineData(0L)]
    [InlineData(1L)]
    [InlineData(null)]
    public void Open_OwnId_GivesTheDecisionBack(long? limit)
    {
        var decision = Eligible with { AmountLimit = limit };

        Assert.Equal(decision, seal.Open(Subject, seal.Seal(Subject, decision, Expiry), Now));
    }

    [Fact]
    public void Lifetime_Is_FiveMinutes() => Assert.Equal(TimeSpan.FromMinutes(5), DecisionSeal.Lifetime);

    [Fact]
    public void Open_LastMicrosecond_StillCounts()
    {
        var id = seal.Seal(Subject, Eligible, Expiry);

        Assert.NotNull(seal.Open(Subject, id, Expiry - 1));
        Assert.Null(seal.Open(Subject, id, Expiry));
        Assert.Null(seal.Open(Subject, id, long.MaxValue));
    }

    [Theory]
    [InlineData(EligibilityDecision.NotEligible)]
    [InlineData(EligibilityDecision.Undecidable)]
    public void Open_RefusedDecision_IsNull(EligibilityDecision outcome) =>
        Assert.Null(
            seal.Open(Subject, seal.Seal(Subject, new Decision(outcome, ReasonSet.Of(DecisionReason.ScoreTooLow), null), Expiry), Now)
        );

    [Fact]
    public void Open_ForSomethingElse_IsNull()
    {
        var id = seal.Seal(Subject, Eligible, Expiry);

        Assert.Multiple(
            () => Assert.Null(seal.Open(Subject with { Partner = "ofo" }, id, Now)),
            () => Assert.Null(seal.Open(Subject with { Person = "person-2" }, id, Now)),
            () => Assert.Null(seal.Open(Subject with { PolicyVersion = "bike.deposit_free@1.2" }, id, Now)),
            () => Assert.Null(seal.Open(Subject with { Attributes = Samples.Attributes() }, id, Now)),
            () => Assert.Null(seal.Open(Subject with { Attributes = Samples.Attributes(("city", "beijing"), ("age", 30)) }, id, Now)),
            () => Assert.Null(seal.Open(Subject with { Attributes = Samples.Attributes(("city", "hangzhou"), ("age", "30")) }, id, Now)),
            () =>
                Assert.Null(
                    seal.Open(Subject with { Attributes = Samples.Attributes(("city", "hangzhou"), ("age", 30), ("more", 1)) }, id, Now)
                )
        );
    }

    [Fact]
    public void Open_PartsMovedBetweenFields_IsNull()
    {
        var id = seal.Seal(new DecisionSubject("ab", "c", "p@1.1", Samples.Attributes()), Eligible, Expiry);

        Assert.Null(seal.Open(new DecisionSubject("a", "bc", "p@1.1", Samples.Attributes()), id, Now));
        Assert.Null(seal.Open(new DecisionSubject("ab p@1.1", "c", "", Samples.Attributes()), id, Now));
    }

    [Fact]
    public void Open_AttributesInAnyOrder_GivesTheDecision() =>
        Gen.Shuffle(new[] { "a", "b", "c", "d", "e", "f" })
            .Sample(names =>
            {
                var id = seal.Seal(Subject with { Attributes = Map(["a", "b", "c", "d", "e", "f"]) }, Eligible, Expiry);
                Assert.Equal(Eligible, seal.Open(Subject with { Attributes = Map(names) }, id, Now));
            });

    [Fact]
    public void Open_OtherKeyRing_IsNull()
    {
        using var other = new DecisionSeal(Samples.NewKeys());

        Assert.Null(other.Open(Subject, seal.Seal(Subject, Eligible, Expiry), Now));
    }

    [Fact]
    public void Seal_Twice_GivesTwoIds() => Assert.NotEqual(seal.Seal(Subject, Eligible, Expiry), seal.Seal(Subject, Eligible, Expiry));

    [Fact]
    public void Seal_AnyDecision_IsShortAndUrlSafe() =>
        Gen.Long.Sample(expiry =>
        {
            var id = seal.Seal(Subject, Eligible, expiry);
            Assert.Equal(55, id.Length);
            Assert.All(id, character => Assert.True(char.IsAsciiLetterOrDigit(character) || character is '-' or '_'));
        });

    [Fact]
    public void Open_AnyFlippedBit_IsNull()
    {
        var sealedBytes = Base64UrlEncoder.DecodeBytes(seal.Seal(Subject, Eligible, Expiry));
        for (var bit = 0; bit < sealedBytes.Length * 8; bit++)
        {
            var changed = sealedBytes.ToArray();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Null(seal.Open(Subject, Base64UrlEncoder.Encode(changed), Now));
        }
    }

    [Fact]
    public void Open_AnyChangedCharacterButTheLast_IsNull()
    {
        var id = seal.Seal(Subject, Eligible, Expiry);
        Gen.Select(Gen.Int[0, id.Length - 2], Gen.Char)
            .Sample(
                (place, character) =>
                {
                    var changed = id.ToCharArray();
                    changed[place] = character;
                    Assert.Equal(character == id[place], seal.Open(Subject, new string(changed), Now) is not null);
                }
            );
    }

    [Fact]
    public void Open_AnyOtherLastCharacter_NeverThrows()
    {
        var id = seal.Seal(Subject, Eligible, Expiry);
        Gen.Char.Sample(character => _ = seal.Open(Subject, id[..^1] + character, Now));
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("bike.deposit_free@1.1")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!")]
    [InlineData("                                                       ")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("信用信用信用信用信用信用信用信用信用信用信用信用信用信用信用信用信用信用信用信用信用信用信用信用信用信用信用信")]
    public void Open_Garbage_IsNull(string id) => Assert.Null(seal.Open(Subject, id, Now));

    [Fact]
    public void Open_AnyText_NeverThrows() =>
        Gen.Char.Array[55].Sample(characters => Assert.Null(seal.Open(Subject, new string(characters), Now)));

    private static MapField<string, AttributeValue> Map(IEnumerable<string> names) =>
        Samples.Attributes([.. names.Select(name => (name, (object)$"of {name}"))]);
}
