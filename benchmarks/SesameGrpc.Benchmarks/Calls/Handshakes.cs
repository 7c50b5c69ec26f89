using System.Diagnostics;
using SesameGrpc.Benchmarks.Calls.Http2;
using SesameGrpc.Benchmarks.Measuring;

namespace SesameGrpc.Benchmarks.Calls;

/// <summary>Connects again and again: mutual TLS, and HTTP/2 up to the server's settings, behind which a client has the tickets for its next connection.</summary>
internal static class Handshakes
{
    public static async Task<CallLoad> RunAsync(HandshakeWindow window, int atOnce)
    {
        var start = Stopwatch.GetTimestamp();
        var deadline = start + (long)(window.Seconds * Stopwatch.Frequency);
        var lanes = await Task.WhenAll(
            Enumerable.Range(0, atOnce).Select(lane => Task.Run(() => RunLaneAsync(window, lane % window.Target.Callers.Count, deadline)))
        );
        var latencies = new LatencyHistogram();
        lanes.ToList().ForEach(latencies.Add);
        return new CallLoad
        {
            Calls = latencies.Count,
            Seconds = Stopwatch.GetElapsedTime(start).TotalSeconds,
            P50Micros = latencies.MicrosAt(0.50),
            P99Micros = latencies.MicrosAt(0.99),
            P999Micros = latencies.MicrosAt(0.999),
        };
    }

    // A handshake that fails ends the run.
    private static async Task<LatencyHistogram> RunLaneAsync(HandshakeWindow window, int caller, long deadline)
    {
        var credentials = new CallerCredentials(window.Target.Callers[caller], window.Target.Ca, window.IsResumed);
        var latencies = new LatencyHistogram();
        var before = Stopwatch.GetTimestamp();
        do
        {
            await ConnectAsync(credentials, window.Target);
            var after = Stopwatch.GetTimestamp();
            latencies.Record((long)((after - before) * (1e9 / Stopwatch.Frequency)));
            before = after;
        } while (before < deadline);

        return latencies;
    }

    private static async Task ConnectAsync(CallerCredentials credentials, CallTarget target)
    {
        await using var stream = await credentials.ConnectAsync(target.Port);
        var writer = new RequestWriter(new CallMessage(target.Kind), $"localhost:{target.Port}", credentials.Token, isIndexed: false);
        writer.AddPreface();
        stream.Write(writer.Take());
        var header = new byte[Frame.Size];
        await stream.ReadExactlyAsync(header);
        if (Frame.Read(header).Type != FrameType.Settings)
        {
            throw new NotSupportedException("The server did not begin with its settings (RFC 9113 section 3.4).");
        }
    }
}
