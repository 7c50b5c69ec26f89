using SesameGrpc.Benchmarks.Measuring;

namespace SesameGrpc.Benchmarks.Imports;

/// <summary>One row: medians over the rounds. CPU in microseconds per row of the file.</summary>
internal sealed record ImportRow(
    string Loader,
    long RowsPerSecond,
    double? Ratio,
    double? LowestRatio,
    double? HighestRatio,
    double ProgramCpuMicros,
    double GatewayCpuMicros,
    double PostgreSqlCpuMicros
);

/// <summary>The figures of a run, as a table and as JSON.</summary>
internal sealed record ImportReport(string Machine, int Rounds, int RowsOfFile, IReadOnlyList<ImportRow> Rows)
{
    // Each store's import against what its own shell loads into a table with the same key.
    private static readonly Dictionary<string, string> References = new(StringComparer.Ordinal)
    {
        [SesameImport.PostgreSql] = PsqlCopy.Keyed,
        [SesameImport.Sqlite] = SqliteImport.Keyed,
    };

    public static ImportReport Of(IReadOnlyList<ImportLoad> loads, ImportPlan plan)
    {
        var byLoader = loads.GroupBy(load => load.Loader, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.ToList());
        var rows = byLoader.Select(pair =>
            RowOf(pair.Value, byLoader.GetValueOrDefault(References.GetValueOrDefault(pair.Key, ""), []), plan)
        );
        return new ImportReport($"{Figures.MachineLine()}, PostgreSQL 15, fsync on", plan.Rounds, plan.Rows, [.. rows]);
    }

    public string ToJson() => Figures.ToJson(this);

    public async Task WriteAsync(TextWriter output)
    {
        await output.WriteLineAsync($"{Machine}; {Rounds} {(Rounds == 1 ? "round" : "rounds")} of {RowsOfFile:N0} rows");
        await output.WriteLineAsync(
            "loader                        rows/s  : shell  (lowest-highest)  CPU us per row: program  gateway  PostgreSQL"
        );
        foreach (var row in Rows)
        {
            var range = row.LowestRatio is null ? "" : $"{row.LowestRatio:F2}-{row.HighestRatio:F2}";
            await output.WriteLineAsync(
                $"{row.Loader, -25}  {row.RowsPerSecond, 9:N0}  {row.Ratio, 7:F2}  {range, 16}  {row.ProgramCpuMicros, 23:F2}  {row.GatewayCpuMicros, 7:F2}  {row.PostgreSqlCpuMicros, 10:F2}"
            );
        }
    }

    private static ImportRow RowOf(List<ImportLoad> own, List<ImportLoad> reference, ImportPlan plan)
    {
        // Each round's load against the same round's.
        var ratios = own.Zip(reference, (load, other) => other.Seconds / load.Seconds).Order().ToList();
        return new ImportRow(
            own[0].Loader,
            (long)Figures.Median(own, load => plan.Rows / load.Seconds),
            ratios.Count == 0 ? null : Figures.Round(Figures.Median(ratios, ratio => ratio)),
            ratios.Count == 0 ? null : Figures.Round(ratios[0]),
            ratios.Count == 0 ? null : Figures.Round(ratios[^1]),
            Figures.Round(Figures.Median(own, load => load.ProgramCpu * 1e6 / plan.Rows)),
            Figures.Round(Figures.Median(own, load => load.GatewayCpu * 1e6 / plan.Rows)),
            Figures.Round(Figures.Median(own, load => load.PostgreSqlCpu * 1e6 / plan.Rows))
        );
    }
}
