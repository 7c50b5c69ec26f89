using SesameGrpc.TestSupport;

namespace SesameGrpc.Soak.Kill;

/// <summary>
/// Kills PostgreSQL under a gateway that stays up, in turn by signal 9 and by an immediate stop, and starts it again. Clients must be told that the store does not
/// answer, and everything that was acknowledged before must be there after.
/// </summary>
internal static class StoreKills
{
    private const int AnswersInBetween = 30;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static async Task RunAsync(int kills, int seed, KillResult result, TextWriter progress)
    {
        await using var server = await PostgresServer.StartAsync();
        await using var victim = await Victim.PrepareAsync(server);
        var traffic = new Traffic(victim, seed);
        var process = await victim.StartAsync(null);
        if (!await process.IsReadyAsync())
        {
            result.Broken.Add($"The gateway did not start: {string.Join('\n', process.Output)}");
            return;
        }

        using var stop = new CancellationTokenSource();
        var load = traffic.RunAsync(stop.Token);
        for (var number = 1; number <= kills && result.IsSound; number++)
        {
            await KillAsync(server, traffic, number, result);
            result.StoreKills++;
            await progress.WriteLineAsync(
                $"Store killed {number}: {traffic.Journal.Acknowledged} acknowledged, {traffic.Journal.Outages} told of it, {result.Broken.Count} broken"
            );
        }

        await stop.CancelAsync();
        await load;
        if (!await traffic.CatchUpAsync() || process.HasExited)
        {
            result.Broken.Add($"Not all calls were answered once the store was back: {string.Join('\n', process.Output)}");
        }

        await KillRun.InspectAsync(victim, traffic, result);
        if (traffic.Journal.Broken.Count > 0)
        {
            result.Broken.Add($"The gateway's log:\n{string.Join('\n', process.Output)}");
        }

        process.Kill();
        await process.WaitForExitAsync(CancellationToken.None);
        await KillRun.EndAsync(victim, traffic, result);
    }

    private static async Task KillAsync(PostgresServer server, Traffic traffic, int number, KillResult result)
    {
        await AnswersAsync(traffic, result);
        var outages = traffic.Journal.Outages;
        await (number % 2 == 1 ? server.StopImmediatelyAsync() : server.KillAsync());
        await UntilAsync(() => traffic.Journal.Outages > outages, "A client was told that the store does not answer", result);
        await server.StartAgainAsync();
        await AnswersAsync(traffic, result);
    }

    private static async Task AnswersAsync(Traffic traffic, KillResult result)
    {
        var acknowledged = traffic.Journal.Acknowledged;
        await UntilAsync(
            () => traffic.IsCaughtUp && traffic.Journal.Acknowledged >= acknowledged + AnswersInBetween,
            $"{AnswersInBetween} more calls were answered",
            result
        );
    }

    private static async Task UntilAsync(Func<bool> condition, string what, KillResult result)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!condition())
        {
            if (limit.IsCancellationRequested)
            {
                result.Broken.Add($"Did not come about: {what}.");
                return;
            }

            await Task.Delay(20);
        }
    }
}
