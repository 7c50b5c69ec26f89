using SesameGrpc.Benchmarks.Imports;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.Benchmarks;

public sealed class ImportBenchmarkTests
{
    // That every loader leaves what the file says of each person is asserted by the benchmark itself; how fast it is, is nothing for a test.
    [Fact]
    public async Task Import_OneShortRound_EveryLoaderStoresEveryRow()
    {
        Stores.Require(PostgresServer.IsInstalled, "postgresql-15");
        Stores.Require(TestEnvironment.FindProgram("sqlite3", "/usr/bin") is not null, "sqlite3");

        var report = await ImportBenchmark.RunAsync(new ImportPlan(Rounds: 1, Rows: 25_000), TextWriter.Null);

        Assert.Equal(
            [
                "psql \\copy, no index",
                "psql \\copy",
                "sesame, PostgreSQL",
                "sqlite3 .import, no index",
                "sqlite3 .import",
                "sesame, SQLite",
            ],
            report.Rows.Select(row => row.Loader)
        );
        Assert.All(report.Rows, row => Assert.True(row.RowsPerSecond > 0));
        Assert.Equal([false, false, true, false, false, true], report.Rows.Select(row => row.Ratio is not null));
    }
}
