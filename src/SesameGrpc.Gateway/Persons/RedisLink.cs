using System.Runtime.CompilerServices;
using SesameGrpc.Gateway.Configuration;
using StackExchange.Redis;

namespace SesameGrpc.Gateway.Persons;

/// <summary>
/// The connection to Redis, or to nothing where none is configured. Nobody waits for an answer longer than Sesame:Redis:TimeoutMilliseconds, and after failures in a row nobody asks for a
/// second. It is on the path of each look-up that memory cannot answer, so it is a counter and not a pipeline of strategies.
/// </summary>
internal sealed class RedisLink(RedisOptions options, TimeProvider time) : IAsyncDisposable
{
    private const int FailuresInARow = 4;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly ConnectionMultiplexer? redis =
        options.Configuration.Length == 0 ? null : ConnectionMultiplexer.Connect(Parse(options));
    private readonly TimeSpan timeout = TimeSpan.FromMilliseconds(options.TimeoutMilliseconds);
    private int failures;
    private long failedAt;

    /// <summary>Null where no Redis is configured.</summary>
    public ConnectionMultiplexer? Multiplexer => redis;

    private bool IsPaused => Volatile.Read(ref failures) >= FailuresInARow && time.GetElapsedTime(Volatile.Read(ref failedAt)) < Pause;

    /// <summary>Asks Redis; the other value where it does not answer in time, or with an error.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<T> TryAsync<TState, T>(TState state, Func<IDatabase, TState, Task<T>> ask, T otherwise)
    {
        if (redis is null || IsPaused)
        {
            return otherwise;
        }

        try
        {
            var answer = await ask(redis.GetDatabase(), state).WaitAsync(timeout, time);
            if (Volatile.Read(ref failures) != 0)
            {
                Volatile.Write(ref failures, 0);
            }

            return answer;
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException or ObjectDisposedException)
        {
            Volatile.Write(ref failedAt, time.GetTimestamp());
            Interlocked.Increment(ref failures);
            return otherwise;
        }
    }

    public ValueTask DisposeAsync() => redis?.DisposeAsync() ?? ValueTask.CompletedTask;

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
