using SesameGrpc.Benchmarks.Memory;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.Benchmarks;

public sealed class MemoryBenchmarkTests
{
    // How fast anything is, is nothing for a test; how many bytes it takes, is. The benchmark itself compares each answer with what the store was given.
    [Fact]
    public async Task Memory_FewPersons_AreReadRightAndTakeAFewBytesEach()
    {
        Stores.Require(PostgresServer.IsInstalled, "postgresql-15");
        Stores.Require(RedisServer.Program is not null, "redis-server");
        var plan = new MemoryPlan(Scores: 80_000, Sample: 100_000, Seconds: 0.5, AtOnce: [16]);

        var report = await MemoryBenchmark.RunAsync(plan, TextWriter.Null);

        Assert.InRange(report.RedisBytesPerScore, 17, 40);
        Assert.All(report.Forms.SkipLast(1), form => Assert.InRange(form.RedisBytes, form.ValueBytes, 41));
        Assert.InRange(report.PlainKeyBytesPerScore, 3 * report.RedisBytesPerScore, 250);
        Assert.True(Assert.Single(report.Warm).ShareFromRedis > 0.9);
        Assert.Equal(0, report.Memory.BytesAllocatedPerHit, 0.1);
        Assert.InRange(report.Memory.HitRate, 0.95 * report.Memory.BestHitRate, report.Memory.BestHitRate + 0.01);
        Assert.InRange(report.PostgreSqlBytesPerPerson, 100, 500);
        Assert.InRange(report.SqliteBytesPerPerson, 100, 500);
    }
}
