using SesameGrpc.Soak.Ledger;
using Xunit;

namespace SesameGrpc.Functional.Tests.Ledger;

/// <summary>64 workers on a few hot persons while limits fall: no promise is broken, and the order of the log explains every answer. The long form is tests/soak/ledger.sh.</summary>
public sealed class LedgerStormTests(Stores stores)
{
    [Theory]
    [InlineData(Store.Sqlite, 1, 6_000)]
    [InlineData(Store.PostgreSql, 1, 6_000)]
    [InlineData(Store.PostgreSql, 3, 6_000)]
    public async Task Calls_Of64WorkersWhileLimitsFall_BreakNoPromise(Store store, int instances, int calls)
    {
        var seed = Random.Shared.Next();
        await using var stage = await LedgerStage.StartAsync(await stores.ConnectionStringAsync(store), instances);
        var storm = new LedgerStorm(stage, seed);
        using var progress = new StringWriter();

        await storm.RunAsync(calls, progress);

        TestContext.Current.TestOutputHelper?.WriteLine($"Seed {seed}: {storm.Tally}.");
        Assert.True(storm.Violations.Count == 0, $"Seed {seed}: {string.Join('\n', storm.Violations)}");
        Assert.Empty(storm.Tally.Lacks());
    }
}
