using SesameGrpc.Benchmarks.Measuring;

namespace SesameGrpc.Benchmarks.Ledger;

/// <summary>One row: medians over the rounds. CPU in microseconds per grant.</summary>
internal sealed record LedgerRow(
    string Server,
    int Clients,
    long GrantsPerSecond,
    double? RatioToPgbench,
    double? LowestRatio,
    double? HighestRatio,
    long P50Micros,
    long P99Micros,
    long GatewayCpuMicros,
    long ClientCpuMicros,
    long PostgreSqlCpuMicros
);

/// <summary>The figures of a run, as a table and as JSON.</summary>
internal sealed record LedgerReport(string Machine, int Rounds, double SecondsPerWindow, IReadOnlyList<LedgerRow> Rows)
{
    public static LedgerReport Of(IReadOnlyList<LedgerWindow> windows, LedgerPlan plan)
    {
        var rows = windows.GroupBy(window => (window.Server, window.Clients)).Select(group => RowOf([.. group], windows));
        return new LedgerReport(MachineLine, plan.Rounds, plan.Seconds, [.. rows.OrderBy(row => row.Clients)]);
    }

    public string ToJson() => Figures.ToJson(this);

    public async Task WriteAsync(TextWriter output)
    {
        await output.WriteLineAsync($"{Machine}; {Rounds} rounds of {SecondsPerWindow} s");
        await output.WriteLineAsync(
            "clients  server               grants/s  : pgbench  (lowest-highest)   p50 us   p99 us  CPU us per grant: gateway   client  PostgreSQL"
        );
        foreach (var row in Rows)
        {
            await output.WriteLineAsync(
                $"{row.Clients, 7}  {row.Server, -18} {row.GrantsPerSecond, 10}  {row.RatioToPgbench, 9:F2}  {Range(row), 16}  {row.P50Micros, 7}  {row.P99Micros, 7}  "
                    + $"{row.GatewayCpuMicros, 25}  {row.ClientCpuMicros, 7}  {row.PostgreSqlCpuMicros, 10}"
            );
        }
    }

    private static string Range(LedgerRow row) => row.LowestRatio is null ? "" : $"{row.LowestRatio:F2}-{row.HighestRatio:F2}";

    private static LedgerRow RowOf(IReadOnlyList<LedgerWindow> own, IReadOnlyList<LedgerWindow> all)
    {
        var (server, clients) = (own[0].Server, own[0].Clients);

        // Each round's window against the same round's window of pgbench; SQLite is another store, whose ratio would say nothing.
        var reference = all.Where(window => window.Server == LedgerServers.Reference && window.Clients == clients);
        var ratios = own.Zip(reference, (window, other) => RateOf(window) / RateOf(other)).Order().ToList();
        var compares = server != "ledger, SQLite";
        return new LedgerRow(
            server,
            clients,
            (long)Figures.Median(own, RateOf),
            compares ? Figures.Round(Figures.Median(ratios, ratio => ratio)) : null,
            compares ? Figures.Round(ratios[0]) : null,
            compares ? Figures.Round(ratios[^1]) : null,
            (long)Figures.Median(own, window => window.Load.P50Micros),
            (long)Figures.Median(own, window => window.Load.P99Micros),
            (long)Figures.Median(own, window => window.Cpu.Gateway * 1e6 / window.Load.Calls),
            (long)Figures.Median(own, window => window.Cpu.Client * 1e6 / window.Load.Calls),
            (long)Figures.Median(own, window => window.Cpu.PostgreSql * 1e6 / window.Load.Calls)
        );
    }

    private static string MachineLine =>
        $"{Figures.MachineLine()}, Npgsql {typeof(Npgsql.NpgsqlConnection).Assembly.GetName().Version}, PostgreSQL 15, fsync on";

    private static double RateOf(LedgerWindow window) => window.Load.Calls / window.Load.Seconds;
}
