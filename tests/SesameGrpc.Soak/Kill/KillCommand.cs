using System.Text.Json;
using SesameGrpc.Gateway.Configuration;

namespace SesameGrpc.Soak.Kill;

/// <summary>The long form: kills a gateway at every failpoint and at random times, and with PostgreSQL also the store itself.</summary>
internal static class KillCommand
{
    private const int DefaultKills = 200;
    private const int FewestStoreKills = 2;
    private const int GatewayKillsPerStoreKill = 10;

    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, TextWriter output)
    {
        var kills = (int)SoakArguments.Number(arguments, "--kills", DefaultKills);
        var seed = (int)SoakArguments.Number(arguments, "--seed", Random.Shared.Next());
        var store = SoakArguments.Store(arguments, StorageProvider.Sqlite);
        await Console.Error.WriteLineAsync($"{kills} kills on {store}, seed {seed}");
        var result = await KillRun.RunAsync(store, KillPlan.Draw(store, kills, seed), seed, Console.Error);
        if (store == StorageProvider.PostgreSql)
        {
            var storeKills = (int)
                SoakArguments.Number(arguments, "--store-kills", Math.Max(FewestStoreKills, kills / GatewayKillsPerStoreKill));
            await StoreKills.RunAsync(storeKills, seed, result, Console.Error);
        }

        foreach (var fault in result.Lost.Concat(result.HalfDone).Concat(result.Broken))
        {
            await Console.Error.WriteLineAsync(fault);
        }

        await output.WriteLineAsync(
            JsonSerializer.Serialize(
                new
                {
                    kills = result.Kills,
                    store_kills = result.StoreKills,
                    acknowledged = result.Acknowledged,
                    lost = result.Lost.Count,
                    half_done = result.HalfDone.Count,
                    broken = result.Broken.Count,
                    resolved = result.Resolved,
                    replays = result.Replays,
                    payments = result.Payments,
                    failpoints = result.DiedAt.Count,
                    store = store.ToString(),
                    seed,
                }
            )
        );
        return result.IsSound && result.Kills == kills ? 0 : 1;
    }
}
