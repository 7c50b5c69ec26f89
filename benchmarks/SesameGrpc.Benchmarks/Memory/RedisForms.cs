using System.Security.Cryptography;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Keys;
using SesameGrpc.Gateway.Persons;
using SesameGrpc.TestSupport;

namespace SesameGrpc.Benchmarks.Memory;

/// <summary>What each form of a person takes in Redis, in buckets as full as the gateway makes them; the longest is the last.</summary>
internal static class RedisForms
{
    private const long DayMicros = 86_400_000_000;

    public static async Task<IReadOnlyList<FormRow>> MeasureAsync(int persons)
    {
        var whole = MemoryWorld.Of(2) with { AsOfMicros = 20_000 * DayMicros };
        var parts = MemoryWorld.Of(1) with { AsOfMicros = whole.AsOfMicros };
        return
        [
            await MeasureAsync("a score of a whole day", whole, persons),
            await MeasureAsync("a score of a whole second", AtSecond(whole), persons),
            await MeasureAsync("a score and its five parts, of a whole day", parts, persons),
            await MeasureAsync("a score and its five parts, of a whole second", AtSecond(parts), persons),
            await MeasureAsync("the same, of a microsecond", parts with { AsOfMicros = parts.AsOfMicros + 1 }, persons),
        ];
    }

    private static PersonSnapshot AtSecond(PersonSnapshot person) => person with { AsOfMicros = person.AsOfMicros + 1_000_000 };

    private static async Task<FormRow> MeasureAsync(string form, PersonSnapshot person, int persons)
    {
        await using var redis = await RedisServer.StartAsync();
        var directory = TestEnvironment.NewDirectory("keys");
        var options = new GatewayOptions
        {
            Mode = GatewayMode.Sandbox,
            DataDirectory = directory,
            Redis = { Configuration = redis.Configuration, TimeoutMilliseconds = 1000 },
        };
        await using var shared = new SharedPersonCache(options, KeyRing.Open(options), TimeProvider.System);
        var generation = (2L * PersonBucket.GenerationStep) + PersonBucket.SizeFor(Math.Max(65_536, persons));
        var before = await RedisMemory.UsedAsync(redis);
        for (var first = 0; first < persons; first += 1_000)
        {
            await Task.WhenAll(Enumerable.Range(0, 1_000).Select(_ => shared.FillAsync(Pseudonym(), person, generation).AsTask()));
        }

        var used = await RedisMemory.UsedAsync(redis) - before;
        var length = new PersonCodec(new byte[16]).Encode(0, person).Length;
        Directory.Delete(directory, recursive: true);
        return new FormRow(form, length, (double)used / persons);
    }

    // As random as those that HMAC makes.
    private static UInt128 Pseudonym()
    {
        Span<byte> bytes = stackalloc byte[16];
        RandomNumberGenerator.Fill(bytes);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }
}
