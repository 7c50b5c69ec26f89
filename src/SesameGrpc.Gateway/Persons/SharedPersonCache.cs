using System.Buffers.Binary;
using Polly;
using Polly.CircuitBreaker;
using Polly.Timeout;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Keys;
using StackExchange.Redis;

namespace SesameGrpc.Gateway.Persons;

/// <summary>
/// The hot persons in Redis, shared by all instances; nothing where no Redis is configured. It never fails a look-up: what Redis does not answer in
/// time, or answers wrongly, is read from the store. It never holds an older version than the last one written: see <see cref="PersonChanges"/>.
/// </summary>
internal sealed class SharedPersonCache : IAsyncDisposable
{
    // Keep what is there if its version (bytes 2 to 9, big-endian) is above the new one's.
    private const string FillScript = """
        local known = redis.call('GET', KEYS[1])
        if known and #known >= 9 and struct.unpack('>I8', known, 2) > struct.unpack('>I8', ARGV[1], 2) then return 0 end
        redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
        return 1
        """;

    private static readonly RedisChannel Channel = RedisChannel.Literal("sesame:persons");
    private static readonly TimeSpan FloorLifetime = TimeSpan.FromSeconds(30);

    private readonly ConnectionMultiplexer? redis;
    private readonly PersonCodec codec;
    private readonly TimeSpan lifetime;
    private readonly ResiliencePipeline resilience;
    private long generation;
    private volatile bool isSuspect;

    public SharedPersonCache(GatewayOptions options, KeyRing keys)
    {
        codec = new PersonCodec(keys.Derive("shared cache seal"));
        lifetime = TimeSpan.FromSeconds(options.Redis.LifetimeSeconds);
        redis = options.Redis.Configuration.Length == 0 ? null : ConnectionMultiplexer.Connect(Parse(options.Redis));
        resilience = new ResiliencePipelineBuilder()
            .AddCircuitBreaker(
                new CircuitBreakerStrategyOptions
                {
                    FailureRatio = 0.5,
                    MinimumThroughput = 4,
                    SamplingDuration = TimeSpan.FromSeconds(1),
                    BreakDuration = TimeSpan.FromSeconds(1),
                    ShouldHandle = new PredicateBuilder()
                        .Handle<RedisException>()
                        .Handle<TimeoutException>()
                        .Handle<TimeoutRejectedException>(),
                }
            )
            .AddTimeout(TimeSpan.FromMilliseconds(options.Redis.TimeoutMilliseconds))
            .Build();
    }

    /// <summary>Whether a Redis is configured.</summary>
    public bool IsConfigured => redis is not null;

    /// <summary>Part of every key. Raised in the store when a change could not be announced here, so that all older entries are out of reach.</summary>
    public long Generation => Volatile.Read(ref generation);

    /// <summary>Takes a generation that the store has reached; false when it, or a later one, is in use already.</summary>
    public bool RaiseGenerationTo(long reached)
    {
        var known = Generation;
        while (known < reached)
        {
            var found = Interlocked.CompareExchange(ref generation, reached, known);
            if (found == known)
            {
                return true;
            }

            known = found;
        }

        return false;
    }

    /// <summary>
    /// Whether Redis has come back, or another has taken its place, since a generation was last raised for that: it may hold what it held a while ago. Nothing
    /// is read from it until <see cref="Trust"/>.
    /// </summary>
    public bool IsBackAndSuspect => isSuspect && redis?.IsConnected == true;

    /// <summary>Ends the suspicion, once a new generation has put what Redis holds out of reach.</summary>
    public void Trust() => isSuspect = false;

    public async ValueTask<PersonSnapshot?> FindAsync(UInt128 pseudonym)
    {
        if (isSuspect)
        {
            return null;
        }

        var value = await TryAsync(database => database.StringGetAsync(Key(pseudonym)), RedisValue.Null);
        return value.IsNull ? null : codec.Decode(pseudonym, value);
    }

    /// <summary>
    /// Puts in what was read from the store, unless a newer version has been announced or put in. Under the generation that stood before the read: a later
    /// one may have been raised because of what the read did not see.
    /// </summary>
    public async ValueTask FillAsync(UInt128 pseudonym, PersonSnapshot person, long generationBefore) =>
        await TryAsync(
            database =>
                database.ScriptEvaluateAsync(
                    FillScript,
                    [Key(pseudonym, generationBefore)],
                    [codec.Encode(pseudonym, person), (long)lifetime.TotalMilliseconds]
                ),
            RedisResult.Create(RedisValue.Null)
        );

    /// <summary>Bars every version below these from the cache for a while; false when Redis did not take all of them.</summary>
    public async Task<bool> RaiseFloorsAsync(IReadOnlyCollection<(UInt128 Pseudonym, long Version)> changes)
    {
        if (redis is null || changes.Count == 0)
        {
            return true;
        }

        try
        {
            var database = redis.GetDatabase();
            await Task.WhenAll(
                changes.Select(change =>
                    database.ScriptEvaluateAsync(
                        FillScript,
                        [Key(change.Pseudonym)],
                        [PersonCodec.EncodeFloor(change.Version), (long)FloorLifetime.TotalMilliseconds]
                    )
                )
            );
            return true;
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            return false;
        }
    }

    /// <summary>Tells the other instances of new versions: 24 bytes each.</summary>
    public async Task PublishAsync(IReadOnlyCollection<(UInt128 Pseudonym, long Version)> changes)
    {
        if (redis is null || changes.Count == 0)
        {
            return;
        }

        var message = new byte[24 * changes.Count];
        var offset = 0;
        foreach (var (pseudonym, version) in changes)
        {
            BinaryPrimitives.WriteUInt128BigEndian(message.AsSpan(offset), pseudonym);
            BinaryPrimitives.WriteInt64BigEndian(message.AsSpan(offset + 16), version);
            offset += 24;
        }

        await TryAsync(_ => redis.GetSubscriber().PublishAsync(Channel, message), 0L);
    }

    /// <summary>Listens for other instances' changes; missed is called whenever some may not have been heard.</summary>
    public async Task SubscribeAsync(Action<UInt128, long> changed, Action missed)
    {
        if (redis is null)
        {
            return;
        }

        redis.ConnectionRestored += (_, _) => Suspect(missed);
        redis.ConnectionFailed += (_, _) => Suspect(missed);
        try
        {
            await redis.GetSubscriber().SubscribeAsync(Channel, (_, message) => Deliver(message, changed));
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            // StackExchange.Redis keeps the subscription and makes it good once it connects; ConnectionRestored then empties the memory.
            missed();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (redis is not null)
        {
            await redis.DisposeAsync();
        }
    }

    private void Suspect(Action missed)
    {
        isSuspect = true;
        missed();
    }

    private static void Deliver(byte[]? message, Action<UInt128, long> changed)
    {
        for (var rest = message.AsSpan(); rest.Length >= 24; rest = rest[24..])
        {
            changed(BinaryPrimitives.ReadUInt128BigEndian(rest), BinaryPrimitives.ReadInt64BigEndian(rest[16..]));
        }
    }

    private async ValueTask<T> TryAsync<T>(Func<IDatabase, Task<T>> ask, T otherwise)
    {
        if (redis is null)
        {
            return otherwise;
        }

        try
        {
            return await resilience.ExecuteAsync(
                static async (state, token) => await state.Ask(state.Redis.GetDatabase()).WaitAsync(token),
                (Ask: ask, Redis: redis),
                CancellationToken.None
            );
        }
        catch (Exception exception)
            when (exception
                    is RedisException
                        or TimeoutException
                        or TimeoutRejectedException
                        or BrokenCircuitException
                        or ObjectDisposedException
            )
        {
            return otherwise;
        }
    }

    internal RedisKey Key(UInt128 pseudonym) => Key(pseudonym, Generation);

    private static RedisKey Key(UInt128 pseudonym, long generation)
    {
        var key = new byte[27];
        "sp:"u8.CopyTo(key);
        BinaryPrimitives.WriteInt64BigEndian(key.AsSpan(3), generation);
        BinaryPrimitives.WriteUInt128BigEndian(key.AsSpan(11), pseudonym);
        return key;
    }

    private static ConfigurationOptions Parse(RedisOptions options)
    {
        try
        {
            var configuration = ConfigurationOptions.Parse(options.Configuration);
            configuration.AbortOnConnectFail = false;
            configuration.ConnectTimeout = 1000;
            configuration.AsyncTimeout = Math.Max(1000, options.TimeoutMilliseconds);
            configuration.BacklogPolicy = BacklogPolicy.FailFast;
            return configuration;
        }
        catch (ArgumentException exception)
        {
            throw new ConfigurationException($"Sesame:Redis:Configuration is not a StackExchange.Redis configuration: {exception.Message}");
        }
    }
}
