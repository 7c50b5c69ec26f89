using SesameGrpc.Benchmarks.Measuring;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Persons;
using SesameGrpc.TestSupport;
using StackExchange.Redis;

namespace SesameGrpc.Benchmarks.Memory;

/// <summary>Look-ups of random persons that Redis answers, side by side with bare HGETs of the same fields; CPU in microseconds a look-up.</summary>
internal sealed record WarmRow(
    int AtOnce,
    double PerSecond,
    double CpuMicros,
    double BareCpuMicros,
    double RedisCpuMicros,
    double AllocatedBytes,
    double BareAllocatedBytes,
    double ShareFromRedis
)
{
    private const int Rounds = 5;

    public static async Task<WarmRow> MeasureAsync(GatewayUnderTest gateway, RedisServer redis, long persons, int atOnce, double seconds)
    {
        var reader = gateway.Service<PersonReader>();
        var generation = gateway.Service<SharedPersonCache>().Generation;
        await using var connection = await ConnectionMultiplexer.ConnectAsync(redis.Configuration);
        var database = connection.GetDatabase();
        long fromRedis = 0;
        var rounds = new List<(Window Own, Window Bare)>();
        for (var round = 0; round < Rounds; round++)
        {
            rounds.Add(
                (
                    await MeasureAsync(redis, atOnce, seconds / Rounds, LookUpAsync),
                    await MeasureAsync(redis, atOnce, seconds / Rounds, AskAsync)
                )
            );
        }

        return new WarmRow(
            atOnce,
            Figures.Median(rounds.Select(round => round.Own.Calls / round.Own.Seconds)),
            Figures.Median(rounds.Select(round => round.Own.CpuMicros)),
            Figures.Median(rounds.Select(round => round.Bare.CpuMicros)),
            Figures.Median(rounds.Select(round => round.Own.RedisCpuMicros)),
            Figures.Median(rounds.Select(round => round.Own.AllocatedBytes)),
            Figures.Median(rounds.Select(round => round.Bare.AllocatedBytes)),
            (double)fromRedis / rounds.Sum(round => round.Own.Calls)
        );

        async Task LookUpAsync()
        {
            var number = Random.Shared.NextInt64(persons);
            var reading = await reader.GetAsync(MemoryWorld.IdOf(number), CancellationToken.None, static token => token);
            MemoryWorld.Require(reading.Person, number);
            if (reading.Source == AnswerSource.SharedCache)
            {
                Interlocked.Increment(ref fromRedis);
            }
        }

        async Task AskAsync()
        {
            var bucket = PersonBucket.Of((UInt128)Random.Shared.NextInt64() << 65, generation);
            await database.HashGetAsync(bucket.Key, bucket.Field);
        }
    }

    private static async Task<Window> MeasureAsync(RedisServer redis, int atOnce, double seconds, Func<Task> call)
    {
        var (before, redisBefore) = (ProcessorTime.OfProcess(Environment.ProcessId), await RedisMemory.CpuAsync(redis));
        var allocated = GC.GetTotalAllocatedBytes();
        var load = await ClosedLoop.RunAsync(atOnce, seconds, _ => call());
        var cpu = ProcessorTime.OfProcess(Environment.ProcessId) - before;
        var redisCpu = await RedisMemory.CpuAsync(redis) - redisBefore;
        allocated = GC.GetTotalAllocatedBytes() - allocated;
        return new Window(load.Calls, load.Seconds, cpu * 1e6 / load.Calls, redisCpu * 1e6 / load.Calls, (double)allocated / load.Calls);
    }

    private sealed record Window(long Calls, double Seconds, double CpuMicros, double RedisCpuMicros, double AllocatedBytes);
}
