using SesameGrpc.Benchmarks.Measuring;

namespace SesameGrpc.Benchmarks.Ledger;

/// <summary>One window: what was done in it, and the CPU that it took.</summary>
internal sealed record LedgerWindow(string Server, int Clients, LoadResult Load, CpuSeconds Cpu);

/// <summary>
/// Grants per second of the ledger against pgbench, which sends the same statements to the same PostgreSQL. All servers take turns in every round, so that a machine that gets
/// faster or slower does so for all of them.
/// </summary>
internal static class LedgerBenchmark
{
    private static readonly int[] Clients = [1, 8, 32];

    public static async Task<int> RunAsync(BenchmarkArguments arguments, TextWriter output, TextWriter progress)
    {
        var (rounds, seconds, persons) = arguments.IsShort ? (1, 1.0, 10_000) : (5, 4.0, 50_000);
        using var world = new LedgerWorld(persons);
        await progress.WriteLineAsync("Starting PostgreSQL and the gateways ...");
        await using var servers = await LedgerServers.StartAsync(world);
        var windows = new List<LedgerWindow>();
        var grants = servers.All.Select(server => server.Store).Distinct(StringComparer.Ordinal).ToDictionary(store => store, _ => 0L);

        // Round 0 warms up: code is compiled, connections are opened, statements are prepared. It counts in the stores only.
        for (var round = 0; round <= rounds; round++)
        {
            foreach (var clients in Clients)
            {
                foreach (var server in servers.All)
                {
                    await servers.SettleAsync();
                    var window = await MeasureAsync(server, clients, round == 0 ? 1 : seconds);
                    grants[server.Store] += window.Load.Calls;
                    if (round > 0)
                    {
                        windows.Add(window);
                    }

                    await progress.WriteLineAsync(
                        $"round {round}/{rounds}, {clients} clients, {server.Name}: {window.Load.Calls / window.Load.Seconds:F0} grants/s"
                    );
                }
            }
        }

        await servers.VerifyAsync(grants);
        var report = LedgerReport.Of(windows, rounds, seconds);
        await report.WriteAsync(output);
        if (arguments.JsonFile is { } file)
        {
            await File.WriteAllTextAsync(file, report.ToJson());
            await File.WriteAllTextAsync(Path.ChangeExtension(file, ".pgbench.sql"), servers.Script);
        }

        return 0;
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
