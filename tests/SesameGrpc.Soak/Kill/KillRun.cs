using System.Globalization;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Failpoints;
using SesameGrpc.TestSupport;

namespace SesameGrpc.Soak.Kill;

/// <summary>What came of a run.</summary>
internal sealed record KillResult
{
    public int Kills { get; set; }

    /// <summary>How often PostgreSQL was killed instead.</summary>
    public int StoreKills { get; set; }

    /// <summary>Mutations that were answered.</summary>
    public int Acknowledged { get; set; }

    /// <summary>Calls that lost their answer in a kill and were repeated until they had one.</summary>
    public int Resolved { get; set; }

    /// <summary>Answers that came again, the same bytes and marked.</summary>
    public int Replays { get; set; }

    public long Payments { get; set; }

    /// <summary>The failpoints at which the gateway has died.</summary>
    public HashSet<Failpoint> DiedAt { get; } = [];

    public HashSet<string> Lost { get; } = new(StringComparer.Ordinal);

    public HashSet<string> HalfDone { get; } = new(StringComparer.Ordinal);

    /// <summary>Faults that did not come about, and answers that broke a promise.</summary>
    public HashSet<string> Broken { get; } = new(StringComparer.Ordinal);

    public bool IsSound => Lost.Count + HalfDone.Count + Broken.Count == 0;
}

/// <summary>
/// Kills a gateway under load again and again. After each kill the store is inspected as the dead process left it; the next process finds the clients as they
/// were, with requests that got no answer.
/// </summary>
internal static class KillRun
{
    // A new store now and then: the first start is among what is killed, and the inspections stay short.
    private const int KillsPerStore = 25;

    private static readonly TimeSpan LongestLife = TimeSpan.FromSeconds(60);

    public static async Task<KillResult> RunAsync(StorageProvider store, IReadOnlyList<Fault> faults, int seed, TextWriter progress)
    {
        var result = new KillResult();
        var server = store == StorageProvider.PostgreSql ? await PostgresServer.StartAsync() : null;
        try
        {
            var stores = (faults.Count + KillsPerStore - 1) / KillsPerStore;
            for (var index = 0; index < stores; index++)
            {
                // Dealt out in turn, so that each store has faults of each kind; those of the first start come first.
                var own = faults.Where((_, number) => number % stores == index).OrderBy(OrderOf).ToList();
                await using var victim = await Victim.PrepareAsync(server);
                await KillAsync(victim, new Traffic(victim, unchecked((seed * 31) + index)), own, result, progress);
            }
        }
        finally
        {
            if (server is not null)
            {
                await server.DisposeAsync();
            }
        }

        return result;
    }

    /// <summary>Starts the gateway once more, without a fault; brings every call to its answer and inspects.</summary>
    public static async Task EndAsync(Victim victim, Traffic traffic, KillResult result)
    {
        var last = await victim.StartAsync(null);
        traffic.Reconnect();
        if (!await last.IsReadyAsync() || !await traffic.CatchUpAsync())
        {
            result.Broken.Add($"The gateway did not come back: {string.Join('\n', last.Output)}");
        }

        last.Kill();
        await last.WaitForExitAsync(CancellationToken.None);
        await InspectAsync(victim, traffic, result);
        result.Acknowledged += traffic.Journal.Acknowledged;
        result.Resolved += traffic.Resolved;
        result.Replays += traffic.Journal.Replays;
        result.Payments += victim.Rail.Book.History.Count(entry => entry.Status == Contracts.Rail.V1.CollectionStatus.Collected);
        result.Broken.UnionWith(traffic.Journal.Broken);
    }

    public static async Task InspectAsync(Victim victim, Traffic traffic, KillResult result)
    {
        if (await Inspection.RunAsync(victim, traffic) is { } report)
        {
            result.Lost.UnionWith(report.Lost);
            result.HalfDone.UnionWith(report.HalfDone);
        }
    }

    private static async Task KillAsync(Victim victim, Traffic traffic, List<Fault> faults, KillResult result, TextWriter progress)
    {
        foreach (var fault in faults)
        {
            var started = TimeProvider.System.GetTimestamp();
            await LiveAndDieAsync(victim, traffic, fault, result);
            var died = TimeProvider.System.GetElapsedTime(started);
            await InspectAsync(victim, traffic, result);
            result.Kills++;
            var seconds = died.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
            await progress.WriteLineAsync(
                $"{result.Kills}: {fault}, after {seconds} s; {traffic.Journal.Acknowledged} acknowledged, {traffic.Journal.Calls.Count(call => call.IsPending)} open; {result.Lost.Count} lost, {result.HalfDone.Count} half done, {result.Broken.Count} broken"
            );
        }

        await EndAsync(victim, traffic, result);
    }

    /// <summary>One life of the gateway, which must end as the fault says: by signal 9, at the failpoint.</summary>
    private static async Task LiveAndDieAsync(Victim victim, Traffic traffic, Fault fault, KillResult result)
    {
        var process = await victim.StartAsync(fault);
        using var limit = new CancellationTokenSource(LongestLife);
        if (await process.IsReadyAsync())
        {
            var load = traffic.RunAsync(limit.Token);
            if (fault.At is null)
            {
                await Task.WhenAny(Task.Delay(fault.Number, limit.Token), load);
                process.Kill();
            }

            await load;
        }

        // The clients see a dead gateway a little before the system says that it is dead.
        if (limit.IsCancellationRequested)
        {
            result.Broken.Add($"The gateway did not die at {fault}.");
            process.Kill();
        }

        var code = await process.WaitForExitAsync(CancellationToken.None);
        var saysSo = fault.At is null || process.Output.Contains($"Killed at failpoint {fault.At}.", StringComparer.Ordinal);
        if (code != GatewayProcess.KilledExitCode || !saysSo)
        {
            result.Broken.Add($"The gateway did not die of {fault}, but with exit code {code}: {string.Join('\n', process.Output)}");
        }
        else if (fault.At is { } failpoint)
        {
            result.DiedAt.Add(failpoint);
        }
    }

    private static int OrderOf(Fault fault) => fault.IsAtFirstStart ? (int)fault.At! : int.MaxValue;
}
