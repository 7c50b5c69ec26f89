using System.Buffers.Binary;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Keys;
using SesameGrpc.Gateway.Persons;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.TestSupport;
using StackExchange.Redis;
using Xunit;

namespace SesameGrpc.Functional.Tests.Persons;

/// <summary>What the buckets in Redis hold, for how long, and how many there are.</summary>
public sealed class SharedCacheBucketTests(Stores stores)
{
    private static readonly UInt128 Pseudonym = new(0x0123456789abcdef, 0xfedcba9876543210);
    private const long Generation = 5 * PersonBucket.GenerationStep;

    [Theory]
    [InlineData(0)]
    [InlineData(30)]
    public async Task Floor_OfAChangeThatWasNeverCommitted_BarsForHalfAMinute(int secondsAgo)
    {
        await using var redis = await Stores.StartRedisAsync();
        await using var shared = await OpenAsync(redis);
        await using var connection = await ConnectionMultiplexer.ConnectAsync(redis.Configuration);
        var bucket = PersonBucket.Of(Pseudonym, Generation);
        Assert.True(await shared.RaiseFloorsAsync(Generation, [(Pseudonym, 7)]));

        // Redis's clock is its own: the floor is made older instead.
        byte[] floor = (await connection.GetDatabase().HashGetAsync(bucket.Key, bucket.Field))!;
        var raised = BinaryPrimitives.ReadUInt32BigEndian(floor.AsSpan(floor.Length - 4));
        BinaryPrimitives.WriteUInt32BigEndian(floor.AsSpan(floor.Length - 4), raised - (uint)secondsAgo);
        await connection.GetDatabase().HashSetAsync(bucket.Key, bucket.Field, floor);
        Assert.InRange(DateTimeOffset.FromUnixTimeSeconds(raised), Now.AddMinutes(-1), Now.AddMinutes(1));

        await shared.FillAsync(Pseudonym, Person(6), Generation);

        Assert.Equal(secondsAgo == 0 ? null : 6, (await shared.FindAsync(Pseudonym))?.Version);
        await shared.FillAsync(Pseudonym, Person(7), Generation);
        Assert.Equal(7, (await shared.FindAsync(Pseudonym))?.Version);
    }

    [Fact]
    public async Task Fill_VersionsOfEveryLength_NeverGiveWayToAnOlderOne()
    {
        await using var redis = await Stores.StartRedisAsync();
        await using var shared = await OpenAsync(redis);
        long[] versions = [1, 255, 256, 65_535, 65_536, uint.MaxValue, 1L << 32, 1L << 50];
        foreach (var (newer, older) in versions.Skip(1).Zip(versions))
        {
            await shared.FillAsync(Pseudonym, Person(newer), Generation);
            await shared.FillAsync(Pseudonym, Person(older), Generation);
            Assert.Equal(newer, (await shared.FindAsync(Pseudonym))?.Version);

            Assert.True(await shared.RaiseFloorsAsync(Generation, [(Pseudonym, older)]));
            Assert.Equal(newer, (await shared.FindAsync(Pseudonym))?.Version);
        }
    }

    [Fact]
    public async Task Value_OlderThanItsLifetime_IsNotServed()
    {
        await using var redis = await Stores.StartRedisAsync();
        var time = new MovableTime();
        await using var shared = await OpenAsync(redis, time);
        await shared.FillAsync(Pseudonym, Person(1), Generation);
        Assert.NotNull(await shared.FindAsync(Pseudonym));

        time.Advance(TimeSpan.FromSeconds(599));
        Assert.NotNull(await shared.FindAsync(Pseudonym));
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Null(await shared.FindAsync(Pseudonym));
    }

    [Fact]
    public async Task Bucket_IsOneBlock_GoesWhenNobodyFillsIt_AndKeepsWithinItsBound()
    {
        await using var redis = await Stores.StartRedisAsync();
        await using var shared = await OpenAsync(redis);
        await using var connection = await ConnectionMultiplexer.ConnectAsync(redis.Configuration);
        var database = connection.GetDatabase();
        var key = PersonBucket.Of(Pseudonym, Generation).Key;
        var floors = Enumerable.Range(1, 50).Select(number => (Pseudonym + (UInt128)number, 9L)).ToList();
        Assert.True(await shared.RaiseFloorsAsync(Generation, floors));
        for (var number = 100; number < 1_000; number++)
        {
            await shared.FillAsync(Pseudonym + (UInt128)number, Person(1), Generation);
            Assert.InRange(await database.HashLengthAsync(key), 1, SharedPersonScript.MostFields);
        }

        Assert.Equal("listpack", (await database.ExecuteAsync("OBJECT", "ENCODING", key)).ToString());
        Assert.InRange((await database.KeyTimeToLiveAsync(key))!.Value.TotalSeconds, 590, 600);
        foreach (var (pseudonym, _) in floors)
        {
            await shared.FillAsync(pseudonym, Person(8), Generation);
            Assert.Null(await shared.FindAsync(pseudonym));
        }
    }

    [Fact]
    public async Task Buckets_AreAsManyAsTheLastInstanceToStartExpects_ForAllInstances()
    {
        await using var redis = await Stores.StartRedisAsync();
        var setup = await SetupAsync(redis);
        await using var one = await GatewayUnderTest.StartAsync(setup);
        var first = one.Service<SharedPersonCache>().Generation;
        Assert.Equal(PersonBucket.SizeFor(1_000_000), first % PersonBucket.GenerationStep);

        await using var again = await GatewayUnderTest.StartAsync(setup with { Beside = one });
        Assert.Equal(first, again.Service<SharedPersonCache>().Generation);
        await using var larger = await GatewayUnderTest.StartAsync(
            setup with
            {
                Beside = one,
                Settings = new Dictionary<string, string?> { ["Sesame:Redis:ExpectedPersons"] = "50000000" },
            }
        );

        var second = larger.Service<SharedPersonCache>().Generation;
        Assert.Equal((true, PersonBucket.SizeFor(50_000_000)), (second > first, second % PersonBucket.GenerationStep));
        await Eventually.HoldsAsync(
            () => Task.FromResult(one.Service<SharedPersonCache>().Generation == second),
            "the first instance follows"
        );
    }

    // A change on an instance that had not heard of the generation yet once barred the one before alone.
    [Fact]
    public async Task Change_OnAnInstanceThatHasNotHeardOfTheGeneration_BarsTheOneThatStands()
    {
        await using var redis = await Stores.StartRedisAsync();
        var setup = await SetupAsync(redis);
        await using var one = await GatewayUnderTest.StartAsync(setup);
        await one.FeedAsync("p", 650);
        var shared = one.Service<SharedPersonCache>();
        var person = (await one.Service<PersonStore>().FindAsync(await one.PersonIdAsync("p"), CancellationToken.None))!;
        await RaiseGenerationAsync(one);
        var raised = shared.Generation + PersonBucket.GenerationStep;

        // Another instance knows of it, and read the person before the change.
        await one.FeedAsync("p", 700, version: 2);
        shared.RaiseGenerationTo(raised);
        var pseudonym = one.Service<PersonPseudonyms>().Of(person.Id);
        await shared.FillAsync(pseudonym, person.Person, raised);

        Assert.Null(await shared.FindAsync(pseudonym));
    }

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    private static Task<int> RaiseGenerationAsync(GatewayUnderTest gateway) =>
        gateway
            .Service<Database>()
            .WriteAsync(
                (transaction, token) =>
                    transaction
                        .Command(
                            "UPDATE control_state SET cache_generation = cache_generation + @step",
                            ("step", PersonBucket.GenerationStep)
                        )
                        .ExecuteAsync(token),
                CancellationToken.None
            );

    // Long between two looks at the generation, so that a test can be in between.
    private async Task<GatewaySetup> SetupAsync(RedisServer redis) =>
        new()
        {
            PostgreSql = await stores.ConnectionStringAsync(Store.PostgreSql),
            Redis = redis.Configuration,
            Settings = new Dictionary<string, string?> { ["Sesame:Storage:RefreshMilliseconds"] = "5000" },
        };

    private static async Task<SharedPersonCache> OpenAsync(RedisServer redis, TimeProvider? time = null)
    {
        var directory = TestEnvironment.NewDirectory("keys");
        var options = new GatewayOptions
        {
            Mode = GatewayMode.Sandbox,
            DataDirectory = directory,
            Redis = { Configuration = redis.Configuration, TimeoutMilliseconds = 1000 },
        };
        var shared = new SharedPersonCache(options, KeyRing.Open(options), time ?? TimeProvider.System);
        Directory.Delete(directory, recursive: true);
        shared.RaiseGenerationTo(Generation);
        await Eventually.HoldsAsync(() => shared.RaiseFloorsAsync(Generation, [(UInt128.One, 1)]), "Redis answers");
        return shared;
    }

    private static PersonSnapshot Person(long version) =>
        new()
        {
            Version = version,
            CourtListed = false,
            FedScore = 700,
            AsOfMicros = 1,
            ModelVersion = "model",
            ReadMicros = Now.ToMicros(),
        };
}
