using System.Diagnostics;
using System.Net.Sockets;
using SesameGrpc.Benchmarks.Measuring;

namespace SesameGrpc.Benchmarks.Calls;

/// <summary>Handshakes of one server in one start.</summary>
internal sealed record HandshakeTurn(int Start, string Server, bool IsResumed, CallLoad Load, double CpuSeconds)
{
    public double CpuMicros => CpuSeconds * 1e6 / Load.Calls;
}

/// <summary>From a process's start to the first call that it answered rightly.</summary>
internal sealed record StartUpTurn(string Server, double Millis);

/// <summary>What comes before a call: connections, and the start of the server.</summary>
internal static class ConnectionCosts
{
    public static async Task<IReadOnlyList<HandshakeTurn>> ShakeHandsAsync(CallServers servers, double seconds, int start)
    {
        var turns = new List<HandshakeTurn>();
        foreach (var server in ProcessesOf(servers))
        {
            foreach (var isResumed in new[] { false, true })
            {
                var window = new HandshakeWindow(await servers.TargetOfAsync(server), seconds, isResumed);
                var before = ProcessorTime.OfProcess(server.ProcessId);
                var load = await servers.Client.AskAsync<CallOrder, CallLoad>(new CallOrder(null, null, window));
                turns.Add(new HandshakeTurn(start, server.Name, isResumed, load, ProcessorTime.OfProcess(server.ProcessId) - before));
            }
        }

        return turns;
    }

    /// <summary>Starts the servers again, one at a time; nothing else can be measured afterwards.</summary>
    public static async Task<IReadOnlyList<StartUpTurn>> StartAgainAsync(CallServers servers, int times)
    {
        var turns = new List<StartUpTurn>();
        foreach (var server in ProcessesOf(servers))
        {
            for (var time = 0; time < times && server.StopAsync is not null; time++)
            {
                var target = await servers.TargetOfAsync(server);
                var startAgain = await server.StopAsync();
                var begun = Stopwatch.GetTimestamp();
                startAgain();
                await AnswerAsync(target with { Persons = 1 });
                turns.Add(new StartUpTurn(server.Name, Stopwatch.GetElapsedTime(begun).TotalMilliseconds));
            }
        }

        return turns;
    }

    // What differs by the memory's size alone connects and starts as the others do.
    private static List<MeasuredServer> ProcessesOf(CallServers servers) =>
        [.. servers.All.Where(server => server.Priming == Priming.BeforeEachTurn).DistinctBy(server => server.ProcessId)];

    private static async Task AnswerAsync(CallTarget target)
    {
        var connect = new CallOrder(new Connecting(target, 1, 1, TokenForm.Literal, 0), new LoadWindow(1, null, IsOnceForEach: true));
        while (true)
        {
            try
            {
                using var client = new CallClient();
                var load = await client.ObeyAsync(connect);
                if (load is { Calls: > 0, Errors: 0 })
                {
                    return;
                }
            }
            catch (Exception exception) when (exception is SocketException or IOException)
            {
                // It does not listen yet.
            }

            await Task.Delay(2);
        }
    }
}
