using SesameGrpc.Gateway.Persons;
using Xunit;

namespace SesameGrpc.Gateway.Tests.Persons;

public sealed class PersonBucketTests
{
    [Theory]
    [InlineData(65_536, 1 << 10)]
    [InlineData(1_000_000, 1 << 13)]
    [InlineData(50_000_000, 1 << 19)]
    [InlineData(520_000_000, 1 << 22)]
    [InlineData(1_000_000_000, 1 << 23)]
    public void SizeFor_ExpectedPersons_GivesBucketsOfAboutAHundred(int expected, int buckets)
    {
        var generation = (5 * PersonBucket.GenerationStep) + PersonBucket.SizeFor(expected);
        var lowestOfEach = Enumerable.Range(0, 2 * buckets).Select(index => (UInt128)index * (UInt128.MaxValue / (uint)(2 * buckets)));

        Assert.Equal(buckets, lowestOfEach.Select(pseudonym => Of(pseudonym, generation)).Distinct(StringComparer.Ordinal).Count());
        Assert.InRange(expected / buckets, 64, 127);
    }

    [Fact]
    public void Of_GenerationsAndPseudonyms_NeverShareAKeyWithAnother()
    {
        long[] generations = [0, 1, 17, 255, 256, 0x1001, 0x100001, long.MaxValue];
        UInt128[] pseudonyms = [UInt128.Zero, UInt128.MaxValue, UInt128.One << 127, UInt128.One << 120];

        var keys = generations.SelectMany(generation => pseudonyms.Select(pseudonym => Of(pseudonym, generation))).ToList();

        Assert.Equal(keys.Count, keys.Distinct(StringComparer.Ordinal).Count());
        Assert.All(keys, key => Assert.StartsWith("73703A", key, StringComparison.Ordinal));
    }

    [Fact]
    public void Of_PseudonymsOfOneBucket_DifferInTheField()
    {
        var (one, other) = (PersonBucket.Of(7, 1), PersonBucket.Of(uint.MaxValue, 1));

        Assert.Equal(one.Key, other.Key);
        Assert.Equal((7, -1), ((int)one.Field, (int)other.Field));
    }

    private static string Of(UInt128 pseudonym, long generation) =>
        Convert.ToHexString((byte[])PersonBucket.Of(pseudonym, generation).Key!);
}
