using SesameGrpc.Benchmarks.Measuring;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Benchmarks.Calls;

/// <summary>Makes a row of a server's turns: each round's turn is compared with the same round's turn of the floor, and the median of the ratios counts.</summary>
internal static class CallRatios
{
    public static CallRow RowOf(IReadOnlyList<CallTurn> own, IReadOnlyList<CallTurn> all)
    {
        var (server, shape) = (own[0].Server, own[0].Shape);
        var floors = all.Where(turn => turn.Server == CallServers.Floor && turn.Shape == shape).ToDictionary(turn => turn.Round);
        return new CallRow
        {
            Server = server,
            Connections = shape.Connections,
            Streams = shape.Streams,
            Token = shape.Token,
            CallsPerS = (long)Median(turn => turn.Saturated.Load.CallsPerSecond),
            CpuUsPerCall = Round(Median(turn => CpuOf(turn.Saturated, cpu => cpu.Server))),
            CpuRatioToFloor = Ratio(turn => CpuOf(turn.Saturated, cpu => cpu.Server)),
            RateRatioToFloor = Ratio(turn => turn.Saturated.Load.CallsPerSecond),
            P99RatioToFloor = Ratio(turn => turn.Half.Load.P99Micros),
            HalfCpuRatioToFloor = Ratio(turn => CpuOf(turn.Half, cpu => cpu.Server)),
            ClientCpuUsPerCall = Round(Median(turn => CpuOf(turn.Saturated, cpu => cpu.Client))),
            RedisCpuUsPerCall = Round(Median(turn => CpuOf(turn.Saturated, cpu => cpu.Redis))),
            PostgresqlCpuUsPerCall = Round(Median(turn => CpuOf(turn.Saturated, cpu => cpu.PostgreSql))),
            P50Us = (long)Median(turn => turn.Saturated.Load.P50Micros),
            P99Us = (long)Median(turn => turn.Saturated.Load.P99Micros),
            P999Us = (long)Median(turn => turn.Saturated.Load.P999Micros),
            HalfCallsPerS = (long)Median(turn => turn.Half.Load.CallsPerSecond),
            HalfCpuUsPerCall = Round(Median(turn => CpuOf(turn.Half, cpu => cpu.Server))),
            HalfP50Us = (long)Median(turn => turn.Half.Load.P50Micros),
            HalfP99Us = (long)Median(turn => turn.Half.Load.P99Micros),
            HalfP999Us = (long)Median(turn => turn.Half.Load.P999Micros),
            RssMib = (long)Median(turn => turn.Saturated.ResidentBytes / 1024.0 / 1024),
            AllocatedBytesPerCall = (long)Median(AllocatedOf),
            AllocatedBytesBeyondFloor = (long)Median(turn => AllocatedOf(turn) - AllocatedOf(floors[turn.Round])),
            MemoryShare = ShareOf(AnswerSource.Memory),
            SharedCacheShare = ShareOf(AnswerSource.SharedCache),
            StoreShare = ShareOf(AnswerSource.Store),
            Errors = own.Sum(turn => turn.Saturated.Load.Errors + turn.Half.Load.Errors),
            FirstError = own.SelectMany(turn => new[] { turn.Saturated.Load.FirstError, turn.Half.Load.FirstError })
                .FirstOrDefault(error => error.Length > 0, ""),
        };

        double Median(Func<CallTurn, double> value) => Figures.Median(own.Select(value));

        double Ratio(Func<CallTurn, double> value) => Round(Figures.Median(own.Select(turn => value(turn) / value(floors[turn.Round]))));

        double ShareOf(AnswerSource source) =>
            Round(Median(turn => turn.Saturated.Load.Sources[(int)source] / (double)Math.Max(1, turn.Saturated.Load.Calls)));
    }

    public static HandshakeRow RowOf(IReadOnlyList<HandshakeTurn> own, IReadOnlyList<HandshakeTurn> all)
    {
        var (server, isResumed) = (own[0].Server, own[0].IsResumed);
        var floors = all.Where(turn => turn.Server == CallServers.Floor && turn.IsResumed == isResumed).ToDictionary(turn => turn.Start);
        return new HandshakeRow(
            server,
            isResumed,
            (long)Figures.Median(own.Select(turn => turn.Load.CallsPerSecond)),
            Round(Figures.Median(own.Select(turn => turn.CpuMicros))),
            Round(Figures.Median(own.Select(turn => turn.CpuMicros / floors[turn.Start].CpuMicros))),
            (long)Figures.Median(own.Select(turn => turn.Load.P50Micros)),
            (long)Figures.Median(own.Select(turn => turn.Load.P99Micros))
        );
    }

    private static double CpuOf(CallWindow window, Func<CallCpu, double> share) => share(window.Cpu) * 1e6 / Math.Max(1, window.Load.Calls);

    private static double AllocatedOf(CallTurn turn) => turn.Saturated.AllocatedBytes / (double)Math.Max(1, turn.Saturated.Load.Calls);

    private static double Round(double value) => double.IsFinite(value) ? Math.Round(value, 3) : 0;
}
