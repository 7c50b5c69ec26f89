using System.Diagnostics;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.TestSupport;

namespace SesameGrpc.Benchmarks.Memory;

/// <summary>How many persons, and how long is measured.</summary>
internal sealed record MemoryPlan(long Scores, int Sample, double Seconds, IReadOnlyList<int> AtOnce)
{
    public static MemoryPlan Full { get; } = new(Scores: 1_000_000, Sample: 1_000_000, Seconds: 4, AtOnce: [1, 16, 64, 256]);

    public static MemoryPlan Short { get; } = Full with { Scores = 100_000, Sample = 100_000, Seconds = 1 };
}

/// <summary>What persons take in Redis, in the stores and in an instance's memory, and what a look-up costs that Redis answers. Every answer is checked.</summary>
internal static class MemoryBenchmark
{
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, TextWriter output, TextWriter progress)
    {
        var scores = arguments.ToList().IndexOf("--scores");
        var rest = BenchmarkArguments.Parse([.. arguments.Where((_, index) => scores < 0 || (index != scores && index != scores + 1))]);
        var plan = rest.IsShort ? MemoryPlan.Short : MemoryPlan.Full;
        plan = scores < 0 ? plan : plan with { Scores = long.Parse(arguments[scores + 1]) };
        var report = await RunAsync(plan, progress);
        await report.WriteAsync(output);
        if (rest.JsonFile is { } file)
        {
            await File.WriteAllTextAsync(file, report.ToJson());
        }

        return 0;
    }

    /// <summary>Measures, and throws unless every person is read as the store was given them.</summary>
    public static async Task<MemoryReport> RunAsync(MemoryPlan plan, TextWriter progress)
    {
        var local = LocalRow.Measure(plan.Sample);
        await progress.WriteLineAsync("Starting PostgreSQL, Redis and the gateway ...");
        await using var postgres = await PostgresServer.StartAsync(["shared_buffers=1GB", "max_wal_size=4GB"]);
        await using var redis = await RedisServer.StartAsync();
        await using var gateway = await StartAsync(await postgres.NewDatabaseAsync(), redis, plan);
        var clock = Stopwatch.StartNew();
        await MemoryWorld.PopulateAsync(gateway.Service<Database>(), plan.Scores, done => progress.WriteLine($"{done:N0} in the store"));
        var insertSeconds = clock.Elapsed.TotalSeconds;
        var (heap, indexes) = await StoreBytesAsync(gateway);
        var (before, cpu) = (await RedisMemory.UsedAsync(redis), await RedisMemory.CpuAsync(redis));
        clock.Restart();
        await RedisMemory.FillAsync(gateway, done => progress.WriteLine($"{done:N0} in Redis"));
        var fillSeconds = clock.Elapsed.TotalSeconds;
        var fillCpu = (await RedisMemory.CpuAsync(redis) - cpu) * 1e6 / plan.Scores;
        var used = await RedisMemory.UsedAsync(redis) - before;
        var warm = new List<WarmRow>();
        foreach (var atOnce in plan.AtOnce)
        {
            warm.Add(await WarmRow.MeasureAsync(gateway, redis, plan.Scores, atOnce, plan.Seconds));
            await progress.WriteLineAsync($"{atOnce} at once: {warm[^1].PerSecond:F0} look-ups/s");
        }

        var forms = await RedisForms.MeasureAsync(plan.Sample);
        return new MemoryReport(
            plan.Scores,
            (double)used / plan.Scores,
            fillSeconds,
            fillCpu,
            await RedisMemory.BytesOfPlainKeysAsync(plan.Sample, keyLength: 27, forms[^1].ValueBytes),
            forms,
            (double)(heap + indexes) / plan.Scores,
            (double)indexes / plan.Scores,
            insertSeconds,
            await ConsentBytesAsync(gateway, Math.Min(plan.Sample, plan.Scores)),
            await SqliteBytesAsync(plan.Sample),
            warm,
            local
        );
    }

    // Its own memory is as small as may be, so that Redis is asked; what it read stays good for the length of the run.
    private static Task<GatewayUnderTest> StartAsync(string database, RedisServer redis, MemoryPlan plan) =>
        GatewayUnderTest.StartAsync(
            new GatewaySetup
            {
                PostgreSql = database,
                Redis = redis.Configuration,
                Settings = new Dictionary<string, string?>
                {
                    ["Sesame:Redis:ExpectedPersons"] = $"{Math.Max(65_536, plan.Scores)}",
                    ["Sesame:Redis:LifetimeSeconds"] = "86400",
                    ["Sesame:Redis:TimeoutMilliseconds"] = "1000",
                    ["Sesame:Persons:MemoryCapacity"] = "1000",
                    ["Sesame:Persons:MemoryLifetimeSeconds"] = "1",
                },
            }
        );

    private static async Task<(long Heap, long Indexes)> StoreBytesAsync(GatewayUnderTest gateway) =>
        (await SizeAsync(gateway, "pg_table_size('persons')"), await SizeAsync(gateway, "pg_indexes_size('persons')"));

    private static async Task<double> ConsentBytesAsync(GatewayUnderTest gateway, long persons)
    {
        const string Both = "pg_total_relation_size('consents') + pg_total_relation_size('subjects')";
        var before = await SizeAsync(gateway, Both);
        await MemoryWorld.AgreeAsync(gateway.Service<Database>(), persons);
        return (double)(await SizeAsync(gateway, Both) - before) / persons;
    }

    private static async Task<long> SizeAsync(GatewayUnderTest gateway, string expression)
    {
        await using var connection = await gateway.Service<Database>().OpenAsync(CancellationToken.None);
        return await connection.Command($"SELECT {expression}").ScalarInt64Async(CancellationToken.None) ?? 0;
    }

    private static async Task<double> SqliteBytesAsync(int persons)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var database = gateway.Service<Database>();
        var before = await SizeAsync(database);
        await MemoryWorld.PopulateAsync(database, persons, _ => { });
        return (double)(await SizeAsync(database) - before) / persons;
    }

    private static async Task<long> SizeAsync(Database database)
    {
        await using var connection = await database.OpenAsync(CancellationToken.None);
        var pages = await connection.Command("PRAGMA page_count").ScalarInt64Async(CancellationToken.None);
        return (pages ?? 0) * (await connection.Command("PRAGMA page_size").ScalarInt64Async(CancellationToken.None) ?? 0);
    }
}
