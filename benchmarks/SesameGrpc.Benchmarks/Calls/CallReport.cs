using SesameGrpc.Benchmarks.Measuring;

namespace SesameGrpc.Benchmarks.Calls;

/// <summary>One row: medians over the rounds. Without a suffix, figures are of saturation; Half is at half of that rate. CPU is in microseconds per call; ratios are to the floor.</summary>
internal sealed record CallRow
{
    public required string Server { get; init; }
    public required int Connections { get; init; }
    public required int Streams { get; init; }
    public required TokenForm Token { get; init; }
    public required long CallsPerS { get; init; }
    public required double CpuUsPerCall { get; init; }
    public required double CpuRatioToFloor { get; init; }
    public required double RateRatioToFloor { get; init; }
    public required double P99RatioToFloor { get; init; }
    public required double HalfCpuRatioToFloor { get; init; }
    public required double ClientCpuUsPerCall { get; init; }
    public required double RedisCpuUsPerCall { get; init; }
    public required double PostgresqlCpuUsPerCall { get; init; }
    public required long P50Us { get; init; }
    public required long P99Us { get; init; }
    public required long P999Us { get; init; }
    public required long HalfCallsPerS { get; init; }
    public required double HalfCpuUsPerCall { get; init; }
    public required long HalfP50Us { get; init; }
    public required long HalfP99Us { get; init; }
    public required long HalfP999Us { get; init; }
    public required long RssMib { get; init; }
    public required long AllocatedBytesPerCall { get; init; }
    public required long AllocatedBytesBeyondFloor { get; init; }

    /// <summary>Which share of the answers says that the person was in memory, in Redis, in the store.</summary>
    public required double MemoryShare { get; init; }
    public required double SharedCacheShare { get; init; }
    public required double StoreShare { get; init; }
    public required long Errors { get; init; }
    public required string FirstError { get; init; }
}

/// <summary>Connections that were made and closed again; medians over the starts.</summary>
internal sealed record HandshakeRow(
    string Server,
    bool IsResumed,
    long HandshakesPerS,
    double CpuUsPerHandshake,
    double CpuRatioToFloor,
    long P50Us,
    long P99Us
);

/// <summary>Median of the times from a process's start to its first right answer.</summary>
internal sealed record StartUpRow(string Server, long Ms);

/// <summary>The figures of a run, as a table and as JSON.</summary>
internal sealed record CallReport(
    string Machine,
    int Starts,
    int Rounds,
    double SecondsPerWindow,
    int Persons,
    int Partners,
    int IdleConnections,
    IReadOnlyList<CallRow> Rows,
    IReadOnlyList<HandshakeRow> Handshakes,
    IReadOnlyList<StartUpRow> StartUps
)
{
    public static CallReport Of(
        IReadOnlyList<CallTurn> turns,
        IReadOnlyList<HandshakeTurn> handshakes,
        IReadOnlyList<StartUpTurn> startUps,
        CallPlan plan
    )
    {
        var rows = turns.GroupBy(turn => (turn.Server, turn.Shape)).Select(group => CallRatios.RowOf([.. group], turns));
        return new CallReport(
            Figures.MachineLine(),
            plan.Starts,
            plan.Rounds,
            plan.Seconds,
            plan.Persons,
            plan.Partners,
            plan.Idle,
            [.. rows.OrderBy(row => (row.Connections, row.Token))],
            [.. handshakes.GroupBy(turn => (turn.Server, turn.IsResumed)).Select(group => CallRatios.RowOf([.. group], handshakes))],
            [
                .. startUps
                    .GroupBy(turn => turn.Server, StringComparer.Ordinal)
                    .Select(group => new StartUpRow(group.Key, (long)Figures.Median(group.Select(turn => turn.Millis)))),
            ]
        );
    }

    public string ToJson() => Figures.ToJson(this);

    public async Task WriteAsync(TextWriter output)
    {
        await output.WriteLineAsync(
            $"{Machine}; {Starts} starts, {Rounds} rounds of {SecondsPerWindow} s; {Persons} persons, {Partners} partners, {IdleConnections} idle connections"
        );
        await output.WriteLineAsync(
            "conns token    server                       calls/s  :floor | CPU us  :floor  client   redis      pg |     p50     p99   p99.9 us"
                + " | half: CPU us     p50     p99   p99.9 us  p99 :floor | RSS MiB  B/call  beyond floor | memory   redis   store | errors"
        );
        foreach (var row in Rows)
        {
            await output.WriteLineAsync(
                $"{row.Connections, 5} {row.Token, -8} {row.Server, -27} {row.CallsPerS, 8} {row.RateRatioToFloor, 7:F2} | {row.CpuUsPerCall, 6:F1} {row.CpuRatioToFloor, 7:F2} "
                    + $"{row.ClientCpuUsPerCall, 7:F1} {row.RedisCpuUsPerCall, 7:F1} {row.PostgresqlCpuUsPerCall, 7:F1} | {row.P50Us, 7} {row.P99Us, 7} {row.P999Us, 7}    | "
                    + $"{row.HalfCpuUsPerCall, 12:F1} {row.HalfP50Us, 7} {row.HalfP99Us, 7} {row.HalfP999Us, 7} {row.P99RatioToFloor, 14:F2} | "
                    + $"{row.RssMib, 7} {row.AllocatedBytesPerCall, 7} {row.AllocatedBytesBeyondFloor, 13} | "
                    + $"{row.MemoryShare, 6:P0} {row.SharedCacheShare, 7:P0} {row.StoreShare, 7:P0} | {row.Errors} {row.FirstError}"
            );
        }

        foreach (var row in Handshakes)
        {
            await output.WriteLineAsync(
                $"{(row.IsResumed ? "resumed" : "full")} handshakes, {row.Server}: {row.HandshakesPerS}/s, CPU {row.CpuUsPerHandshake:F0} us ({row.CpuRatioToFloor:F2} of the floor's), "
                    + $"p50 {row.P50Us} us, p99 {row.P99Us} us"
            );
        }

        foreach (var row in StartUps)
        {
            await output.WriteLineAsync($"start to first call, {row.Server}: {row.Ms} ms");
        }
    }
}
