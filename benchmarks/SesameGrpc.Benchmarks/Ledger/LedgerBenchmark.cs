using SesameGrpc.Benchmarks.Measuring;

namespace SesameGrpc.Benchmarks.Ledger;

/// <summary>One window: what was done in it, and the CPU that it took.</summary>
internal sealed record LedgerWindow(string Server, int Clients, LoadResult Load, CpuSeconds Cpu);

/// <summary>How long and how often is measured. The warm-up is a round that counts in the stores only; without seconds there is none.</summary>
internal sealed record LedgerPlan(int Rounds, double Seconds, double WarmUpSeconds, int Persons, IReadOnlyList<int> Clients)
{
    public static LedgerPlan Full { get; } = new(Rounds: 5, Seconds: 4, WarmUpSeconds: 2, Persons: 50_000, Clients: [1, 8, 32]);

    public static LedgerPlan Short { get; } = Full with { Rounds = 1, Seconds = 1, WarmUpSeconds = 1, Persons = 10_000 };
}

/// <summary>
/// Grants per second of the ledger against pgbench, which sends the same statements to the same PostgreSQL. All servers take turns in every round, so that a machine that gets
/// faster or slower does so for all of them.
/// </summary>
internal static class LedgerBenchmark
{
    public static async Task<int> RunAsync(BenchmarkArguments arguments, TextWriter output, TextWriter progress)
    {
        var (report, script) = await RunAsync(arguments.IsShort ? LedgerPlan.Short : LedgerPlan.Full, progress);
        await report.WriteAsync(output);
        if (arguments.JsonFile is { } file)
        {
            await File.WriteAllTextAsync(file, report.ToJson());
            await File.WriteAllTextAsync(Path.ChangeExtension(file, ".pgbench.sql"), script);
        }

        return 0;
    }

    /// <summary>Measures, and throws unless every grant was given and is in its store; returns the figures and what pgbench ran.</summary>
    public static async Task<(LedgerReport Report, string Script)> RunAsync(LedgerPlan plan, TextWriter progress)
    {
        using var world = new LedgerWorld(plan.Persons);
        await progress.WriteLineAsync("Starting PostgreSQL and the gateways ...");
        await using var servers = await LedgerServers.StartAsync(world);
        var windows = new List<LedgerWindow>();
        var grants = servers.All.Select(server => server.Store).Distinct(StringComparer.Ordinal).ToDictionary(store => store, _ => 0L);
        for (var round = plan.WarmUpSeconds > 0 ? 0 : 1; round <= plan.Rounds; round++)
        {
            foreach (var (clients, server) in plan.Clients.SelectMany(clients => servers.All.Select(server => (clients, server))))
            {
                await servers.SettleAsync();
                var window = await MeasureAsync(server, clients, round == 0 ? plan.WarmUpSeconds : plan.Seconds);
                grants[server.Store] += window.Load.Calls;
                if (round > 0)
                {
                    windows.Add(window);
                }

                await progress.WriteLineAsync(
                    $"round {round}/{plan.Rounds}, {clients} clients, {server.Name}: {window.Load.Calls / window.Load.Seconds:F0} grants/s"
                );
            }
        }

        await servers.VerifyAsync(grants);
        return (LedgerReport.Of(windows, plan), servers.Script);
    }

    private static async Task<LedgerWindow> MeasureAsync(LedgerServer server, int clients, double seconds)
    {
        var before = server.Cpu();
        var load = await server.RunAsync(clients, seconds);
        var after = server.Cpu();
        var cpu = new CpuSeconds(after.Gateway - before.Gateway, after.Client - before.Client, after.PostgreSql - before.PostgreSql);
        return new LedgerWindow(server.Name, clients, load, cpu);
    }
}
