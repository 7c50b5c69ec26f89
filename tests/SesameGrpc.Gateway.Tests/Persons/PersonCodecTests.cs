using CsCheck;
using SesameGrpc.Gateway.Persons;
using Xunit;

namespace SesameGrpc.Gateway.Tests.Persons;

public sealed class PersonCodecTests
{
    private static readonly UInt128 Pseudonym = new(0x0123456789abcdef, 0xfedcba9876543210);
    private static readonly Gen<int> Score = Gen.Int[PersonSnapshot.Lowest, PersonSnapshot.Highest];
    private static readonly Gen<ScoreParts> Parts = Gen.Select(
        Score,
        Score,
        Score,
        Score,
        Score,
        (a, b, c, d, e) => new ScoreParts(a, b, c, d, e)
    );
    private static readonly Gen<string> Model = Gen.OneOf(Gen.String[0, 32], Gen.Const(new string('信', 32)));

    private static readonly Gen<PersonSnapshot> Persons = Gen.Select(
        Gen.Long[0, long.MaxValue],
        Gen.Bool,
        Gen.Long,
        Gen.Long,
        Score.Nullable(),
        Gen.Long,
        Model,
        Parts.Null(),
        (version, listed, optedIn, read, score, asOf, model, parts) =>
            new PersonSnapshot
            {
                Version = version,
                CourtListed = listed,
                OptedInMicros = optedIn,
                ReadMicros = read,
                FedScore = score,
                AsOfMicros = score is null ? 0 : asOf,
                ModelVersion = score is null ? "" : model,
                Parts = score is null ? null : parts,
            }
    );

    private readonly PersonCodec codec = new([.. Enumerable.Range(0, 32).Select(number => (byte)number)]);

    [Fact]
    public void Decode_OwnValue_GivesThePersonBack() =>
        Gen.Select(Gen.ULong, Gen.ULong, Persons)
            .Sample(
                (upper, lower, person) =>
                {
                    var pseudonym = new UInt128(upper, lower);
                    Assert.Equal(WithValidText(person), codec.Decode(pseudonym, codec.Encode(pseudonym, person)));
                },
                iter: 2_000
            );

    [Fact]
    public void Encode_Version_IsBigEndianAfterTheFormatForTheSharedCache()
    {
        var value = codec.Encode(Pseudonym, Samples.Person(700, version: 0x0102030405060708));

        Assert.Equal([1, 1, 2, 3, 4, 5, 6, 7, 8], value.Take(9));
    }

    [Fact]
    public void EncodeFloor_Version_StandsWhereAPersonsDoes() =>
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7, 8], PersonCodec.EncodeFloor(0x0102030405060708));

    [Fact]
    public void Decode_Floor_IsNull() => Assert.Null(codec.Decode(Pseudonym, PersonCodec.EncodeFloor(7)));

    [Fact]
    public void Decode_OtherPersonsValue_IsNull() =>
        Gen.Int[0, 127]
            .Sample(bit => Assert.Null(codec.Decode(Pseudonym ^ (UInt128.One << bit), codec.Encode(Pseudonym, Samples.Person(700)))));

    [Fact]
    public void Decode_OtherKey_IsNull() =>
        Assert.Null(new PersonCodec(new byte[32]).Decode(Pseudonym, codec.Encode(Pseudonym, Samples.Person(700))));

    [Fact]
    public void Decode_AnyFlippedBit_IsNull()
    {
        var value = codec.Encode(Pseudonym, Samples.Person(700) with { Parts = new ScoreParts(1, 2, 3, 4, 5) });
        for (var bit = 0; bit < value.Length * 8; bit++)
        {
            var changed = value.ToArray();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Null(codec.Decode(Pseudonym, changed));
        }
    }

    [Fact]
    public void Decode_AnyTruncation_IsNull()
    {
        var value = codec.Encode(Pseudonym, Samples.Person(700));

        Assert.All(Enumerable.Range(0, value.Length), length => Assert.Null(codec.Decode(Pseudonym, value[..length])));
        Assert.All(Enumerable.Range(1, value.Length), start => Assert.Null(codec.Decode(Pseudonym, value[start..])));
        Assert.Null(codec.Decode(Pseudonym, [.. value, 0]));
    }

    [Fact]
    public void Decode_Garbage_IsNullAndNeverThrows() =>
        Gen
            .Byte.Array[0, 300]
            .Sample(
                garbage =>
                {
                    Assert.Null(codec.Decode(Pseudonym, garbage));
                    Assert.Null(codec.Decode(Pseudonym, [1, .. garbage]));
                },
                iter: 2_000
            );

    [Fact]
    public void Decode_Nothing_IsNull() => Assert.Null(codec.Decode(Pseudonym, null));

    // A value of megabytes once went onto the stack and ended the process.
    [Theory]
    [InlineData(1024)]
    [InlineData(64 * 1024 * 1024)]
    public void Decode_HugeGarbage_IsNull(int length)
    {
        var value = new byte[length];
        value[0] = 1;

        Assert.Null(codec.Decode(Pseudonym, value));
    }

    // UTF-8 has no form for half a surrogate pair; such a character becomes U+FFFD.
    private static PersonSnapshot WithValidText(PersonSnapshot person) =>
        person with
        {
            ModelVersion = System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(person.ModelVersion)),
        };
}
