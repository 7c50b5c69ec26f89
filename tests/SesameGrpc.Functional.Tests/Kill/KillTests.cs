using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Failpoints;
using SesameGrpc.Soak.Kill;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.Kill;

/// <summary>
/// A gateway that is killed under load: what was acknowledged is there, nothing is half done, repeated requests get the first answer. The long form, which
/// dies at every failpoint, is tests/soak/kill.sh.
/// </summary>
public sealed class KillTests
{
    // Enough for one failpoint of each group of the name's first word, and for random times.
    private const int KillsOnSqlite = 14;
    private const int KillsOnPostgreSql = 6;

    [Fact]
    public Task Gateway_KilledOnSqlite_LosesNothingAndLeavesNothingHalfDone() => KillAsync(StorageProvider.Sqlite, KillsOnSqlite);

    [Fact]
    public Task Gateway_KilledOnPostgreSql_LosesNothingAndLeavesNothingHalfDone()
    {
        Stores.Require(PostgresServer.IsInstalled, "postgresql-15");
        return KillAsync(StorageProvider.PostgreSql, KillsOnPostgreSql);
    }

    [Fact]
    public async Task PostgreSql_StoppedAtOnceAndKilled_LosesNothingThatWasAcknowledged()
    {
        Stores.Require(PostgresServer.IsInstalled, "postgresql-15");
        var seed = Random.Shared.Next();
        var result = new KillResult();
        using var told = new StringWriter();

        await StoreKills.RunAsync(2, seed, result, told);

        AssertSound(result, seed, told);
        Assert.Equal(2, result.StoreKills);
    }

    [Fact]
    public void Failpoints_All_StandInTheCode()
    {
        var code = string.Concat(
            Directory
                .EnumerateFiles(Path.Combine(TestEnvironment.RepositoryRoot, "src/SesameGrpc.Gateway"), "*.cs", SearchOption.AllDirectories)
                .Where(path => !path.Contains("/obj/", StringComparison.Ordinal))
                .Select(File.ReadAllText)
        );

        Assert.All(Enum.GetNames<Failpoint>(), name => Assert.Contains($"Crash.At(Failpoint.{name});", code, StringComparison.Ordinal));
    }

    private static async Task KillAsync(StorageProvider store, int kills)
    {
        var seed = Random.Shared.Next();
        var faults = KillPlan.Draw(store, kills, seed);
        using var told = new StringWriter();

        var result = await KillRun.RunAsync(store, faults, seed, told);

        AssertSound(result, seed, told);
        Assert.Equal(kills, result.Kills);
        Assert.Equal(faults.Select(fault => fault.At).OfType<Failpoint>().Distinct().Order(), result.DiedAt.Order());
    }

    private static void AssertSound(KillResult result, int seed, StringWriter told)
    {
        Assert.True(result.IsSound, $"Seed {seed}. {string.Join('\n', result.Lost.Concat(result.HalfDone).Concat(result.Broken))}\n{told}");

        // A run in which nothing was at stake would prove nothing.
        Assert.True(result is { Acknowledged: > 20, Replays: > 20, Resolved: > 0 }, $"Seed {seed}. {result}\n{told}");
    }
}
