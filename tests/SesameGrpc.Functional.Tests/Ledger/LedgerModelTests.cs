using CsCheck;
using SesameGrpc.Soak.Ledger;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.Ledger;

/// <summary>
/// Scripts made at random against the model: every reply is the model's. A failing script is made smaller and printed with its seed; SESAME_LEDGER_SEED gives a seed.
/// </summary>
public sealed class LedgerModelTests(Stores stores)
{
    private const int Scripts = 24;
    private const int ShortestScript = 20;
    private const int LongestScript = 60;
    private const int Persons = 2;

    private static readonly Gen<int> Number = Gen.Int[0, Draw.MostTarget - 1];

    private static readonly Gen<Draw[]> Script = Gen.Select(
        Gen.Int[0, Draw.Kinds - 1],
        Number,
        Number,
        Number,
        Number,
        Number,
        Number,
        (kind, person, partner, programme, target, size, variant) => new Draw(kind, person, partner, programme, target, size, variant)
    ).Array[ShortestScript, LongestScript];

    [Theory]
    [InlineData(Store.Sqlite)]
    [InlineData(Store.PostgreSql)]
    public async Task Script_OfRandomSteps_IsAnsweredAsTheModelDoes(Store store)
    {
        await using var rail = await RailUnderTest.StartAsync();
        await using var stage = await LedgerStage.StartAsync(
            await stores.ConnectionStringAsync(store),
            settings: rail.Settings(collectAfterSeconds: 60)
        );
        var tally = new LedgerTally();
        var scripts = 0;

        // One at a time: the clock is everybody's.
        await Script.SampleAsync(
            async draws =>
            {
                var lane = await LedgerLane.StartAsync(stage, tally, $"s{Interlocked.Increment(ref scripts)}", Persons);
                await lane.RunAsync(draws);
                await lane.ReadAllAsync();
            },
            seed: Environment.GetEnvironmentVariable("SESAME_LEDGER_SEED"),
            iter: Scripts,
            threads: 1,
            print: draws => string.Join('\n', draws)
        );

        Assert.Empty(tally.Lacks());
        Assert.Empty(await LedgerInvariants.CheckAsync(stage.Gateway));
    }
}
