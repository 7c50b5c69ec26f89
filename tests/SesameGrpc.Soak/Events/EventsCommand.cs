using System.Text.Json;
using SesameGrpc.Gateway.Configuration;

namespace SesameGrpc.Soak.Events;

/// <summary>The long form: events under way while the gateway and their consumer are killed again and again.</summary>
internal static class EventsCommand
{
    private const int DefaultEvents = 100_000;
    private const int DefaultKillMilliseconds = 2000;

    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, TextWriter output)
    {
        var events = (int)SoakArguments.Number(arguments, "--events", DefaultEvents);
        var seed = (int)SoakArguments.Number(arguments, "--seed", Random.Shared.Next());
        var killEvery = TimeSpan.FromMilliseconds(SoakArguments.Number(arguments, "--kill-every-ms", DefaultKillMilliseconds));
        var store = SoakArguments.Store(arguments, StorageProvider.Sqlite);
        await Console.Error.WriteLineAsync($"{events} events on {store}, a kill every {killEvery.TotalSeconds:0.#} s, seed {seed}");
        await using var run = await EventsRun.PrepareAsync(store, killEvery, seed);
        var result = await run.RunAsync(events, Console.Error);
        await output.WriteLineAsync(
            JsonSerializer.Serialize(
                new
                {
                    events = result.Committed,
                    missing = result.Missing,
                    out_of_order = result.OutOfOrder,
                    duplicates = result.Streamed.Duplicates,
                    unfounded = result.Unfounded,
                    webhook_delivered = result.Delivered,
                    webhook_pending = result.Committed - result.Delivered,
                    webhook_duplicates = result.Pushed.Duplicates,
                    gateway_kills = result.GatewayKills,
                    consumer_kills = result.ConsumerKills,
                    store = store.ToString(),
                    seed,
                }
            )
        );
        return result.IsSound ? 0 : 1;
    }
}
