using System.Diagnostics;
using SesameGrpc.Benchmarks.Measuring;

namespace SesameGrpc.Benchmarks.Calls;

/// <summary>
/// The client process, which makes all calls. It is light, so that what is measured is the server: HTTP/2 by hand over TLS, no task, message or allocation per call. It does what
/// it is told, one order at a time.
/// </summary>
internal sealed class CallClient : IDisposable
{
    // Enough to keep the server's processors busy.
    private const int HandshakesAtOnce = 8;

    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly List<CallConnection> connections = [];
    private readonly List<CallConnection> idle = [];
    private int streams;
    private int idlePort;

    public static async Task<int> RunAsync(TextReader input, TextWriter output)
    {
        using var client = new CallClient();
        return await VerbProcess.AnswerAsync<CallOrder, CallLoad>(input, output, client.ObeyAsync);
    }

    public void Dispose() => connections.Concat(idle).ToList().ForEach(connection => connection.Dispose());

    /// <summary>Does what an order says.</summary>
    public async Task<CallLoad> ObeyAsync(CallOrder order)
    {
        if (order.Handshakes is { } handshakes)
        {
            return await Handshakes.RunAsync(handshakes, HandshakesAtOnce);
        }

        if (order.Connect is { } connect)
        {
            await ConnectAsync(connect);
        }

        return order.Run is { } window ? await RunAsync(window) : new CallLoad();
    }

    private async Task ConnectAsync(Connecting connect)
    {
        connections.ForEach(connection => connection.Dispose());
        connections.Clear();
        streams = connect.Streams;
        var callers = new List<CallerCredentials>();
        foreach (var caller in connect.Target.Callers)
        {
            callers.Add(new CallerCredentials(caller, connect.Target.Ca));
        }

        if (idlePort != connect.Target.Port)
        {
            idle.ForEach(connection => connection.Dispose());
            idle.Clear();
            idlePort = connect.Target.Port;
        }

        // A server closes what was idle for long.
        idle.RemoveAll(connection => connection.HasEnded);
        while (idle.Count < connect.Idle)
        {
            idle.Add(await OpenAsync(connect, callers, idle.Count));
        }

        for (var index = 0; index < connect.Connections; index++)
        {
            connections.Add(await OpenAsync(connect, callers, index));
        }

        // gRPC C++ closes one now and then right after its handshake. It is made again before anything is called.
        await Task.Delay(Settling);
        for (var index = 0; index < connect.Connections; index++)
        {
            if (connections[index].HasEnded)
            {
                connections[index].Dispose();
                connections[index] = await OpenAsync(connect, callers, index);
            }
        }
    }

    private static async Task<CallConnection> OpenAsync(Connecting connect, List<CallerCredentials> callers, int index)
    {
        var caller = callers[index % callers.Count];
        var message = new CallMessage(connect.Target.Kind);
        var writer = new RequestWriter(message, $"localhost:{connect.Target.Port}", caller.Token, connect.Token == TokenForm.Indexed);
        var calls = new CallStreams(message, index % connect.Target.Persons, Math.Max(1, connect.Connections), connect.Target.Persons);
        var connection = new CallConnection(await caller.ConnectAsync(connect.Target.Port), writer, calls);
        await connection.BeginAsync();
        return connection;
    }

    private async Task<CallLoad> RunAsync(LoadWindow window)
    {
        var start = Stopwatch.GetTimestamp();
        var deadline = start + (long)(window.Seconds * Stopwatch.Frequency);
        var interval = window.CallsPerSecond is { } rate ? Stopwatch.Frequency * connections.Count / rate : 0;

        // Connections of a fixed rate take turns, so that their calls do not come all at once.
        var runs = connections
            .Select(
                (connection, index) =>
                    new CallRun(
                        start + (long)(interval * index / connections.Count),
                        deadline,
                        interval,
                        interval > 0 ? int.MaxValue : streams,
                        window.IsOnceForEach ? connection.Persons : long.MaxValue
                    )
            )
            .ToList();
        for (var index = 0; index < runs.Count; index++)
        {
            connections[index].Begin(runs[index]);
        }

        // In a closed loop every call is due when an answer comes.
        using (interval > 0 ? new CallClock(connections) : null)
        {
            var ended = Task.WhenAll(runs.Select(run => run.Ended));
            if (await Task.WhenAny(ended, Task.Delay(TimeSpan.FromSeconds(window.Seconds) + Patience)) != ended)
            {
                connections.ForEach(connection => connection.Abandon($"No answer within {Patience.TotalSeconds} s."));
            }
        }

        return LoadOf(runs, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    private static CallLoad LoadOf(List<CallRun> runs, double seconds)
    {
        var latencies = new LatencyHistogram();
        runs.ForEach(run => latencies.Add(run.Latencies));
        return new CallLoad
        {
            Calls = latencies.Count,
            Seconds = seconds,
            Errors = runs.Sum(run => run.Errors),
            FirstError = runs.Select(run => run.FirstError).FirstOrDefault(error => error.Length > 0, ""),
            P50Micros = latencies.MicrosAt(0.50),
            P99Micros = latencies.MicrosAt(0.99),
            P999Micros = latencies.MicrosAt(0.999),
            Sources = [.. Enumerable.Range(0, 4).Select(source => runs.Sum(run => run.Sources[source]))],
        };
    }
}
