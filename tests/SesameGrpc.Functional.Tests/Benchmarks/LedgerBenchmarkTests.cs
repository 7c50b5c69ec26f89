using SesameGrpc.Benchmarks.Ledger;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.Benchmarks;

public sealed class LedgerBenchmarkTests
{
    // How fast anything is, is nothing for a test; that what is measured is what is said to be measured, is.
    [Fact]
    public async Task Ledger_OneShortRound_EveryServerGrantsAndEveryGrantIsStored()
    {
        Stores.Require(PostgresServer.IsInstalled, "postgresql-15");
        var plan = new LedgerPlan(Rounds: 1, Seconds: 0.2, WarmUpSeconds: 0, Persons: 2_000, Clients: [4]);

        var (report, script) = await LedgerBenchmark.RunAsync(plan, TextWriter.Null);

        Assert.Equal(["pgbench", "pgbench, pipelined", "ledger", "ledger, gRPC", "ledger, SQLite"], report.Rows.Select(row => row.Server));
        Assert.All(report.Rows, row => Assert.True(row.GrantsPerSecond > 0));
        foreach (var table in new[] { "obligations", "exposures", "ledger_entries", "requests", "audit_groups", "events" })
        {
            Assert.Contains($"INSERT INTO {table} ", script, StringComparison.Ordinal);
        }
    }
}
