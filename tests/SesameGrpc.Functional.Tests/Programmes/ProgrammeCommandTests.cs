using System.Text.Json.Nodes;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.TestSupport;
using Xunit;
using static SesameGrpc.Functional.Tests.OperatorCommands;
using static SesameGrpc.Functional.Tests.Programmes.ProgrammeSteps;

namespace SesameGrpc.Functional.Tests.Programmes;

/// <summary>How an operator changes a programme safely: try, propose, activate, watch, roll back.</summary>
public sealed class ProgrammeCommandTests : IDisposable
{
    private readonly string folder = TestEnvironment.NewDirectory("programme-commands");

    private string Document => Path.Combine(folder, "bike.json");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Commands_OneAfterAnother_ChangeAProgrammeAndBack()
    {
        await using var gateway = await StartAsync();

        await RunAsync(gateway, "programme", "get", Bike, "--out", Document);
        await EditAsync("650", "680", "\"version\": 1", "\"version\": 2");
        var dryRun = await RunAsync(gateway, "programme", "dry-run", Document);
        var proposed = await RunAsync(gateway, "programme", "propose", Document);
        var later = await RunAsync(
            gateway,
            "programme",
            "activate",
            Bike,
            "2",
            "--at",
            $"{TimeProvider.System.GetUtcNow().AddDays(3):yyyy-MM-dd}T00:00:00Z"
        );
        var activated = await RunAsync(gateway, "programme", "activate", Bike, "2");
        var inForce = await RunAsync(gateway, "programme", "get", Bike);
        var back = await RunAsync(gateway, "programme", "roll-back", Bike);
        var history = await RunAsync(gateway, "programme", "history", Bike);
        var versions = await RunAsync(gateway, "programme", "versions", Bike);
        var list = await RunAsync(gateway, "programme", "list");
        var replay = await RunAsync(gateway, "programme", "replay", "--partner", "bike");

        Assert.Contains("With this change 60 of 200 decisions would differ.", dryRun.Output, StringComparison.Ordinal);
        Assert.Matches(@"60 +ELIGIBLE +NOT_ELIGIBLE SCORE_TOO_LOW", dryRun.Output);
        Assert.Matches(@"bike\.deposit_free +2 .* operator:cli", proposed.Output);
        Assert.Contains("SCHEDULED", later.Output, StringComparison.Ordinal);
        Assert.Contains("IN_FORCE", activated.Output, StringComparison.Ordinal);
        Assert.Contains("bike.deposit_free version 2", inForce.Output, StringComparison.Ordinal);
        Assert.Contains("1 (roll back)", back.Output, StringComparison.Ordinal);
        Assert.Contains("CALLED_OFF", history.Output, StringComparison.Ordinal);
        Assert.Equal(2, versions.Output.Split("bike.deposit_free").Length - 1);
        Assert.Equal(13, list.Output.Split('\n').Count(line => line.Contains('.', StringComparison.Ordinal)));
        Assert.Contains("The decisions come out as they were recorded", replay.Output, StringComparison.Ordinal);
        Assert.All(
            [dryRun, proposed, later, activated, inForce, back, history, versions, list, replay],
            run => Assert.Equal((0, ""), (run.ExitCode, run.Error))
        );
    }

    [Fact]
    public async Task Replay_OfWhatWasTamperedWith_NamesItAndEndsWithFive()
    {
        await using var gateway = await StartAsync();
        await gateway
            .Service<Database>()
            .WriteAsync(
                (transaction, token) =>
                    transaction.Command("UPDATE persons SET score = 600 WHERE external_id = 'p-19'").ExecuteAsync(token),
                CancellationToken.None
            );

        var replay = await RunAsync(gateway, "programme", "replay");
        var json = await RunAsync(gateway, "programme", "replay", "--json");

        Assert.Equal((5, 5), (replay.ExitCode, json.ExitCode));
        Assert.Contains("recorded as ELIGIBLE, comes out as NOT_ELIGIBLE SCORE_TOO_LOW.", replay.Error, StringComparison.Ordinal);
        Assert.Contains("The decisions do not come out as they were recorded", replay.Output, StringComparison.Ordinal);
        var report = JsonNode.Parse(json.Output)!;
        Assert.Equal((false, 10, 190), ((bool)report["sound"]!, (int)report["different"]!, (int)report["equal"]!));
    }

    [Fact]
    public async Task Propose_OfWhatIsNoProgramme_SaysWhatIsWrong()
    {
        await using var gateway = await StartAsync();
        await File.WriteAllTextAsync(Document, "{\"programme\": 1}", TestContext.Current.CancellationToken);
        var noProgramme = await RunAsync(gateway, "programme", "propose", Document);
        var missing = await RunAsync(gateway, "programme", "dry-run", Path.Combine(folder, "missing.json"));
        await RunAsync(gateway, "programme", "get", Bike, "--out", Document);
        var sameVersion = await RunAsync(gateway, "programme", "propose", Document);

        Assert.Equal((2, 2, 1), (noProgramme.ExitCode, missing.ExitCode, sameVersion.ExitCode));
        Assert.Contains("is no programme in ProtoJSON", noProgramme.Error, StringComparison.Ordinal);
        Assert.Contains("must be 2, the next one of this programme", sameVersion.Error, StringComparison.Ordinal);
    }

    private async Task<GatewayUnderTest> StartAsync()
    {
        var gateway = await GatewayUnderTest.StartAsync();
        OperatorCommands.WriteCertificate(gateway);
        var bike = await gateway.ConnectAsync("bike", new Enrolment { Programme = Bike });
        for (var person = 0; person < 20; person++)
        {
            await gateway.FeedAsync($"p-{person}", 600 + (5 * person));
        }

        var checks = Enumerable
            .Range(0, 200)
            .Select(number => new CheckEligibilityRequest { Subject = $"p-{number % 20}", Programme = Bike });
        await bike.Eligibility.BatchCheckEligibilityAsync(new BatchCheckEligibilityRequest { Checks = { checks } });
        return gateway;
    }

    private async Task EditAsync(params string[] replacements)
    {
        var text = await File.ReadAllTextAsync(Document);
        foreach (var pair in replacements.Chunk(2))
        {
            Assert.Contains(pair[0], text, StringComparison.Ordinal);
            text = text.Replace(pair[0], pair[1], StringComparison.Ordinal);
        }

        await File.WriteAllTextAsync(Document, text);
    }
}
