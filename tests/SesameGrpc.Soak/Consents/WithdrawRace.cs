using System.Diagnostics;
using System.Text.Json;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.TestSupport;

namespace SesameGrpc.Soak.Consents;

/// <summary>What came of a race.</summary>
/// <param name="Lookups">Answered look-ups, refused ones too.</param>
/// <param name="Disclosed">Those that told something; all of them before a withdrawal was acknowledged, if the gateway keeps its promise.</param>
/// <param name="DisclosedAfterAck">Those whose answer arrived after the acknowledgement.</param>
/// <param name="LeavesAfterWithdrawal">Disclosures that the audit log has behind their withdrawal, and that were decided half a second after it or later.</param>
/// <param name="Withdrawals">Withdrawals that were raced.</param>
internal sealed record WithdrawRaceResult(
    long Lookups,
    long Disclosed,
    long DisclosedAfterAck,
    long LeavesAfterWithdrawal,
    int Withdrawals
);

/// <summary>
/// Look-ups of one person at three instances race the withdrawal of the person's consent. Not one may be answered after the withdrawal is acknowledged, whatever it was that ended
/// the consent, and whether Redis is there or has been killed.
/// </summary>
internal static class WithdrawRace
{
    private const int Instances = 3;
    private const int LookupsPerRound = 1000;

    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, TextWriter output, TextWriter progress)
    {
        var lookups = SoakArguments.Number(arguments, "--lookups", 2 * LookupsPerRound);
        var store = SoakArguments.Store(arguments, StorageProvider.PostgreSql);
        var result = await RunAsync(store, lookups, progress);
        await output.WriteLineAsync(
            JsonSerializer.Serialize(
                new
                {
                    lookups = result.Lookups,
                    disclosed = result.Disclosed,
                    disclosed_after_ack = result.DisclosedAfterAck,
                    leaves_after_withdrawal = result.LeavesAfterWithdrawal,
                    withdrawals = result.Withdrawals,
                }
            )
        );
        return result is { DisclosedAfterAck: 0, LeavesAfterWithdrawal: 0 } ? 0 : 1;
    }

    public static async Task<WithdrawRaceResult> RunAsync(StorageProvider store, long lookups, TextWriter progress)
    {
        await using var postgres = store == StorageProvider.PostgreSql ? await PostgresServer.StartAsync() : null;
        await using var redis = await RedisServer.StartAsync(cluster: false);
        var database = postgres is null ? null : await postgres.NewDatabaseAsync();
        await using var stage = await WithdrawStage.StartAsync(database, redis.Configuration, Instances);
        var result = new WithdrawRaceResult(0, 0, 0, 0, 0);
        var rounds = (int)Math.Max(2, (lookups + LookupsPerRound - 1) / LookupsPerRound);
        for (var round = 0; round < rounds; round++)
        {
            if (round == rounds / 2)
            {
                await redis.KillAsync();
                await progress.WriteLineAsync("Redis is killed.");
            }

            var begun = Stopwatch.GetTimestamp();
            var (kind, one) = await stage.RunRoundAsync(round, lookups / rounds);
            result = new WithdrawRaceResult(
                result.Lookups + one.Lookups,
                result.Disclosed + one.Disclosed,
                result.DisclosedAfterAck + one.DisclosedAfterAck,
                result.LeavesAfterWithdrawal + one.LeavesAfterWithdrawal,
                result.Withdrawals + 1
            );
            await progress.WriteLineAsync(
                $"{round + 1}/{rounds} {kind}: {one.Disclosed} of {one.Lookups} disclosed, {one.DisclosedAfterAck} after the acknowledgement, {Stopwatch.GetElapsedTime(begun).TotalSeconds:0.0} s"
            );
        }

        return result;
    }
}
