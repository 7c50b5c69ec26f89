using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;
using SesameGrpc.Benchmarks.Measuring;
using SesameGrpc.TestSupport;

namespace SesameGrpc.Benchmarks.Ledger;

/// <summary>pgbench with prepared statements, driving one script against one database.</summary>
internal sealed partial class Pgbench(string database, string script, LedgerWorld world) : IDisposable
{
    private const string Program = "/usr/lib/postgresql/15/bin/pgbench";
    private const long IdsPerWindow = 100_000_000_000;

    // Two of them may write to one database.
    private static long windows;

    private readonly string directory = TestEnvironment.NewDirectory("pgbench");

    public async Task<LoadResult> RunAsync(int clients, double seconds)
    {
        var path = Path.Combine(directory, "grant.sql");
        await File.WriteAllTextAsync(path, script);
        var server = new NpgsqlConnectionStringBuilder(database);
        var output = await TestEnvironment.RunAsync(
            Program,
            [
                "--no-vacuum",
                "--protocol=prepared",
                $"--file={path}",
                $"--client={clients}",
                $"--jobs={Math.Min(clients, Environment.ProcessorCount)}",
                $"--time={Math.Max(1, (int)Math.Round(seconds))}",
                "--log",
                $"--log-prefix={directory}/log",
                "--define=n=0",
                $"--define=base={Interlocked.Increment(ref windows) * IdsPerWindow}",
                $"--define=first={LedgerWorld.FirstPerson}",
                $"--define=last={LedgerWorld.FirstPerson + world.Persons - 1}",
                $"--host={server.Host}",
                $"--port={server.Port}",
                $"--username={server.Username}",
                server.Database!,
            ],
            directory
        );
        var micros = new List<double>();
        foreach (var log in Directory.EnumerateFiles(directory, "log.*"))
        {
            // client_id transaction_no time script_no ...; the third is the latency in microseconds.
            micros.AddRange(
                (await File.ReadAllLinesAsync(log)).Select(line => double.Parse(line.Split(' ')[2], CultureInfo.InvariantCulture))
            );
            File.Delete(log);
        }

        var transactions = Number(TransactionsPattern(), output);
        if (transactions != micros.Count || Number(FailuresPattern(), output) != 0)
        {
            throw new InvalidOperationException($"pgbench did not make every grant:\n{output}");
        }

        return LoadResult.Of(micros, transactions / Number(RatePattern(), output));
    }

    public void Dispose() => Directory.Delete(directory, recursive: true);

    private static double Number(Regex pattern, string output) =>
        pattern.Match(output) is { Success: true } match
            ? double.Parse(match.Groups["number"].Value, CultureInfo.InvariantCulture)
            : throw new InvalidOperationException($"pgbench says what was not expected:\n{output}");

    [GeneratedRegex(@"number of transactions actually processed: (?<number>\d+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex TransactionsPattern();

    [GeneratedRegex(@"number of failed transactions: (?<number>\d+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex FailuresPattern();

    [GeneratedRegex(@"tps = (?<number>[\d.]+) \(without initial connection time\)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex RatePattern();
}
