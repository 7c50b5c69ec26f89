using CsCheck;
using Grpc.Core;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.Visits;

/// <summary>
/// Scripts made at random against the model: every answer is the model's, and the ledger adds up in the end. A failing script is made smaller and printed with its seed; SESAME_VISIT_SEED
/// gives a seed.
/// </summary>
public sealed class VisitModelTests(Stores stores)
{
    private const int Scripts = 30;
    private const long Limit = 100_000;
    private const int Kinds = 12;

    private static readonly Gen<(int Kind, int Visit, int Line, int Variant)[]> Script = Gen.Select(
        Gen.Int[0, Kinds - 1],
        Gen.Int[0, 1],
        Gen.Int[0, 5],
        Gen.Int[0, 3]
    ).Array[10, 40];

    // Comes by every state and every reason, whatever chance brings: a visit that is paid late, one that is paid in time, one without charges.
    private static readonly (int Kind, int Visit, int Line, int Variant)[] Tour =
    [
        (0, 0, 0, 0),
        (2, 0, 0, 2),
        (2, 0, 0, 2),
        (2, 0, 1, 3),
        (0, 0, 0, 0),
        (7, 0, 0, 0),
        (8, 0, 0, 0),
        (1, 0, 0, 0),
        (1, 0, 0, 0),
        (0, 0, 0, 0),
        (11, 0, 0, 3),
        (11, 0, 0, 0),
        (11, 0, 0, 0),
        (0, 0, 0, 0),
        (2, 0, 0, 2),
        (8, 0, 0, 1),
        (11, 0, 0, 0),
        (0, 0, 0, 0),
        (7, 0, 0, 0),
    ];

    private static readonly long[] Amounts = [1, 700, 30_000, Limit];

    private readonly MovableTime time = new();
    private readonly HashSet<string> reasons = [];
    private readonly HashSet<VisitState> states = [];
    private GatewayUnderTest gateway = null!;
    private ConnectedPartner hospital = null!;
    private int requests;

    [Theory]
    [InlineData(Store.Sqlite)]
    [InlineData(Store.PostgreSql)]
    public async Task Script_OfRandomSteps_IsAnsweredAsTheModelDoes(Store store)
    {
        await using var started = gateway = await stores.StartGatewayAsync(
            store,
            new GatewaySetup
            {
                Time = time,
                Settings = new Dictionary<string, string?> { ["Sesame:Storage:RefreshMilliseconds"] = "100" },
            }
        );
        hospital = await gateway.ConnectHospitalAsync();
        var scripts = 0;
        await RunAsync("tour", Tour);

        // One at a time: the clock is everybody's.
        await Script.SampleAsync(
            async draws => await RunAsync($"s{Interlocked.Increment(ref scripts)}", draws),
            seed: Environment.GetEnvironmentVariable("SESAME_VISIT_SEED"),
            iter: Scripts,
            threads: 1,
            print: draws => string.Join(' ', draws)
        );

        Assert.Subset(
            reasons,
            new HashSet<string>
            {
                "STATE_CONFLICT",
                "FIELD_INVALID",
                "ALREADY_EXISTS",
                "VISIT_LIMIT_EXCEEDED",
                "ALREADY_SETTLED",
                "OVERDUE",
                "PROGRAMME_LIMIT_REACHED",
            }
        );
        Assert.Equal(7, states.Count);
        using var check = gateway.Ledger.CheckLedger(new CheckLedgerRequest());
        await foreach (var message in check.ResponseStream.ReadAllAsync(TestContext.Current.CancellationToken))
        {
            Assert.Empty(message.Differences);
        }
    }

    private async Task RunAsync(string name, (int Kind, int Visit, int Line, int Variant)[] draws)
    {
        await gateway.FeedAsync($"{name}-p", 700);
        await gateway.FeedAsync($"{name}-q", 700);
        var latest = new Dictionary<string, VisitModel>();
        foreach (var draw in draws)
        {
            var person = $"{name}-{(draw.Visit == 0 ? 'p' : 'q')}";
            if (draw.Kind == 0 || !latest.TryGetValue(person, out var visited))
            {
                await OpenAsync(person, latest);
            }
            else if (draw.Kind == 1)
            {
                await WaitAsync(latest.Values);
            }
            else
            {
                await StepAsync(visited, draw);
            }

            foreach (var model in latest.Values)
            {
                var told = await hospital.GetAsync(model.Visit);
                Assert.True(model.Is(told), $"The model says {model}; the gateway: {told}");
                states.Add(model.State);
            }
        }
    }

    private async Task OpenAsync(string person, Dictionary<string, VisitModel> latest)
    {
        var before = latest.GetValueOrDefault(person);
        var expected =
            before is null or { IsOpen: false } ? null
            : before.State == VisitState.Overdue ? "OVERDUE"
            : "PROGRAMME_LIMIT_REACHED";
        var answer = await hospital.AskToOpenAsync(person, $"{person}-{++requests}", Limit);

        var reason = answer.NotGranted is { } refused ? Assert.Single(refused.Reasons).Reason : (DecisionReason?)null;
        Assert.Equal(expected?.Replace("_", "", StringComparison.Ordinal), reason?.ToString().ToUpperInvariant());
        if (answer.Visit is { } visit)
        {
            latest[person] = new VisitModel(person, visit);
        }
        else
        {
            reasons.Add(expected!);
        }
    }

    private async Task WaitAsync(IEnumerable<VisitModel> models)
    {
        time.Advance(TimeSpan.FromDays(8));
        hospital = await gateway.ReconnectHospitalAsync();
        foreach (var model in models)
        {
            model.Wait();
            await hospital.WhenAsync(model.Visit, told => told.Revision == model.Revision, $"time has passed over {model}");
        }
    }

    private async Task StepAsync(VisitModel model, (int Kind, int Visit, int Line, int Variant) draw)
    {
        var (visit, id, request) = (model.Visit, $"c{draw.Line}", $"r{++requests}");
        var fen = Amounts[draw.Variant];
        var (settlement, addsUp) = SettlementFor(model, draw.Variant);
        var refund = RefundFor(model, id, draw.Variant);
        var payment = Math.Max(1, model.Outstanding + (draw.Variant == 3 ? 1 : 0));
        (string? Expected, Func<Task> Call) step = draw.Kind switch
        {
            < 6 => (model.Add(id, fen), () => hospital.AddAsync(visit, request, id, fen)),
            6 => (model.Void(id), () => hospital.VoidAsync(visit, id, request)),
            7 => (model.Close(), () => hospital.CloseAsync(visit, null, request)),
            8 => (model.Settle(VisitState.Open, settlement, addsUp), () => hospital.CloseAsync(visit, settlement, request)),
            9 => (model.Settle(VisitState.Closed, settlement, addsUp), () => hospital.SettleAsync(visit, settlement, request)),
            10 => (model.Refund(id, refund), () => hospital.RefundAsync(visit, id, refund, request)),
            _ => (model.Pay(payment), () => hospital.PayAsync(visit, payment, request)),
        };

        if (step.Expected is null)
        {
            await step.Call();
        }
        else
        {
            Assert.Equal(step.Expected, (await RefusedCall.OfAsync(step.Call)).Reason);
            reasons.Add(step.Expected);
        }
    }

    // All of the person's part, half of it, one fen, or one fen too much.
    private static long RefundFor(VisitModel model, string id, int variant)
    {
        var line = model.Standing.FirstOrDefault(line => line.Id == id);
        var part = line is null ? 1 : line.SelfPay - line.TakenOff;
        return Math.Max(
            1,
            variant switch
            {
                0 => part,
                1 => part / 2,
                2 => 1,
                _ => part + 1,
            }
        );
    }

    // Insurance pays all, half or nothing; the fourth does not add up.
    private static (Settlement Settlement, bool AddsUp) SettlementFor(VisitModel model, int variant)
    {
        var lines = model
            .Standing.Select(line =>
            {
                var selfPay = variant switch
                {
                    0 => 0,
                    1 => line.Fen / 2,
                    _ => line.Fen,
                };
                return VisitSteps.Line(line.Id, line.Fen - selfPay, 0, 0, 0, selfPay);
            })
            .ToArray();
        var settlement = VisitSteps.Settlement(lines);
        settlement.TotalAmount.MinorUnits += variant == 3 ? 1 : 0;
        return (settlement, variant != 3);
    }
}
