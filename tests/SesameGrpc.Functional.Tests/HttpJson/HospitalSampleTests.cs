using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Functional.Tests.Visits;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.HttpJson;

/// <summary>A hospital that speaks HTTP and JSON alone: samples/hospital-http, as it stands.</summary>
public sealed class HospitalSampleTests
{
    private static readonly string Page = Path.Combine(TestEnvironment.RepositoryRoot, "docs", "http.md");
    private static readonly string Script = Path.Combine(TestEnvironment.RepositoryRoot, "samples", "hospital-http", "hospital.sh");

    [Fact]
    public async Task Script_WithCurl_TellsTheWholeStory()
    {
        Stores.Require(TestEnvironment.FindProgram("curl") is not null, "curl");
        Stores.Require(TestEnvironment.FindProgram("jq") is not null, "jq");
        await using var rail = await RailUnderTest.StartAsync();
        await using var gateway = await GatewayUnderTest.StartAsync(new GatewaySetup { Settings = rail.Settings(60) });
        var hospital = await gateway.ConnectHospitalAsync();
        await gateway.FeedAsync("test-650", 650);

        var run = await ForeignProgram.RunAsync("bash", [Script, "hospital"], ForeignProgram.EnvironmentOf(gateway, "hospital"));

        const string Open = "\"state\":\"VISIT_STATE_OPEN\",\"outstanding_fen\":\"0\",\"remaining_fen\":";
        Assert.Equal(
            [
                $$"""{"step":"open",{{Open}}"300000"}""",
                $$"""{"step":"registration",{{Open}}"297500"}""",
                $$"""{"step":"examination",{{Open}}"279500"}""",
                $$"""{"step":"pharmacy",{{Open}}"273100"}""",
                $$"""{"step":"pharmacy-again",{{Open}}"273100","replayed":true}""",
                $$"""{"step":"surgery","code":400,"status":"FAILED_PRECONDITION","reason":"VISIT_LIMIT_EXCEEDED","remaining_fen":"273100","help":"{{gateway.PublicUrl}}errors/VISIT_LIMIT_EXCEEDED"}""",
                $$"""{"step":"void",{{Open}}"279500"}""",
                """{"step":"close","state":"VISIT_STATE_SETTLING","outstanding_fen":"8500","remaining_fen":"0"}""",
                """{"step":"refund","state":"VISIT_STATE_SETTLING","outstanding_fen":"7500","remaining_fen":"0"}""",
                """{"step":"get","order":true,"charges":[{"id":"registration","void":false},{"id":"x-ray","void":false},{"id":"pills","void":true}]}""",
                """{"step":"list","visits":1,"newest":true}""",
            ],
            run.Steps.Select(step => step.ToJsonString())
        );
        var visits = await hospital.Visits.ListVisitsAsync(new Contracts.Partner.V1.ListVisitsRequest());
        Assert.Equal(7_500, Assert.Single(visits.Visits).OutstandingAmount.MinorUnits);
    }

    [Fact]
    public async Task Script_WhereAStepGoesWrong_EndsThereWithTheReason()
    {
        Stores.Require(TestEnvironment.FindProgram("curl") is not null, "curl");
        Stores.Require(TestEnvironment.FindProgram("jq") is not null, "jq");
        await using var gateway = await GatewayUnderTest.StartAsync();
        await gateway.ConnectHospitalAsync();
        await gateway.FeedAsync("test-400", 400);
        var environment = ForeignProgram.EnvironmentOf(gateway, "hospital");

        var unknown = await RunAsync("test-650", "hospital");
        var low = await RunAsync("test-400", "hospital");
        var stranger = await RunAsync("test-650", "nobody");

        Assert.Equal(1, unknown.ExitCode);
        Assert.StartsWith("open: RESOURCE_NOT_FOUND: ", unknown.Errors, StringComparison.Ordinal);
        Assert.Equal(3, low.ExitCode);
        Assert.Contains("SCORE_TOO_LOW", low.Output, StringComparison.Ordinal);
        Assert.Equal(1, stranger.ExitCode);
        Assert.StartsWith("token: invalid_client: ", stranger.Errors, StringComparison.Ordinal);

        Task<ForeignProgram> RunAsync(string subject, string partner) =>
            ForeignProgram.RunAsync(
                "bash",
                [Script, partner],
                new Dictionary<string, string>(environment) { ["SESAME_SUBJECT"] = subject }
            );
    }

    /// <summary>What docs/http.md has to paste, with this gateway's addresses in place of those of ./sesame dev.</summary>
    [Fact]
    public async Task Page_FirstCall_IsAnsweredAsItSays()
    {
        Stores.Require(TestEnvironment.FindProgram("curl") is not null, "curl");
        Stores.Require(TestEnvironment.FindProgram("jq") is not null, "jq");
        await using var gateway = await GatewayUnderTest.StartAsync();
        await gateway.OnboardAsync("hello-bike", new Enrolment { Programme = "bike.deposit_free" });
        await gateway.FeedAsync("test-649", 649);
        var environment = ForeignProgram.EnvironmentOf(gateway, "hello-bike");
        var page = await File.ReadAllTextAsync(Page);
        var commands = page.Split("```bash\n")[1]
            .Split("```")[0]
            .Replace("certs/partners/", $"{gateway.CertificateDirectory}/", StringComparison.Ordinal)
            .Replace("certs/ca.pem", environment["SESAME_CA"], StringComparison.Ordinal)
            .Replace("https://localhost:7443/", environment["SESAME_GATEWAY"], StringComparison.Ordinal);

        var run = await ForeignProgram.RunAsync("bash", ["-euc", commands], environment);

        const string Answer = "\"decision\": \"ELIGIBILITY_DECISION_NOT_ELIGIBLE\"";
        Assert.Contains(Answer, page, StringComparison.Ordinal);
        Assert.Contains(Answer, run.Output, StringComparison.Ordinal);
    }
}
