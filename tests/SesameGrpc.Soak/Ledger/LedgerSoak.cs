using System.Text.Json;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.TestSupport;

namespace SesameGrpc.Soak.Ledger;

/// <summary>The long forms: a storm of any length, and one script on both stores.</summary>
internal static class LedgerSoak
{
    private const long DefaultOperations = 1_000_000;
    private const long DefaultSteps = 10_000;

    /// <summary>The storm: ledger [--ops N] [--store sqlite|postgresql] [--instances K] [--seed S].</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, TextWriter output, TextWriter progress)
    {
        var operations = SoakArguments.Number(arguments, "--ops", DefaultOperations);
        var seed = SoakArguments.Number(arguments, "--seed", Random.Shared.Next());
        var store = SoakArguments.Store(arguments, StorageProvider.PostgreSql);
        var instances = (int)SoakArguments.Number(arguments, "--instances", store == StorageProvider.PostgreSql ? 3 : 1);
        if (operations < 1 || instances < 1 || (store == StorageProvider.Sqlite && instances > 1))
        {
            await progress.WriteLineAsync("--ops and --instances are above 0; with SQLite there is one instance.");
            return 2;
        }

        await progress.WriteLineAsync($"{operations} operations on {store} with {instances} instance(s), seed {seed}.");
        await using var postgres = store == StorageProvider.PostgreSql ? await PostgresServer.StartAsync() : null;
        await using var stage = await LedgerStage.StartAsync(postgres is null ? null : await postgres.NewDatabaseAsync(), instances);
        var storm = new LedgerStorm(stage, seed);
        await storm.RunAsync(operations, progress);

        var lacks = storm.Tally.Lacks().ToList();
        foreach (var fault in storm.Violations.Concat(lacks))
        {
            await progress.WriteLineAsync(fault);
        }

        await output.WriteLineAsync(
            JsonSerializer.Serialize(
                new
                {
                    ops = storm.Tally.Calls,
                    violations = storm.Violations.Count,
                    refusals = storm.Tally.Refusals,
                    conflicts = storm.Tally.Conflicts,
                    replays = storm.Tally.Replays,
                    seed,
                }
            )
        );
        return storm.Violations.Count == 0 && lacks.Count == 0 ? 0 : 1;
    }

    /// <summary>The script on both stores: ledger-compare [--steps N] [--seed S].</summary>
    public static async Task<int> CompareAsync(IReadOnlyList<string> arguments, TextWriter output, TextWriter progress)
    {
        var steps = (int)SoakArguments.Number(arguments, "--steps", DefaultSteps);
        var seed = SoakArguments.Number(arguments, "--seed", Random.Shared.Next());
        await using var postgres = await PostgresServer.StartAsync();
        await using var first = await LedgerStage.StartAsync(null);
        await using var second = await LedgerStage.StartAsync(await postgres.NewDatabaseAsync());
        var tally = new LedgerTally();
        var differences = await LedgerComparison.CompareAsync(first, second, tally, seed, steps);
        var faults = differences.Concat(tally.Lacks()).ToList();
        foreach (var fault in faults)
        {
            await progress.WriteLineAsync(fault);
        }

        await output.WriteLineAsync(
            JsonSerializer.Serialize(
                new
                {
                    steps = tally.Calls,
                    differences = differences.Count,
                    refusals = tally.Refusals,
                    conflicts = tally.Conflicts,
                    replays = tally.Replays,
                    seed,
                }
            )
        );
        return faults.Count == 0 ? 0 : 1;
    }
}
