using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Keys;
using SesameGrpc.Gateway.Persons;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.Persons;

/// <summary>Hot scores in a real Redis: coherent between instances, and never the cause of a failed or a false answer.</summary>
public sealed class SharedCacheTests(Stores stores)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Answer_SecondInstance_ComesFromTheSharedCache(bool cluster)
    {
        await using var redis = await Stores.StartRedisAsync(cluster);
        await using var pair = await Pair.StartAsync(stores, redis, memoryLifetimeSeconds: 60);
        await pair.One.FeedAsync("p", 650);

        Assert.Equal((650, AnswerSource.Store), await pair.LookUpOneAsync("p"));

        // A connection to Redis that comes up late empties the memory once more, and raises the generation.
        await Eventually.HoldsAsync(
            async () =>
            {
                pair.One.Service<PersonReader>().ForgetAll();
                await pair.LookUpOneAsync("p");
                pair.Two.Service<PersonReader>().ForgetAll();
                return await pair.LookUpTwoAsync("p") == (650, AnswerSource.SharedCache);
            },
            "two answers from the shared cache"
        );
        await Eventually.HoldsAsync(async () => (await pair.LookUpOneAsync("p")).Source == AnswerSource.Memory, "one answers from memory");
        await Eventually.HoldsAsync(async () => (await pair.LookUpTwoAsync("p")).Source == AnswerSource.Memory, "two answers from memory");
    }

    [Fact]
    public async Task Change_OnOneInstance_IsSeenByTheOther_LongBeforeItsMemoryExpires()
    {
        await using var redis = await Stores.StartRedisAsync();
        await using var pair = await Pair.StartAsync(stores, redis, memoryLifetimeSeconds: 60);
        await pair.One.FeedAsync("p", 650);
        Assert.Equal(650, (await pair.LookUpTwoAsync("p")).Score);

        for (var version = 2; version < 30; version++)
        {
            var score = 650 + version;
            await pair.One.FeedAsync("p", score, version: version);
            Assert.Equal(score, (await pair.LookUpOneAsync("p")).Score);
            await Eventually.HoldsAsync(
                async () => (await pair.LookUpTwoAsync("p")).Score == score,
                "the other instance has heard of the change"
            );
        }

        await pair.One.Persons.OptOutAsync(new OptOutRequest { RequestId = "o", Person = "p" });
        await Eventually.HoldsAsync(async () => (await pair.LookUpTwoAsync("p")).Score == 0, "the other instance has heard of the opt-out");
    }

    [Fact]
    public async Task Redis_Killed_Flushed_AndBack_NoLookupFailsOrIsOlder()
    {
        await using var redis = await Stores.StartRedisAsync();
        await using var pair = await Pair.StartAsync(stores, redis, memoryLifetimeSeconds: 1);
        await FeedAllAsync(pair, 650, 1);
        await LookUpAllAsync(pair, 650);

        await redis.CliAsync("FLUSHALL");
        await LookUpAllAsync(pair, 650);
        await redis.KillAsync();
        await LookUpAllAsync(pair, 650);
        await FeedAllAsync(pair, 700, 2);
        await LookUpAllOnOneAsync(pair, 700);
        await redis.StartAgainAsync();
        await LookUpAllOnOneAsync(pair, 700);
        await Eventually.HoldsAsync(async () => (await pair.LookUpTwoAsync("p0")).Score == 700, "the other instance has the new score");
    }

    [Fact]
    public async Task Redis_StoppedInItsTracks_LookupsGoOn_AndAWriteMeanwhileLeavesNothingOldBehind()
    {
        await using var redis = await Stores.StartRedisAsync();
        await using var pair = await Pair.StartAsync(stores, redis, memoryLifetimeSeconds: 1);
        await FeedAllAsync(pair, 650, 1);
        await LookUpAllAsync(pair, 650);
        await redis.PauseAsync();

        await LookUpAllAsync(pair, 650);
        await pair.One.FeedAsync("p0", 700, version: 2);
        Assert.Equal(700, (await pair.LookUpOneAsync("p0")).Score);
        Assert.Contains(pair.One.Log.Lines, line => line.Contains("generation of the shared cache is raised", StringComparison.Ordinal));

        // Redis wakes up and still holds 650 under the old generation.
        await redis.ContinueAsync();
        await Eventually.HoldsAsync(async () => (await pair.LookUpTwoAsync("p0")).Score == 700, "the other instance has the new score");
        for (var round = 0; round < 50; round++)
        {
            pair.Two.Service<PersonReader>().ForgetAll();
            Assert.Equal(700, (await pair.LookUpTwoAsync("p0")).Score);
        }
    }

    [Fact]
    public async Task Redis_HoldingGarbageOrAnotherPersonsValue_IsNotBelieved()
    {
        await using var redis = await Stores.StartRedisAsync();
        await using var pair = await Pair.StartAsync(stores, redis, memoryLifetimeSeconds: 1);
        await pair.One.FeedAsync("rich", 900);
        await pair.One.FeedAsync("poor", 400);
        await pair.LookUpOneAsync("rich");
        await using var connection = await StackExchange.Redis.ConnectionMultiplexer.ConnectAsync(redis.Configuration);
        var database = connection.GetDatabase();
        var rich = await BucketOfAsync(pair.One, "rich");
        byte[] richValue = (await database.HashGetAsync(rich.Key, rich.Field))!;
        await pair.LookUpOneAsync("poor");
        var poor = await BucketOfAsync(pair.One, "poor");

        foreach (var value in new[] { richValue, [], [1], [.. richValue.Reverse()], richValue[..^1], new byte[100], [.. "some text"u8] })
        {
            await database.HashSetAsync(poor.Key, poor.Field, value);
            pair.Two.Service<PersonReader>().ForgetAll();
            Assert.Equal((400, AnswerSource.Store), await pair.LookUpTwoAsync("poor"));
        }

        await database.KeyDeleteAsync(poor.Key);
        await database.ListLeftPushAsync(poor.Key, "not even a hash");
        pair.Two.Service<PersonReader>().ForgetAll();
        Assert.Equal((400, AnswerSource.Store), await pair.LookUpTwoAsync("poor"));
    }

    [Fact]
    public async Task Keys_NameNoPerson()
    {
        await using var redis = await Stores.StartRedisAsync();
        await using var pair = await Pair.StartAsync(stores, redis);
        await pair.One.FeedAsync("alice-canary", 650);
        await pair.LookUpOneAsync("alice-canary");

        var everything = await redis.CliAsync(
            "--no-raw",
            "EVAL",
            "local all = '' for _, k in ipairs(redis.call('KEYS', '*')) do all = all .. k .. table.concat(redis.call('HGETALL', k)) end return all",
            "0"
        );

        Assert.Contains("sp:", everything, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", everything, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Misses_OfOnePersonAtOnce_ShareOneRead()
    {
        await using var gateway = await stores.StartGatewayAsync(Store.PostgreSql);
        await gateway.FeedAsync("p", 650);
        var reader = gateway.Service<PersonReader>();
        var person = await gateway.PersonIdAsync("p");

        var readings = await Task.WhenAll(Enumerable.Range(0, 1000).Select(_ => Task.Run(async () => await GetAsync(reader, person))));

        var fromStore = readings
            .Where(reading => reading.Source == AnswerSource.Store)
            .Select(reading => reading.Person)
            .Distinct(ReferenceEqualityComparer.Instance);
        Assert.Single(fromStore);
        Assert.All(readings, reading => Assert.Equal(650, reading.Person!.ServedScore));
    }

    [Fact]
    public async Task Read_ThatBeganBeforeAChange_DoesNotEnterTheMemoryAfterIt()
    {
        await using var gateway = await stores.StartGatewayAsync(Store.PostgreSql);
        var reader = gateway.Service<PersonReader>();
        await gateway.FeedAsync("p", 650);
        var person = await gateway.PersonIdAsync("p");
        var pseudonym = gateway.Service<PersonPseudonyms>().Of(person);

        // The table is locked, so the read is under way when the change is announced, and ends after it.
        var begun = Task.FromResult(default(PersonReading));
        await gateway
            .Service<Database>()
            .WriteAsync(
                async (transaction, token) =>
                {
                    await transaction.Command("LOCK TABLE persons IN ACCESS EXCLUSIVE MODE").ExecuteAsync(token);
                    begun = GetAsync(reader, person);
                    reader.Announce(pseudonym, 2);
                    return 0;
                },
                CancellationToken.None
            );

        Assert.Equal(650, (await begun).Person!.ServedScore);
        Assert.False(gateway.Service<PersonMemory>().TryGet(person, out _));
        Assert.Equal(AnswerSource.Store, (await GetAsync(reader, person)).Source);
        Assert.True(gateway.Service<PersonMemory>().TryGet(person, out _));
    }

    [Fact]
    public async Task Read_ThatBeganBeforeTheGenerationRose_DoesNotFillTheNewOne()
    {
        await using var redis = await Stores.StartRedisAsync();
        await using var gateway = await stores.StartGatewayAsync(Store.PostgreSql, new GatewaySetup { Redis = redis.Configuration });
        var shared = gateway.Service<SharedPersonCache>();
        await gateway.FeedAsync("p", 650);

        // The read is under way while a change that Redis did not take raises the generation.
        var begun = Task.FromResult(default(PersonReading));
        await gateway
            .Service<Database>()
            .WriteAsync(
                async (transaction, token) =>
                {
                    await transaction.Command("LOCK TABLE persons IN ACCESS EXCLUSIVE MODE").ExecuteAsync(token);
                    begun = GetAsync(gateway.Service<PersonReader>(), "p");
                    await Eventually.HoldsAsync(() => IsWaitedForAsync(gateway, "persons"), "the read waits for the table");
                    Assert.True(shared.RaiseGenerationTo(shared.Generation + 1));
                    return 0;
                },
                CancellationToken.None
            );

        Assert.Equal(AnswerSource.Store, (await begun).Source);
        Assert.Null(await shared.FindAsync(gateway.Service<PersonPseudonyms>().Of("p")));
    }

    [Fact]
    public async Task Redis_RestartedFromAnOldSnapshot_IsNotBelieved()
    {
        await using var redis = await Stores.StartRedisAsync();
        await using var pair = await Pair.StartAsync(stores, redis, memoryLifetimeSeconds: 1);
        await FeedAllAsync(pair, 650, 1);
        await LookUpAllAsync(pair, 650);
        await redis.CliAsync("SAVE");
        await FeedAllAsync(pair, 700, 2);
        await LookUpAllAsync(pair, 700);

        await redis.KillAsync();
        await redis.StartAgainAsync();

        Assert.NotEqual("0", (await redis.CliAsync("DBSIZE")).Trim());
        await Eventually.HoldsAsync(
            async () =>
            {
                pair.One.Service<PersonReader>().ForgetAll();
                var (score, source) = await pair.LookUpOneAsync("p0");
                Assert.Equal(700, score);
                await LookUpAllAsync(pair, 700);
                return source == AnswerSource.SharedCache;
            },
            "the shared cache is in use again"
        );
    }

    [Fact]
    public async Task OptOut_RepeatedAtAnotherInstance_IsInForceThereBeforeItsAnswer()
    {
        var setup = new GatewaySetup
        {
            PostgreSql = await stores.ConnectionStringAsync(Store.PostgreSql),
            Settings = new Dictionary<string, string?> { ["Sesame:Persons:MemoryLifetimeSeconds"] = "60" },
        };
        await using var one = await GatewayUnderTest.StartAsync(setup);
        await one.OnboardAsync("partner");
        await using var two = await GatewayUnderTest.StartAsync(setup with { Beside = one });
        var partner = await two.ConnectOnboardedAsync("partner");
        foreach (var (person, secondRequestId) in new[] { ("p", "p-1"), ("q", "q-2") })
        {
            await one.FeedAsync(person, 650);
            await partner.Scores.GetCreditScoreAsync(new GetCreditScoreRequest { Subject = person });
            await one.Persons.OptOutAsync(new OptOutRequest { RequestId = $"{person}-1", Person = person });

            // The answer of the first was lost; the operator asks the other instance, by the same request or a new one.
            await two.Persons.OptOutAsync(new OptOutRequest { RequestId = secondRequestId, Person = person });

            var refused = await RefusedCall.OfAsync(partner.Scores.GetCreditScoreAsync(new GetCreditScoreRequest { Subject = person }));
            Assert.Equal("RESOURCE_NOT_FOUND", refused.Reason);
        }
    }

    [Fact]
    public async Task Generation_NeverFalls()
    {
        await using var redis = await Stores.StartRedisAsync();
        await using var gateway = await stores.StartGatewayAsync(Store.PostgreSql, new GatewaySetup { Redis = redis.Configuration });
        var changes = gateway.Service<PersonChanges>();
        var shared = gateway.Service<SharedPersonCache>();
        var last = shared.Generation + 2;

        // Two changes that raised the generation may be announced in the other order.
        await changes.AnnounceAsync(new PendingChanges([]) { Generation = last });
        await changes.AnnounceAsync(new PendingChanges([]) { Generation = last - 1 });

        Assert.Equal(last, shared.Generation);
    }

    private static Task<PersonReading> GetAsync(PersonReader reader, string person) =>
        reader.GetAsync(person, CancellationToken.None, static token => token).AsTask();

    private static async Task<bool> IsWaitedForAsync(GatewayUnderTest gateway, string table)
    {
        await using var connection = await gateway.Service<Database>().OpenAsync(CancellationToken.None);
        return await connection
                .Command($"SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = '{table}'::regclass")
                .ScalarInt64Async(CancellationToken.None) > 0;
    }

    private static async Task<PersonBucket> BucketOfAsync(GatewayUnderTest gateway, string person) =>
        PersonBucket.Of(
            gateway.Service<PersonPseudonyms>().Of(await gateway.PersonIdAsync(person)),
            gateway.Service<SharedPersonCache>().Generation
        );

    private static async Task FeedAllAsync(Pair pair, int score, long version)
    {
        for (var index = 0; index < 10; index++)
        {
            await pair.One.FeedAsync($"p{index}", score, version: version);
        }
    }

    private static async Task LookUpAllAsync(Pair pair, int score)
    {
        await LookUpAllOnOneAsync(pair, score);
        for (var index = 0; index < 10; index++)
        {
            pair.Two.Service<PersonReader>().ForgetAll();
            Assert.Equal(score, (await pair.LookUpTwoAsync($"p{index}")).Score);
        }
    }

    private static async Task LookUpAllOnOneAsync(Pair pair, int score)
    {
        for (var index = 0; index < 10; index++)
        {
            pair.One.Service<PersonReader>().ForgetAll();
            Assert.Equal(score, (await pair.LookUpOneAsync($"p{index}")).Score);
        }
    }

    /// <summary>Two instances on one PostgreSQL and one Redis.</summary>
    private sealed class Pair(GatewayUnderTest one, GatewayUnderTest two, ConnectedPartner onOne, ConnectedPartner onTwo) : IAsyncDisposable
    {
        public GatewayUnderTest One { get; } = one;

        public GatewayUnderTest Two { get; } = two;

        public static async Task<Pair> StartAsync(Stores stores, RedisServer redis, int memoryLifetimeSeconds = 5)
        {
            var setup = new GatewaySetup
            {
                PostgreSql = await stores.ConnectionStringAsync(Store.PostgreSql),
                Redis = redis.Configuration,
                Settings = new Dictionary<string, string?> { ["Sesame:Persons:MemoryLifetimeSeconds"] = memoryLifetimeSeconds.ToString() },
            };
            var one = await GatewayUnderTest.StartAsync(setup);
            var onOne = await one.ConnectAsync("partner");
            var two = await GatewayUnderTest.StartAsync(setup with { Beside = one });
            return new Pair(one, two, onOne, await two.ConnectOnboardedAsync("partner"));
        }

        public Task<(int Score, AnswerSource Source)> LookUpOneAsync(string person) => LookUpAsync(onOne, person);

        public Task<(int Score, AnswerSource Source)> LookUpTwoAsync(string person) => LookUpAsync(onTwo, person);

        public async ValueTask DisposeAsync()
        {
            await Two.DisposeAsync();
            await One.DisposeAsync();
        }

        // 0: the person is unknown.
        private static async Task<(int Score, AnswerSource Source)> LookUpAsync(ConnectedPartner partner, string person)
        {
            var batch = await partner.Scores.BatchGetCreditScoresAsync(new BatchGetCreditScoresRequest { Subjects = { person } });
            var response = batch.Results.Single().Response;
            return (response?.Score.Score ?? 0, response?.Source ?? AnswerSource.Unspecified);
        }
    }
}
