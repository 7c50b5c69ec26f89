using SesameGrpc.TestSupport;

namespace SesameGrpc.Benchmarks.Imports;

/// <summary>How often is measured, and files of how many rows.</summary>
internal sealed record ImportPlan(int Rounds, int Rows)
{
    public static ImportPlan Full { get; } = new(Rounds: 3, Rows: 10_000_000);

    public static ImportPlan Short { get; } = new(Rounds: 1, Rows: 500_000);
}

/// <summary>
/// Rows per second of `sesame scores import` against what the stores' own shells load from the same file: \copy of psql, .import of sqlite3. All take turns in every round, each
/// into a store that is empty.
/// </summary>
internal static class ImportBenchmark
{
    public static async Task<int> RunAsync(BenchmarkArguments arguments, TextWriter output, TextWriter progress)
    {
        var plan = arguments.IsShort ? ImportPlan.Short : ImportPlan.Full;
        var report = await RunAsync(plan with { Rows = arguments.Rows ?? plan.Rows }, progress);
        await report.WriteAsync(output);
        if (arguments.JsonFile is { } file)
        {
            await File.WriteAllTextAsync(file, report.ToJson());
        }

        return 0;
    }

    /// <summary>Measures, and throws unless every store holds every row of the file afterwards.</summary>
    public static async Task<ImportReport> RunAsync(ImportPlan plan, TextWriter progress)
    {
        await progress.WriteLineAsync($"Writing {plan.Rows:N0} rows and starting PostgreSQL ...");
        using var file = ImportFile.Write(plan.Rows);
        await using var server = await PostgresServer.StartAsync();
        var loads = new List<ImportLoad>();
        for (var round = 1; round <= plan.Rounds; round++)
        {
            foreach (var loader in Loaders(file, server))
            {
                var load = await loader.RunAsync();
                loads.Add(load);
                await progress.WriteLineAsync($"round {round}/{plan.Rounds}, {load.Loader}: {plan.Rows / load.Seconds:N0} rows/s");
            }
        }

        return ImportReport.Of(loads, plan);
    }

    private static IEnumerable<ImportLoader> Loaders(ImportFile file, PostgresServer server) =>
        [
            new PsqlCopy(file, server, isKeyed: false),
            new PsqlCopy(file, server, isKeyed: true),
            new SesameImport(file, server, onPostgreSql: true),
            new SqliteImport(file, server, isKeyed: false),
            new SqliteImport(file, server, isKeyed: true),
            new SesameImport(file, server, onPostgreSql: false),
        ];
}
