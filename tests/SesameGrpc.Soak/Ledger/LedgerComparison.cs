namespace SesameGrpc.Soak.Ledger;

/// <summary>
/// One script from a seed against several stores. The script has lanes, whose persons and orders are their own; all lanes run at once, so that their changes meet in the
/// gateway's transactions, and the order within each is kept. Between rounds the clock moves.
/// </summary>
internal static class LedgerComparison
{
    private const int Lanes = 20;
    private const int PersonsPerLane = 3;
    private const int StepsPerRound = 50;
    private const int MostTold = 5;

    /// <summary>Runs the script on both; returns where the answers differ, and what is wrong in either store. The tally is the first one's.</summary>
    public static async Task<IReadOnlyList<string>> CompareAsync(
        LedgerStage first,
        LedgerStage second,
        LedgerTally tally,
        long seed,
        int steps
    )
    {
        var answers = await Task.WhenAll(RunAsync(first, tally, seed, steps), RunAsync(second, new LedgerTally(), seed, steps));
        var differences = answers[0]
            .Zip(answers[1])
            .Where(pair => pair.First != pair.Second)
            .Take(MostTold)
            .Select(pair => $"One answers: {pair.First}\n  the other: {pair.Second}");
        return
        [
            .. differences,
            .. answers[0].Count == answers[1].Count ? [] : new[] { $"One has {answers[0].Count} answers, the other {answers[1].Count}." },
            .. await LedgerInvariants.CheckAsync(first.Gateway),
            .. await LedgerInvariants.CheckAsync(second.Gateway),
        ];
    }

    /// <summary>Runs the script; returns the texts of all replies, lane by lane.</summary>
    private static async Task<IReadOnlyList<string>> RunAsync(LedgerStage stage, LedgerTally tally, long seed, int steps)
    {
        var lanes = new List<LedgerLane>();
        var randoms = new List<Random>();
        for (var index = 0; index < Lanes; index++)
        {
            lanes.Add(await LedgerLane.StartAsync(stage, tally, $"l{index}", PersonsPerLane));
            randoms.Add(new Random(HashCode(seed, index)));
        }

        var clock = new Random(HashCode(seed, Lanes));
        for (var done = 0; done < steps; done += Lanes * StepsPerRound)
        {
            await Task.WhenAll(lanes.Select((lane, index) => lane.RunAsync(Draws(randoms[index]))));
            await stage.AdvanceAsync(TimeSpan.FromMinutes(clock.Next(1, 240)), () => lanes.ForEach(lane => lane.Advance()));
        }

        await Task.WhenAll(lanes.Select(lane => lane.ReadAllAsync()));
        return [.. lanes.SelectMany(lane => lane.Transcript)];
    }

    private static IEnumerable<Draw> Draws(Random random) =>
        Enumerable.Range(0, StepsPerRound).Select(_ => Draw.Next(random, Draw.ClockMoves)).ToList();

    // The same in every run of the program, unlike the system's hash codes.
    private static int HashCode(long seed, int lane) => unchecked((int)((seed * 1_000_003) + (lane * 7919)));
}
