using CsCheck;
using SesameGrpc.Gateway.Persons;
using SesameGrpc.Gateway.Storage;
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
        Gen.UInt,
        Score.Nullable(),
        Gen.OneOf(
            Gen.Long,
            Gen.Long[0, 1L << 56],
            Gen.UInt.Select(seconds => seconds * 1_000_000L),
            Gen.UShort.Select(days => days * 86_400_000_000L)
        ),
        Model,
        Parts.Null(),
        (version, listed, readSeconds, score, asOf, model, parts) =>
            new PersonSnapshot
            {
                Version = version,
                CourtListed = listed,
                ReadMicros = readSeconds * 1_000_000L,
                FedScore = score,
                AsOfMicros = asOf,
                ModelVersion = score is null ? "" : model,
                Parts = score is null ? null : parts,
            }
    );

    private readonly PersonCodec codec = NewCodec();

    [Fact]
    public void Decode_OwnValue_GivesThePersonBack() =>
        Gen.Select(Gen.ULong, Gen.ULong, Persons)
            .Sample(
                (upper, lower, person) =>
                {
                    var pseudonym = new UInt128(upper, lower);
                    Assert.Equal(person, codec.Decode(pseudonym, codec.Encode(pseudonym, person)));
                },
                iter: 2_000
            );

    // A field of Redis takes four bytes for itself and about eight more for its name and its share of the bucket: 40 in all.
    [Theory]
    [InlineData("2026-02-28T00:00:00Z", false, 17)]
    [InlineData("2026-02-28T12:34:56Z", false, 19)]
    [InlineData("2026-02-28T12:34:56.123456Z", false, 22)]
    [InlineData("2026-02-28T00:00:00Z", true, 24)]
    [InlineData("2026-02-28T12:34:56Z", true, 26)]
    public void Encode_APersonOfTheFeed_TakesFewBytes(string asOf, bool hasParts, int length)
    {
        var person = Samples.Person(700) with
        {
            AsOfMicros = DateTimeOffset.Parse(asOf).ToMicros(),
            Parts = hasParts ? new ScoreParts(700, 710, 720, 730, 740) : null,
        };

        Assert.Equal(length, codec.Encode(Pseudonym, person).Length);
    }

    [Fact]
    public void Decode_ReadBetweenTwoSeconds_SaysTheEarlier()
    {
        var person = Samples.Person(700) with { ReadMicros = 1_999_999 };

        Assert.Equal(person with { ReadMicros = 1_000_000 }, codec.Decode(Pseudonym, codec.Encode(Pseudonym, person)));
    }

    // What the script in Redis compares: where the version begins, and by which bits its length is known.
    [Theory]
    [InlineData(0, new byte[] { 0 })]
    [InlineData(255, new byte[] { 255 })]
    [InlineData(256, new byte[] { 1, 0 })]
    [InlineData(0x10000, new byte[] { 0, 1, 0, 0 })]
    [InlineData(0x0102030405060708, new byte[] { 1, 2, 3, 4, 5, 6, 7, 8 })]
    public void Encode_Version_IsBigEndianBehindTheHead(long version, byte[] bytes)
    {
        var value = codec.Encode(Pseudonym, Samples.Person(700, version: version));
        var floor = PersonCodec.EncodeFloor(version);

        Assert.All([value, floor], either => Assert.Equal(bytes, either.Skip(2).Take(1 << (either[1] & 3))));
        Assert.True(value[0] > 0);
        Assert.Equal((0, 0, 2 + bytes.Length), (floor[0], floor[1] >> 6, floor.Length));
    }

    [Fact]
    public void Decode_ModelThatThisInstanceHasNotMet_IsNullUntilItHas()
    {
        var value = codec.Encode(Pseudonym, Samples.Person(700));
        var other = NewCodec();
        Assert.Null(other.Decode(Pseudonym, value));

        other.Encode(Pseudonym + 1, Samples.Person(800));

        Assert.Equal(Samples.Person(700), other.Decode(Pseudonym, value));
    }

    // Two bytes stand for a model: of many thousand, some share them. Then the other's value is a miss, never a wrong name.
    [Fact]
    public void Decode_ModelsThatShareTheirNumber_NeverNameTheWrongOne()
    {
        var persons = Enumerable.Range(0, 20_000).Select(number => Samples.Person(700) with { ModelVersion = $"model-{number}" }).ToList();
        var values = persons.Select(person => codec.Encode(Pseudonym, person)).ToList();

        var read = persons.Zip(values, (person, value) => (Person: person, Read: codec.Decode(Pseudonym, value))).ToList();

        Assert.All(read, pair => Assert.True(pair.Read is null || pair.Read == pair.Person));
        Assert.InRange(read.Count(pair => pair.Read is null), 1, 10_000);
    }

    [Fact]
    public void Decode_Floor_IsNull() =>
        Assert.All([0, 4, 20], more => Assert.Null(codec.Decode(Pseudonym, [.. PersonCodec.EncodeFloor(7), .. new byte[more]])));

    [Fact]
    public void Decode_OtherPersonsValue_IsNull() =>
        Gen.Int[0, 127]
            .Sample(bit => Assert.Null(codec.Decode(Pseudonym ^ (UInt128.One << bit), codec.Encode(Pseudonym, Samples.Person(700)))));

    [Fact]
    public void Decode_OtherKey_IsNull()
    {
        var other = new PersonCodec(new byte[32]);
        other.Encode(Pseudonym, Samples.Person(700));

        Assert.Null(other.Decode(Pseudonym, codec.Encode(Pseudonym, Samples.Person(null))));
    }

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

        Assert.All(Enumerable.Range(0, value.Length), length => Assert.Null(codec.Decode(Pseudonym, value.AsSpan(0, length))));
        Assert.All(Enumerable.Range(1, value.Length), start => Assert.Null(codec.Decode(Pseudonym, value.AsSpan(start))));
        Assert.Null(codec.Decode(Pseudonym, [.. value, 0]));
    }

    [Fact]
    public void Decode_Garbage_IsNullAndNeverThrows() =>
        Gen
            .Byte.Array[0, 300]
            .Sample(
                garbage =>
                {
                    var head = codec.Encode(Pseudonym, Samples.Person(700))[..(garbage.Length % 8)];
                    Assert.Null(codec.Decode(Pseudonym, garbage));
                    Assert.Null(codec.Decode(Pseudonym, [.. head, .. garbage]));
                },
                iter: 2_000
            );

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

    private static PersonCodec NewCodec() => new([.. Enumerable.Range(0, 32).Select(number => (byte)number)]);
}
