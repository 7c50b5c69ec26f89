using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Soak.Ledger;

/// <summary>A reply that is not the model's.</summary>
internal sealed class LedgerMismatchException(string message) : Exception(message);

/// <summary>One script against a gateway and the model, step by step, on persons of its own. Every reply must be the model's.</summary>
internal sealed class LedgerLane
{
    private static readonly int[] Scores = [560, 600, 620, 649, 650, 690, 700, 760];
    private static readonly TimeSpan[] Moves = [TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(4), TimeSpan.FromHours(5)];

    private readonly LedgerStage stage;
    private readonly LedgerTally tally;
    private readonly LedgerModel model = new();
    private readonly LedgerView view;
    private readonly List<LedgerPerson> persons;
    private readonly List<string> transcript = [];

    private LedgerLane(LedgerStage stage, LedgerTally tally, string name, List<LedgerPerson> persons)
    {
        (this.stage, this.tally, this.persons) = (stage, tally, persons);
        view = new LedgerView(name, [.. persons.Select(person => person.Id)], stage.Time);
    }

    /// <summary>The texts of all replies, in order.</summary>
    public IReadOnlyList<string> Transcript => transcript;

    /// <summary>A lane with this many persons; the payment system declines what the last of them owes.</summary>
    public static async Task<LedgerLane> StartAsync(LedgerStage stage, LedgerTally tally, string name, int personCount)
    {
        var group = new List<LedgerPerson>();
        for (var index = 0; index < personCount; index++)
        {
            var behaviour = index == personCount - 1 ? "-declined" : "";
            group.Add(await stage.AddPersonAsync($"test-{name}p{index}{behaviour}", 700));
        }

        return new LedgerLane(stage, tally, name, group);
    }

    public async Task RunAsync(IEnumerable<Draw> draws)
    {
        foreach (var draw in draws)
        {
            await (draw.Kind < Draw.Calls ? CallAsync(draw) : DisturbAsync(draw));
        }
    }

    /// <summary>The stage's clock has moved.</summary>
    public void Advance() => model.Advance(stage.NowMicros, stage.IsCollecting);

    /// <summary>Reads all that there should be.</summary>
    public async Task ReadAllAsync()
    {
        foreach (var waiver in model.Waivers)
        {
            await CallAsync(new LedgerCall(waiver.Partner, new GetDepositWaiverRequest { DepositWaiverId = waiver.Id }));
        }
    }

    private Task CallAsync(Draw draw) => CallAsync(view.Next(draw));

    private async Task CallAsync(LedgerCall call)
    {
        var reply = await call.SendAsync(stage.Partner(call.Partner));
        var newId = reply is { Waiver: { } waiver, ReplayedFrom: null } ? waiver.DepositWaiverId : "";
        var expected = model.Apply(call, FactsFor(call), newId, stage.NowMicros);
        transcript.Add(reply.Text);
        tally.Count(call, reply);
        if (reply.Text != expected)
        {
            throw new LedgerMismatchException($"Step {transcript.Count}, {call}:\n  the model: {expected}\n  the gateway: {reply.Text}");
        }

        if (call.Request is CheckEligibilityRequest check && reply.Answer is CheckEligibilityResponse told)
        {
            model.Learn(call.Partner, check, told);
        }

        view.Learn(call, reply);
    }

    private async Task DisturbAsync(Draw draw)
    {
        var person = persons[draw.Person % persons.Count];
        if (draw.Kind >= Draw.ClockMoves)
        {
            await stage.AdvanceAsync(Moves[draw.Size % Moves.Length], Advance);
        }
        else if (person.Score is null)
        {
            await stage.OptInAsync(person);
        }
        else if (draw.Kind >= Draw.OptOuts)
        {
            await stage.OptOutAsync(person);
        }
        else
        {
            await stage.FeedAsync(person, Scores[draw.Size % Scores.Length]);
        }
    }

    private DecisionFacts FactsFor(LedgerCall call)
    {
        var (subject, programme) = call.Request switch
        {
            GrantDepositWaiverRequest grant => (grant.Subject, grant.Programme),
            CheckEligibilityRequest check => (check.Subject, check.Programme),
            _ => ("", ""),
        };
        var enrolment = LedgerPolicy.EnrolmentsOf(call.Partner).SingleOrDefault(item => item.Programme == programme);
        return new DecisionFacts(
            persons.SingleOrDefault(person => person.Id == subject)?.Score,
            enrolment is null ? 0 : 1,
            enrolment?.AmountLimit?.MinorUnits
        );
    }
}
