using System.Buffers.Binary;
using System.Numerics;
using StackExchange.Redis;

namespace SesameGrpc.Gateway.Persons;

/// <summary>
/// Where a person is in Redis: the field of a hash that about a hundred persons share, because a key of their own costs Redis more than what it holds. The bucket is named by the
/// generation and by the upper bits of the pseudonym, the field by its lower 32. Should two persons meet in one, the seal tells them apart.
/// </summary>
/// <remarks>
/// How many buckets there are must be the same for all instances at any moment, else a floor would be put where nobody looks. So the generation says it, in its last four bits: 2^10 to
/// 2^25, and what changes it takes another generation.
/// </remarks>
internal readonly record struct PersonBucket(RedisKey Key, RedisValue Field)
{
    /// <summary>The next generation with as many buckets is this much higher.</summary>
    public const int GenerationStep = 16;

    private const int FewestBits = 10;
    private const int FewestInBucket = 64;

    public static PersonBucket Of(UInt128 pseudonym, long generation)
    {
        // "sp:", three or four bytes of the bucket, and the generation without its leading zeros.
        Span<byte> key = stackalloc byte[15];
        "sp:"u8.CopyTo(key);
        BinaryPrimitives.WriteUInt32BigEndian(key[3..], (uint)(pseudonym >> (128 - BitsOf(generation))));
        var length = 8 - (BitOperations.LeadingZeroCount((ulong)generation) / 8);
        for (var index = 6 + length; index > 6; index--)
        {
            key[index] = (byte)generation;
            generation >>= 8;
        }

        return new PersonBucket(key[..(7 + length)].ToArray(), (int)(uint)pseudonym);
    }

    /// <summary>The last four bits of a generation whose buckets hold 64 to 128 persons each, if Redis holds as many as expected.</summary>
    public static int SizeFor(int expectedPersons) =>
        Math.Clamp(BitOperations.Log2((uint)expectedPersons / FewestInBucket) - FewestBits, 0, 15);

    private static int BitsOf(long generation) => FewestBits + (int)(generation % GenerationStep);
}
