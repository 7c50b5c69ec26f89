using System.Diagnostics;

namespace SesameGrpc.Benchmarks.Measuring;

/// <summary>What a closed loop of clients got done in a window: every client makes its next call when the one before is answered.</summary>
internal sealed record LoadResult(long Calls, double Seconds, double P50Micros, double P99Micros)
{
    public static LoadResult Of(List<double> micros, double seconds)
    {
        micros.Sort();
        return new LoadResult(micros.Count, seconds, At(micros, 0.50), At(micros, 0.99));
    }

    private static double At(List<double> sorted, double share) =>
        sorted.Count == 0 ? 0 : sorted[Math.Min(sorted.Count - 1, (int)(sorted.Count * share))];
}

internal static class ClosedLoop
{
    /// <summary>Runs the clients side by side; call gets the client's number, from 0 on. A call that throws ends the run.</summary>
    public static async Task<LoadResult> RunAsync(int clients, double seconds, Func<int, Task> call)
    {
        var start = Stopwatch.GetTimestamp();
        var end = start + (long)(seconds * Stopwatch.Frequency);
        var micros = await Task.WhenAll(Enumerable.Range(0, clients).Select(client => Task.Run(() => RunClientAsync(client, end, call))));
        return LoadResult.Of([.. micros.SelectMany(client => client)], Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    private static async Task<List<double>> RunClientAsync(int client, long end, Func<int, Task> call)
    {
        var micros = new List<double>();
        for (var before = Stopwatch.GetTimestamp(); before < end; )
        {
            await call(client);
            var after = Stopwatch.GetTimestamp();
            micros.Add((after - before) * 1e6 / Stopwatch.Frequency);
            before = after;
        }

        return micros;
    }
}
