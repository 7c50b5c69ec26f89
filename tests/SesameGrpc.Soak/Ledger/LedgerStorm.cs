using System.Collections.Concurrent;
using System.Diagnostics;

namespace SesameGrpc.Soak.Ledger;

/// <summary>
/// Many workers on a few hot persons, over several partners and programmes and all instances, while scores fall, persons opt out and enrolments are narrowed. In rounds: each has persons
/// of its own, and after each its history is explained and the store is checked.
/// </summary>
internal sealed class LedgerStorm(LedgerStage stage, long seed)
{
    private const int Workers = 64;
    private const int Persons = 12;
    private const int PersonsPerView = 2;
    private const int CallsPerRound = 20_000;
    private const int CallsPerDisturbance = 40;
    private const int CallsPerLook = 4_000;
    private const int TwinEvery = 40;
    private const int MostViolations = 20;

    private static readonly int[] Scores = [560, 600, 649, 650, 699, 700, 760];
    private static readonly long?[] Flats = [null, 30_000, LedgerPolicy.NarrowedFlatFen, 12_000];

    private readonly List<string> violations = [];
    private readonly Dictionary<(string Partner, int Revision), long?> flats = LedgerPolicy.Partners.ToDictionary(
        partner => (partner, 1),
        partner => LedgerPolicy.EnrolmentsOf(partner).Single(item => item.Programme == LedgerPolicy.Flat).AmountLimit?.MinorUnits
    );

    private int round;

    public LedgerTally Tally { get; } = new();

    /// <summary>What was judged last.</summary>
    public LedgerRound? LastRound { get; private set; }

    /// <summary>What broke a promise; at most the first twenty.</summary>
    public IReadOnlyList<string> Violations => violations;

    /// <summary>Makes this many calls; tells of its progress after each round.</summary>
    public async Task RunAsync(long calls, TextWriter progress)
    {
        await LedgerTriggers.AddAsync(stage.Gateway);
        while (Tally.Calls < calls && violations.Count == 0)
        {
            await RunRoundAsync((int)Math.Min(CallsPerRound, calls - Tally.Calls));
            await progress.WriteLineAsync($"{Tally}; {violations.Count} violations.");
        }

        violations.AddRange(await LedgerInvariants.CheckAsync(stage.Gateway));
    }

    private async Task RunRoundAsync(int calls)
    {
        round++;
        var from = await LedgerInvariants.LeafCountAsync(stage.Gateway);
        var persons = new List<LedgerPerson>();
        for (var index = 0; index < Persons; index++)
        {
            persons.Add(await stage.AddPersonAsync($"test-r{round}p{index}", 700));
        }

        var views = persons
            .Chunk(PersonsPerView)
            .Select((group, index) => new LedgerView($"r{round}v{index}", [.. group.Select(person => person.Id)], stage.Time))
            .ToList();
        var records = new ConcurrentBag<CallRecord>();
        using var disturbing = new LedgerDisturbance(stage, persons, flats, new Random(HashCode(0)));
        var number = 0;
        await Task.WhenAll(
            Enumerable
                .Range(0, Workers)
                .Select(worker =>
                    Task.Run(async () =>
                    {
                        var random = new Random(HashCode(1 + worker));
                        while (Interlocked.Increment(ref number) is var mine && mine <= calls)
                        {
                            await CallAsync(views[worker % views.Count], Draw.Next(random, Draw.Calls), records);
                            if (mine % CallsPerDisturbance == 0)
                            {
                                await disturbing.NextAsync(Scores, Flats);
                            }

                            if (mine % CallsPerLook == 0)
                            {
                                Add(await LedgerInvariants.CheckAsync(stage.Gateway, withAudit: false));
                            }
                        }
                    })
                )
        );
        LastRound = new LedgerRound(stage, records, persons, flats, from, $"r{round}v");
        Add(await LastRound.CheckAsync());
    }

    private async Task CallAsync(LedgerView view, Draw draw, ConcurrentBag<CallRecord> records)
    {
        var call = view.Next(draw);
        var twins = call.IsMutation && draw.Variant % TwinEvery == 0 ? 2 : 1;
        await Task.WhenAll(
            Enumerable
                .Range(0, twins)
                .Select(async twin =>
                {
                    LedgerReply reply;
                    do
                    {
                        var begun = Stopwatch.GetTimestamp();
                        reply = await call.SendAsync(stage.Partner(call.Partner, draw.Size + twin));
                        Tally.Count(call, reply);
                        records.Add(new CallRecord(call, reply, begun, Stopwatch.GetTimestamp()));
                    } while (reply.IsUncertain);

                    view.Learn(call, reply);
                })
        );
    }

    private void Add(IEnumerable<string> found)
    {
        lock (violations)
        {
            violations.AddRange(found.Take(MostViolations - violations.Count));
        }
    }

    private int HashCode(int worker) => unchecked((int)((seed * 1_000_003) + (round * 7919L) + (worker * 104_729L)));
}
