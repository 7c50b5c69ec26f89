using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Audit;
using SesameGrpc.TestSupport;

namespace SesameGrpc.Soak.Audit;

/// <summary>Calls of every kind that leave their trace in the audit log, and a checkpoint now and then.</summary>
internal static class LogTraffic
{
    private const int Rounds = 6;
    private const int Persons = 40;

    // Checkpoints are signed when the traffic wants them.
    public static GatewaySetup Setup { get; } =
        new() { Settings = new Dictionary<string, string?> { ["Sesame:Audit:CheckpointMilliseconds"] = "60000" } };

    public static async Task MakeAsync(GatewayUnderTest gateway)
    {
        var bike = await gateway.ConnectAsync("bike", new Enrolment { Programme = "bike.deposit_free" });
        for (var person = 0; person < Persons; person++)
        {
            await gateway.FeedAsync($"test-{person}", 400 + (person * 10));
        }

        for (var round = 0; round < Rounds; round++)
        {
            await bike.Scores.BatchGetCreditScoresAsync(
                new BatchGetCreditScoresRequest { Subjects = { Enumerable.Range(0, Persons * 2).Select(person => $"test-{person}") } }
            );
            for (var person = round; person < Persons; person += Rounds)
            {
                await MakeAsync(bike, $"test-{person}", $"ride-{round}-{person}");
            }

            await gateway.PublishAsync();
        }

        await FillRunAsync(gateway);
        await gateway.PublishAsync();
    }

    // Persons' leaves are indexed once there are enough for a run.
    private static async Task FillRunAsync(GatewayUnderTest gateway)
    {
        var entries = gateway.Service<AuditEntries>();
        var more = Enumerable
            .Range(0, LeafRun.FreshLeaves)
            .Select(number =>
            {
                var entry = entries.New("partner:bike", "sesame.Test/Filled", $"{number}");
                entry.SubjectHash = entries.SubjectHashOf($"test-{number % Persons}");
                return entry;
            });
        await gateway.Service<AuditLog>().AppendAsync([.. more], CancellationToken.None);
        await gateway.Service<AuditIndexer>().IndexAsync(CancellationToken.None);
    }

    private static async Task MakeAsync(ConnectedPartner bike, string person, string order)
    {
        await bike.Scores.GetCreditScoreAsync(new GetCreditScoreRequest { Subject = person });
        await bike.Eligibility.CheckEligibilityAsync(new CheckEligibilityRequest { Subject = person, Programme = "bike.deposit_free" });
        await bike.GrantAsync(person, "bike.deposit_free", order);
        await bike.GrantAsync(person, "bike.deposit_free", order);
        await RefusedCall.OfAsync(bike.Scores.GetCreditScoreAsync(new GetCreditScoreRequest { Subject = $"no-{person}" }));
    }
}
