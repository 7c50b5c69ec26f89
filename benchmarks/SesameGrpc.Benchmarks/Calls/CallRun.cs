using System.Diagnostics;
using SesameGrpc.Benchmarks.Measuring;

namespace SesameGrpc.Benchmarks.Calls;

/// <summary>One connection's part of a window: which calls are due when, and what came of them.</summary>
/// <param name="start">When the window begins, in ticks of the stopwatch.</param>
/// <param name="deadline">When it ends: no call is due from then on.</param>
/// <param name="interval">Between two calls of this connection, in ticks; 0: each is due when there is room for it.</param>
/// <param name="mostUnderWay">Most calls under way at once.</param>
/// <param name="most">Most calls in all.</param>
internal sealed class CallRun(long start, long deadline, double interval, int mostUnderWay, long most)
{
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly long[] sources = new long[4];
    private long begun;

    public int MostUnderWay { get; } = mostUnderWay;

    public LatencyHistogram Latencies { get; } = new();

    public IReadOnlyList<long> Sources => sources;

    public long Errors { get; private set; }

    public string FirstError { get; private set; } = "";

    /// <summary>Ends when every call that was begun has.</summary>
    public Task Ended => ended.Task;

    /// <summary>Whether a call may begin now; it counts from the time at which it was due.</summary>
    public bool TryBegin(long now, out long due)
    {
        due = interval > 0 ? start + (long)(begun * interval) : now;
        if (due > now || due >= deadline || begun >= most)
        {
            return false;
        }

        begun++;
        return true;
    }

    /// <summary>Whether no further call will begin.</summary>
    public bool IsOver(long now) => begun >= most || (now >= deadline && (interval <= 0 || start + (long)(begun * interval) >= deadline));

    public void Count(OpenCall call, long now)
    {
        Latencies.Record((long)((now - call.Due) * (1e9 / Stopwatch.Frequency)));
        sources[Math.Clamp((int)call.Source, 0, sources.Length - 1)]++;
        if (call.Fault is { } fault)
        {
            Errors++;
            FirstError = FirstError.Length > 0 ? FirstError : fault;
        }
    }

    public void End() => ended.TrySetResult();

    /// <summary>Ends the window early: what was begun and has no answer is an error, and so is that the connection was lost.</summary>
    public void Fail(string why)
    {
        Errors += Math.Max(1, begun - Latencies.Count);
        FirstError = FirstError.Length > 0 ? FirstError : why;
        End();
    }
}
