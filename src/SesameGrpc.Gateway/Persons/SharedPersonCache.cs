using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Keys;
using SesameGrpc.Gateway.Storage;
using StackExchange.Redis;

namespace SesameGrpc.Gateway.Persons;

/// <summary>
/// The hot persons in Redis, shared by all instances; nothing where no Redis is configured. It never fails a look-up: what Redis does not answer in
/// time, or answers wrongly, is read from the store. It never holds an older version than the last one written: see <see cref="PersonChanges"/>.
/// </summary>
internal sealed class SharedPersonCache(GatewayOptions options, KeyRing keys, TimeProvider time) : IAsyncDisposable
{
    private static readonly RedisChannel Channel = RedisChannel.Literal("sesame:persons");

    private readonly RedisLink link = new(options.Redis, time);
    private readonly PersonCodec codec = new(keys.Derive("shared cache seal"));
    private readonly long lifetimeMicros = TimeSpan.FromSeconds(options.Redis.LifetimeSeconds).ToMicros();

    // A field has no lifetime of its own: the value says when it was read, and what nobody fills any more goes with its bucket.
    private readonly int bucketSeconds = Math.Max(options.Redis.LifetimeSeconds, SharedPersonScript.FloorSeconds);
    private long generation;
    private volatile bool isSuspect;

    /// <summary>Whether a Redis is configured.</summary>
    public bool IsConfigured => link.Multiplexer is not null;

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
    public bool IsBackAndSuspect => isSuspect && link.Multiplexer?.IsConnected == true;

    /// <summary>Ends the suspicion, once a new generation has put what Redis holds out of reach.</summary>
    public void Trust() => isSuspect = false;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<PersonSnapshot?> FindAsync(UInt128 pseudonym)
    {
        if (!IsConfigured || isSuspect)
        {
            return null;
        }

        var value = await link.TryAsync(
            PersonBucket.Of(pseudonym, Generation),
            static (database, bucket) => database.HashGetAsync(bucket.Key, bucket.Field),
            RedisValue.Null
        );
        var person = codec.Decode(pseudonym, ((ReadOnlyMemory<byte>)value).Span);
        return person is not null && Math.Abs(time.NowMicros() - person.ReadMicros) < lifetimeMicros ? person : null;
    }

    /// <summary>
    /// Puts in what was read from the store, unless a newer version has been announced or put in. Under the generation that stood before the read: a later
    /// one may have been raised because of what the read did not see.
    /// </summary>
    public async ValueTask FillAsync(UInt128 pseudonym, PersonSnapshot person, long generationBefore)
    {
        if (IsConfigured)
        {
            await link.TryAsync(
                (Bucket: PersonBucket.Of(pseudonym, generationBefore), Value: codec.Encode(pseudonym, person), Seconds: bucketSeconds),
                static (database, fill) => PutAsync(database, fill.Bucket, fill.Value, fill.Seconds),
                RedisResult.Create(RedisValue.Null)
            );
        }
    }

    /// <summary>Bars every version below these from a generation of the cache for a while; false when Redis did not take all of them.</summary>
    public async Task<bool> RaiseFloorsAsync(long barredGeneration, IReadOnlyCollection<(UInt128 Pseudonym, long Version)> changes)
    {
        if (link.Multiplexer is not { } redis || changes.Count == 0)
        {
            return true;
        }

        try
        {
            var database = redis.GetDatabase();
            await Task.WhenAll(
                changes.Select(change =>
                    PutAsync(
                        database,
                        PersonBucket.Of(change.Pseudonym, barredGeneration),
                        PersonCodec.EncodeFloor(change.Version),
                        bucketSeconds
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
        if (!IsConfigured || changes.Count == 0)
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

        await link.TryAsync(message, static (database, told) => database.Multiplexer.GetSubscriber().PublishAsync(Channel, told), 0L);
    }

    /// <summary>Listens for other instances' changes; missed is called whenever some may not have been heard.</summary>
    public async Task SubscribeAsync(Action<UInt128, long> changed, Action missed)
    {
        if (link.Multiplexer is not { } redis)
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

    public ValueTask DisposeAsync() => link.DisposeAsync();

    private void Suspect(Action missed)
    {
        isSuspect = true;
        missed();
    }

    private static Task<RedisResult> PutAsync(IDatabase database, PersonBucket bucket, byte[] value, int bucketSeconds) =>
        database.ScriptEvaluateAsync(SharedPersonScript.Text, [bucket.Key], [bucket.Field, value, bucketSeconds]);

    private static void Deliver(byte[]? message, Action<UInt128, long> changed)
    {
        for (var rest = message.AsSpan(); rest.Length >= 24; rest = rest[24..])
        {
            changed(BinaryPrimitives.ReadUInt128BigEndian(rest), BinaryPrimitives.ReadInt64BigEndian(rest[16..]));
        }
    }
}
