using System.Security.Cryptography;
using SesameGrpc.Gateway.Keys;
using Xunit;

namespace SesameGrpc.Gateway.Tests.Keys;

public sealed class KeyedHashTests
{
    private readonly byte[] key = RandomNumberGenerator.GetBytes(32);

    [Fact]
    public async Task Write_OfManyThreadsAndMessages_IsHmacSha256()
    {
        using var hash = new KeyedHash(key);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(HashMany)));

        void HashMany()
        {
            Span<byte> written = stackalloc byte[32];
            for (var length = 0; length < 300; length++)
            {
                var message = RandomNumberGenerator.GetBytes(length);
                hash.Write(message, written);
                Assert.Equal(HMACSHA256.HashData(key, message), written.ToArray());
            }
        }
    }

    [Fact]
    public void Write_WithLessRoom_WritesTheFirstBytes()
    {
        using var hash = new KeyedHash(key);
        Span<byte> written = stackalloc byte[16];

        hash.Write("text"u8, written);

        Assert.Equal(HMACSHA256.HashData(key, "text"u8.ToArray())[..16], written.ToArray());
    }

    [Fact]
    public void SecureRandom_OverMoreThanAPage_NeverGivesTheSameBytesTwice()
    {
        var given = new HashSet<string>(StringComparer.Ordinal);
        Span<byte> bytes = stackalloc byte[16];
        for (var count = 0; count < 10_000; count++)
        {
            SecureRandom.Fill(bytes);
            Assert.True(given.Add(Convert.ToHexString(bytes)));
        }
    }

    [Fact]
    public void PersonDigests_OfManyMorePersonsThanPlaces_AreTheSameEachTime()
    {
        using var digests = new PersonDigests<string>(key, digest => Convert.ToHexString(digest));
        var persons = Enumerable.Range(0, 100_000).Select(number => $"person-{number}").ToList();

        var first = persons.ConvertAll(digests.Of);

        Assert.Equal(first, persons.ConvertAll(digests.Of));
        Assert.Equal(persons.Count, first.Distinct().Count());
        Assert.Equal(Convert.ToHexString(HMACSHA256.HashData(key, "person-7"u8.ToArray())[..16]), first[7]);
    }
}
