using Microsoft.Extensions.Time.Testing;
using SesameGrpc.Gateway.Audit;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.Storage;

/// <summary>SQLite's log is written into its file by the gateway, not by whichever commit makes it too long.</summary>
public sealed class SqliteCheckpointerTests
{
    [Fact]
    public async Task Checkpoint_OfALongLog_PutsItIntoTheFileAndTheLogBeginsAnew()
    {
        // Its clock stands still, so the gateway's own worker does not look at the log.
        await using var gateway = await GatewayUnderTest.StartAsync(
            new GatewaySetup { Time = new FakeTimeProvider(TimeProvider.System.GetUtcNow()) }
        );
        var file = Path.Combine(gateway.DataDirectory, "gateway.db");
        var before = new FileInfo(file).Length;
        await AppendAsync(gateway, 40_000);

        // Longer than the 1,000 pages at which SQLite would have written it into the file by itself.
        var length = new FileInfo($"{file}-wal").Length;
        Assert.True(length > 2000 * 4096);
        Assert.Equal(before, new FileInfo(file).Length);

        await gateway.Service<SqliteCheckpointer>().CheckpointAsync(CancellationToken.None);

        Assert.True(new FileInfo(file).Length > before + 4_000_000);
        await AppendAsync(gateway, 1_000);
        Assert.Equal(length, new FileInfo($"{file}-wal").Length);
    }

    private static async Task AppendAsync(GatewayUnderTest gateway, int count)
    {
        var (log, entries) = (gateway.Service<AuditLog>(), gateway.Service<AuditEntries>());
        foreach (var numbers in Enumerable.Range(0, count).Chunk(1000))
        {
            await log.AppendAsync(
                [.. numbers.Select(number => entries.New("partner:one", new string('m', 200), $"{number}"))],
                CancellationToken.None
            );
        }
    }
}
