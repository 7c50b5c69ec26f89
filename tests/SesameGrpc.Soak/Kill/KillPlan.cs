using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Failpoints;

namespace SesameGrpc.Soak.Kill;

/// <summary>Where and when a gateway is killed, drawn from a seed: at failpoints and at random times.</summary>
internal static class KillPlan
{
    private const int LongestLifeMilliseconds = 1500;

    /// <summary>The failpoints that a gateway on this store comes by.</summary>
    public static IReadOnlyList<Failpoint> FailpointsOf(StorageProvider store) =>
        [
            .. Enum.GetValues<Failpoint>()
                .Where(failpoint => failpoint != (store == StorageProvider.Sqlite ? Failpoint.StoreSent : Failpoint.StoreStatementRan)),
        ];

    /// <summary>
    /// So many kills: each failpoint once if there are enough of them, else one of each group, first those of the first start. Every fifth kill, and half of those
    /// beyond, come at a random time.
    /// </summary>
    public static IReadOnlyList<Fault> Draw(StorageProvider store, int kills, int seed)
    {
        var random = new Random(seed);
        var atTimes = kills / 5;
        var failpoints = FailpointsOf(store).ToArray();
        random.Shuffle(failpoints);

        // One of each group comes before any second one.
        var inTurn = failpoints
            .GroupBy(GroupOf)
            .SelectMany(group => group.Select((failpoint, index) => (failpoint, index)))
            .OrderBy(item => item.index)
            .Select(item => item.failpoint)
            .Take(kills - atTimes)
            .ToList();
        var faults = inTurn.ConvertAll(failpoint => At(failpoint, random));
        var later = failpoints.Where(failpoint => !IsAtFirstStart(failpoint)).ToArray();
        while (faults.Count < kills)
        {
            var isAtTime = faults.Count < inTurn.Count + atTimes || random.Next(2) == 0;
            faults.Add(isAtTime ? new Fault(null, random.Next(LongestLifeMilliseconds)) : At(later[random.Next(later.Length)], random));
        }

        return faults;
    }

    private static bool IsAtFirstStart(Failpoint failpoint) => new Fault(failpoint, 1).IsAtFirstStart;

    private static Fault At(Failpoint failpoint, Random random) => new(failpoint, random.Next(1, MostOften(failpoint) + 1));

    // How often a failpoint is come by within a second or so.
    private static int MostOften(Failpoint failpoint) =>
        failpoint switch
        {
            Failpoint.MigrationBegun or Failpoint.MigrationDone => 1,
            Failpoint.KeyWritten => 3,
            Failpoint.StoreStatementRan => 200,
            _ => GroupOf(failpoint) switch
            {
                "Ledger" or "Store" => 40,
                "Replay" or "Audit" => 6,
                _ => 3,
            },
        };

    // The first word of its name.
    private static string GroupOf(Failpoint failpoint)
    {
        var name = failpoint.ToString();
        return name[..name.IndexOfAny([.. name.Where(char.IsAsciiLetterUpper)], 1)];
    }
}
