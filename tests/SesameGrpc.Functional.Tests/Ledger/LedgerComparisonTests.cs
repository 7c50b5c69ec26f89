using SesameGrpc.Soak.Ledger;
using Xunit;

namespace SesameGrpc.Functional.Tests.Ledger;

/// <summary>The same script on both stores: the same answers, in the same order. The long form, 10,000 steps, is tests/soak/ledger-compare.sh.</summary>
public sealed class LedgerComparisonTests(Stores stores)
{
    private const int Steps = 4_000;

    [Fact]
    public async Task Script_OfRandomSteps_IsAnsweredAlikeByBothStores()
    {
        var seed = Random.Shared.Next();
        var tally = new LedgerTally();
        await using var sqlite = await LedgerStage.StartAsync(null);
        await using var postgres = await LedgerStage.StartAsync(await stores.ConnectionStringAsync(Store.PostgreSql));

        var differences = await LedgerComparison.CompareAsync(sqlite, postgres, tally, seed, Steps);

        TestContext.Current.TestOutputHelper?.WriteLine($"Seed {seed}: {tally}.");
        Assert.True(differences.Count == 0, $"Seed {seed}: {string.Join('\n', differences)}");
        Assert.Empty(tally.Lacks());
    }
}
