using System.Text.Json.Nodes;
using SesameGrpc.Cli.Demo;
using Xunit;

namespace SesameGrpc.Cli.Tests.Wire;

public sealed class DemoTests
{
    [Fact]
    public async Task Demo_Json_TellsTheStoryAndNothingElse()
    {
        var run = await CliRun.RunAsync(TestContext.Current.CancellationToken, "demo", "--json");

        Assert.True(run.ExitCode == 0, run.Out + run.Error);
        Assert.Equal(
            [
                "token",
                "score",
                "eligibility",
                "eligibility",
                "grant",
                "replay",
                "grant",
                "complete",
                "stolen-token",
                "no-consent",
                "consent",
                "eligibility",
                "withdraw",
                "no-consent",
            ],
            run.Lines.Select(line => (string)line["step"]!)
        );
        AssertFields(run.Lines[0], """{"token_type":"Bearer"}""");
        Assert.InRange((int)run.Lines[0]["expires_in"]!, 1, 600);
        Assert.StartsWith("x5t#S256", (string?)run.Lines[0]["bound_to"], StringComparison.Ordinal);
        AssertFields(run.Lines[1], """{"subject":"test-650","score":650,"band":"EXCELLENT"}""");
        AssertFields(run.Lines[2], """{"subject":"test-650","programme":"bike.deposit_free","decision":"ELIGIBLE","reasons":[]}""");
        AssertFields(
            run.Lines[3],
            """{"subject":"test-649","programme":"bike.deposit_free","decision":"NOT_ELIGIBLE","reasons":["SCORE_TOO_LOW"]}"""
        );
        AssertFields(run.Lines[4], """{"subject":"test-650","state":"ACTIVE","waived_fen":19900,"payable_fen":0}""");
        AssertFields(run.Lines[5], $$"""{"replayed":true,"deposit_waiver_id":{{run.Lines[4]["deposit_waiver_id"]!.ToJsonString()}}}""");
        AssertFields(run.Lines[6], """{"subject":"test-649","state":"NOT_GRANTED","reasons":["SCORE_TOO_LOW"]}""");
        AssertFields(run.Lines[7], """{"state":"RELEASED","allowed_actions":[]}""");
        AssertFields(run.Lines[8], """{"code":"UNAUTHENTICATED","reason":"TOKEN_BINDING_MISMATCH"}""");
        AssertFields(run.Lines[9], """{"subject":"test-650-noconsent","code":"NOT_FOUND","reason":"RESOURCE_NOT_FOUND"}""");
        AssertFields(
            run.Lines[10],
            """{"subject":"test-650-noconsent","purpose":"DEPOSIT_WAIVER","programmes":["bike.deposit_free"],"days":90}"""
        );
        Assert.Matches("^[0-9a-f]{32}$", (string?)run.Lines[10]["consent_id"]);
        AssertFields(run.Lines[11], """{"subject":"test-650-noconsent","decision":"ELIGIBLE"}""");
        AssertFields(run.Lines[13], """{"code":"NOT_FOUND","reason":"RESOURCE_NOT_FOUND"}""");
        Assert.All(run.Lines, line => Assert.True((bool)line["as_expected"]!));
    }

    [Fact]
    public async Task Demo_Library_RefusesAcceptsAndOpensAKiosk()
    {
        var run = await CliRun.RunAsync(TestContext.Current.CancellationToken, "demo", "library", "--json");

        Assert.True(run.ExitCode == 0, run.Out + run.Error);
        Assert.Equal(
            ["eligibility", "eligibility", "eligibility", "no-consent", "programme", "eligibility", "eligibility", "kiosk"],
            run.Lines.Select(line => (string)line["step"]!)
        );
        AssertFields(run.Lines[0], """{"story":"library","subject":"test-550","decision":"ELIGIBLE","item_limit":10}""");
        AssertFields(run.Lines[1], """{"subject":"test-549","decision":"NOT_ELIGIBLE","reasons":["SCORE_TOO_LOW"]}""");
        AssertFields(
            run.Lines[2],
            """{"subject":"test-900-listed","decision":"NOT_ELIGIBLE","reasons":["COURT_LISTED","SCORE_TOO_LOW"]}"""
        );
        AssertFields(run.Lines[3], """{"subject":"test-550-noconsent","code":"NOT_FOUND","reason":"RESOURCE_NOT_FOUND"}""");
        AssertFields(run.Lines[4], """{"programme":"library.card_free","minimum_score":600}""");
        AssertFields(run.Lines[5], """{"subject":"test-599","decision":"NOT_ELIGIBLE","reasons":["SCORE_TOO_LOW"]}""");
        AssertFields(run.Lines[6], """{"subject":"test-600","decision":"ELIGIBLE","item_limit":10}""");
        AssertFields(
            run.Lines[7],
            """{"charge_denied_by_library":true,"charge_denied_at_kiosk":false,"screen_message":"No deposit needed. You may borrow up to 10 items."}"""
        );
        Assert.All(run.Lines, line => Assert.True((bool)line["as_expected"]!));
    }

    [Fact]
    public async Task Demo_Hospital_ChargesSettlesAndRefunds()
    {
        var run = await CliRun.RunAsync(TestContext.Current.CancellationToken, "demo", "hospital", "--json");

        Assert.True(run.ExitCode == 0, run.Out + run.Error);
        Assert.Equal(
            ["open", "open", "charge", "charge", "void", "close", "settle", "settle", "pay", "refund", "wheelchair"],
            run.Lines.Select(line => (string)line["step"]!)
        );
        AssertFields(run.Lines[0], """{"story":"hospital","subject":"test-650","state":"OPEN","limit_fen":100000}""");
        AssertFields(run.Lines[2], """{"total_fen":60500}""");
        AssertFields(run.Lines[3], """{"code":"FAILED_PRECONDITION","reason":"VISIT_LIMIT_EXCEEDED"}""");
        AssertFields(run.Lines[6], """{"code":"INVALID_ARGUMENT","reason":"FIELD_INVALID"}""");
        AssertFields(run.Lines[7], """{"state":"SETTLING","total_fen":42500,"outstanding_fen":11500}""");
        AssertFields(run.Lines[9], """{"state":"SETTLED","refunded_fen":4000}""");
        Assert.All(run.Lines, line => Assert.True((bool)line["as_expected"]!));
    }

    [Fact]
    public async Task Demo_Dating_ShowsABadge_TellsCopiesAndForgeries_AndTakesItBack()
    {
        var run = await CliRun.RunAsync(TestContext.Current.CancellationToken, "demo", "dating", "--json");

        Assert.True(run.ExitCode == 0, run.Out + run.Error);
        Assert.Equal(
            ["issue", "badge", "verify", "copy", "proof", "refused", "stolen-token", "withdraw", "unlit"],
            run.Lines.Select(line => (string)line["step"]!)
        );
        AssertFields(run.Lines[0], """{"subject":"test-700","state":"LIT","band":"EXCEPTIONAL","profile":"zhang-1990"}""");
        AssertFields(run.Lines[1], """{"title":"Credit badge: Exceptional"}""");
        Assert.InRange((int)run.Lines[1]["bytes"]!, 1, 4096);
        AssertFields(run.Lines[4], """{"profile":"zhang-1990","genuine":true,"forged_accepted":false}""");
        AssertFields(run.Lines[5], """{"subject":"test-549","state":"NOT_ISSUED","reasons":["SCORE_TOO_LOW"]}""");
        AssertFields(run.Lines[6], """{"code":"UNAUTHENTICATED","reason":"TOKEN_BINDING_MISMATCH"}""");
        AssertFields(run.Lines[8], """{"title":"Credit badge: Not valid"}""");
        Assert.All(run.Lines, line => Assert.True((bool)line["as_expected"]!));
    }

    [Fact]
    public async Task Demo_All_TellsEveryStoryOnOneGateway()
    {
        var run = await CliRun.RunAsync(TestContext.Current.CancellationToken, "demo", "all", "--json");

        Assert.True(run.ExitCode == 0, run.Out + run.Error);
        Assert.Equal(DemoStories.All.Select(story => story.Name), run.Lines.Select(line => (string)line["story"]!).Distinct());
        Assert.All(run.Lines, line => Assert.True((bool)line["as_expected"]!));
    }

    private static void AssertFields(JsonNode line, string expected)
    {
        foreach (var (name, value) in JsonNode.Parse(expected)!.AsObject())
        {
            Assert.Equal($"{name}: {value!.ToJsonString()}", $"{name}: {line[name]?.ToJsonString()}");
        }
    }
}
