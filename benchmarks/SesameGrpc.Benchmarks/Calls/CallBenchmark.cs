using SesameGrpc.Benchmarks.Measuring;

namespace SesameGrpc.Benchmarks.Calls;

/// <summary>One window of a server: what was called, and what it took.</summary>
internal sealed record CallWindow(CallLoad Load, CallCpu Cpu, long AllocatedBytes, long ResidentBytes);

/// <summary>A server's turn in a round: at saturation, and then at half of that rate.</summary>
internal sealed record CallTurn(int Round, string Server, Shape Shape, CallWindow Saturated, CallWindow Half);

/// <summary>
/// Calls of a partner against the gateway, beside an empty method on the same Kestrel and beside what tutorials teach. All servers take turns in every round, so that a machine
/// that gets faster or slower does so for all of them.
/// </summary>
internal static class CallBenchmark
{
    private const double LongestPriming = 600;

    public static async Task<int> RunAsync(CallArguments arguments, TextWriter output, TextWriter progress)
    {
        var report = await RunAsync(arguments.Plan, progress);
        await report.WriteAsync(output);
        if (arguments.JsonFile is { } file)
        {
            await File.WriteAllTextAsync(file, report.ToJson());
        }

        return report.Rows.Any(row => row.Errors > 0) ? 1 : 0;
    }

    public static async Task<CallReport> RunAsync(CallPlan plan, TextWriter progress)
    {
        var turns = new List<CallTurn>();
        var handshakes = new List<HandshakeTurn>();
        var startUps = new List<StartUpTurn>();
        for (var start = 0; start < plan.Starts; start++)
        {
            await progress.WriteLineAsync($"start {start + 1}/{plan.Starts}: starting the servers ...");
            await using var servers = await CallServers.StartAsync(plan);
            await WarmUpAsync(servers, plan, progress);
            for (var round = 0; round < plan.Rounds; round++)
            {
                foreach (var (shape, server) in plan.Shapes.SelectMany(shape => servers.All.Select(server => (shape, server))))
                {
                    var turn = await TakeTurnAsync(servers, server, shape, plan, start * plan.Rounds + round);
                    turns.Add(turn);
                    await progress.WriteLineAsync(
                        $"start {start + 1}/{plan.Starts}, round {round + 1}/{plan.Rounds}, {shape.Connections} x {shape.Streams} {shape.Token}, {Describe(turn)}"
                    );
                }
            }

            handshakes.AddRange(
                plan.HandshakeSeconds > 0 ? await ConnectionCosts.ShakeHandsAsync(servers, plan.HandshakeSeconds, start) : []
            );
            startUps.AddRange(await ConnectionCosts.StartAgainAsync(servers, plan.StartUps));
        }

        return CallReport.Of(turns, handshakes, startUps, plan);
    }

    private static async Task WarmUpAsync(CallServers servers, CallPlan plan, TextWriter progress)
    {
        foreach (var server in servers.All)
        {
            foreach (var shape in plan.Shapes.DistinctBy(shape => shape.Token))
            {
                await ConnectAsync(servers, server, shape, plan);
                var load = await LoadAsync(servers, plan.WarmUpSeconds / 2, null);
                await progress.WriteLineAsync($"warm-up, {server.Name}: {load.CallsPerSecond:F0} calls/s {load.FirstError}");
            }

            if (server.Priming == Priming.BeforeTheFirst)
            {
                await CallAllAsync(servers);
            }
        }
    }

    private static Task<CallLoad> CallAllAsync(CallServers servers) =>
        AskAsync(servers, new LoadWindow(LongestPriming, null, IsOnceForEach: true));

    private static async Task<CallTurn> TakeTurnAsync(CallServers servers, MeasuredServer server, Shape shape, CallPlan plan, int round)
    {
        await ConnectAsync(servers, server, shape, plan);
        var priming = server.Priming == Priming.BeforeEachTurn ? await CallAllAsync(servers) : new CallLoad();
        var saturated = await MeasureAsync(servers, server, plan.Seconds, null);
        saturated = saturated with { Load = saturated.Load.WithErrorsOf(priming) };
        var half = await MeasureAsync(servers, server, plan.Seconds, saturated.Load.CallsPerSecond / 2);
        return new CallTurn(round, server.Name, shape, saturated, half);
    }

    private static async Task ConnectAsync(CallServers servers, MeasuredServer server, Shape shape, CallPlan plan)
    {
        var connect = new Connecting(await servers.TargetOfAsync(server), shape.Connections, shape.Streams, shape.Token, plan.Idle);
        await servers.Client.AskAsync<CallOrder, CallLoad>(new CallOrder(connect, null));
    }

    private static Task<CallLoad> LoadAsync(CallServers servers, double seconds, double? callsPerSecond) =>
        AskAsync(servers, new LoadWindow(seconds, callsPerSecond));

    private static Task<CallLoad> AskAsync(CallServers servers, LoadWindow window) =>
        servers.Client.AskAsync<CallOrder, CallLoad>(new CallOrder(null, window));

    private static async Task<CallWindow> MeasureAsync(CallServers servers, MeasuredServer server, double seconds, double? callsPerSecond)
    {
        var entries = await server.SettleAsync();
        var allocated = await server.AllocatedAsync();
        var before = servers.CpuOf(server);
        var load = await LoadAsync(servers, seconds, callsPerSecond);
        var resident = ProcessorTime.ResidentBytes(server.ProcessId);
        var added = await server.SettleAsync() - entries;
        var cpu = servers.CpuOf(server) - before;
        if (server.HasAuditLog && added != load.Calls)
        {
            load = load with
            {
                Errors = load.Errors + 1,
                FirstError = load.FirstError.Length > 0 ? load.FirstError : $"{load.Calls} calls, {added} entries of the audit log",
            };
        }

        return new CallWindow(load, cpu, await server.AllocatedAsync() - allocated, resident);
    }

    private static string Describe(CallTurn turn) =>
        $"{turn.Server}: {turn.Saturated.Load.CallsPerSecond:F0} calls/s, {turn.Saturated.Cpu.Server * 1e6 / Math.Max(1, turn.Saturated.Load.Calls):F1} us; "
        + $"half: {turn.Half.Load.CallsPerSecond:F0} calls/s, p99 {turn.Half.Load.P99Micros:F0} us "
        + $"{turn.Saturated.Load.FirstError}{turn.Half.Load.FirstError}";
}
