using System.Data.Common;
using System.Diagnostics;
using SesameGrpc.Benchmarks.Measuring;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.TestSupport;

namespace SesameGrpc.Benchmarks.Imports;

/// <summary>One load of the whole file, and the CPU that it took: of the program that reads the file, of the gateway (this process), of PostgreSQL.</summary>
internal sealed record ImportLoad(string Loader, double Seconds, double ProgramCpu, double GatewayCpu, double PostgreSqlCpu);

/// <summary>One way to load the file into an empty store.</summary>
internal abstract class ImportLoader(ImportFile file, PostgresServer server)
{
    protected abstract string Name { get; }

    protected ImportFile File => file;

    protected PostgresServer Server => server;

    /// <summary>Prepares an empty store, measures one load, counts the store and drops it.</summary>
    public abstract Task<ImportLoad> RunAsync();

    /// <summary>Measures a program from its start to its end, its output.</summary>
    protected async Task<(ImportLoad Load, string Output)> MeasureAsync(string program, params string[] arguments)
    {
        // What the load before left for the system to write is written now.
        await TestEnvironment.RunAsync("sync", []);
        var before = Cpu();
        var start = Stopwatch.GetTimestamp();
        var output = await TestEnvironment.RunAsync(program, arguments);
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var after = Cpu();
        var load = new ImportLoad(
            Name,
            seconds,
            after.Program - before.Program,
            after.Gateway - before.Gateway,
            after.PostgreSql - before.PostgreSql
        );
        return (load, output);
    }

    /// <summary>Throws unless the table holds what the file says of each person.</summary>
    protected async Task VerifyAsync(DbConnection connection, string table, string person, string version)
    {
        var found = await connection
            .Command($"SELECT count(*), {ImportFile.Checksum(person, version)} FROM {table}")
            .ListAsync(row => (Rows: row.GetInt64(0), Checksum: row.GetInt64(1)), CancellationToken.None);
        if (found.Single() != (file.Rows, file.ExpectedChecksum))
        {
            throw new InvalidOperationException($"{Name}: the table has {found.Single()}, the file {(file.Rows, file.ExpectedChecksum)}.");
        }
    }

    private (double Program, double Gateway, double PostgreSql) Cpu() =>
        (
            ProcessorTime.OfEndedChildren(Environment.ProcessId),
            ProcessorTime.OfProcess(Environment.ProcessId),
            ProcessorTime.OfFamily(server.ProcessId)
        );
}
