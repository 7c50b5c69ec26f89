using System.Text.Json.Nodes;
using Xunit;

namespace SesameGrpc.Cli.Tests.Wire;

public sealed class CallsTests(DevSandbox sandbox) : IClassFixture<DevSandbox>
{
    [Fact]
    public async Task ScoreGet_TestPerson_HasTheScoreInItsName()
    {
        var run = await sandbox.AsPartnerAsync("score", "get", "test-700");

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal((700, "EXCEPTIONAL"), ((int)run.Json["score"]!["score"]!, (string)run.Json["score"]!["band"]!));
    }

    [Fact]
    public async Task ScoreGet_UnknownPerson_Is1WithTheReason()
    {
        var run = await sandbox.AsPartnerAsync("score", "get", "test-650-notopted");

        Assert.Equal(1, run.ExitCode);
        Assert.Equal(("NOT_FOUND", "RESOURCE_NOT_FOUND"), ((string?)run.ErrorJson["code"], (string?)run.ErrorJson["reason"]));
        Assert.NotNull(run.ErrorJson["request_id"]);
        Assert.NotNull(run.ErrorJson["help"]);
    }

    [Fact]
    public async Task ScoreGet_PartnerWithoutTheScope_IsRefused()
    {
        var run = await sandbox.AsPartnerAsync("score", "get", "test-650", "--partner", "baihe-dating");

        Assert.Equal(1, run.ExitCode);
    }

    [Theory]
    [InlineData("test-650", 0, "ELIGIBLE")]
    [InlineData("test-649", 3, "NOT_ELIGIBLE")]
    [InlineData("test-900-listed", 3, "NOT_ELIGIBLE")]
    public async Task EligibilityCheck_Decision_IsTheExitCode(string subject, int exitCode, string decision)
    {
        var run = await sandbox.AsPartnerAsync("eligibility", "check", subject, "bike.deposit_free");

        Assert.Equal((exitCode, decision), (run.ExitCode, (string?)run.Json["decision"]));
    }

    [Fact]
    public async Task Waiver_GrantGetComplete_LeadsToReleased()
    {
        var granted = await sandbox.AsPartnerAsync(
            "waiver",
            "grant",
            "test-800",
            "bike.deposit_free",
            "--order-id",
            "cli-1",
            "--amount-fen",
            "9900"
        );
        Assert.True(granted.ExitCode == 0, granted.Error);
        var id = (string)granted.Json["deposit_waiver_id"]!;

        var read = await sandbox.AsPartnerAsync("waiver", "get", id);
        var completed = await sandbox.AsPartnerAsync("waiver", "complete", id);
        var again = await sandbox.AsPartnerAsync("waiver", "cancel", id);

        Assert.Equal(("ACTIVE", "RELEASED"), ((string?)read.Json["state"], (string?)completed.Json["state"]));
        Assert.Equal(9900, (long)granted.Json["waived_amount"]!["minor_units"]!);
        Assert.Equal((1, "STATE_CONFLICT"), (again.ExitCode, (string?)again.ErrorJson["reason"]));
    }

    [Fact]
    public async Task WaiverGrant_PointBelow_Is3AndNotGranted()
    {
        var run = await sandbox.AsPartnerAsync("waiver", "grant", "test-649", "bike.deposit_free", "--order-id", "cli-2");

        Assert.Equal((3, "NOT_GRANTED"), (run.ExitCode, (string?)run.Json["state"]));
    }

    [Theory]
    [InlineData("tls-partner")]
    [InlineData("solo-partner", "--self-signed")]
    public async Task PartnerAdd_NewPartner_CanCallUntilSuspended(string id, params string[] more)
    {
        var added = await sandbox.AsOperatorAsync([
            "partner",
            "add",
            id,
            "--name",
            "New",
            "--kind",
            "lender",
            "--scope",
            "score.read",
            "--scope",
            "eligibility.check",
            "--programme",
            "library.card_free:600",
            .. more,
        ]);
        Assert.True(added.ExitCode == 0, added.Error);

        var called = await sandbox.AsPartnerAsync("score", "get", "test-650", "--partner", id);
        Assert.True(called.ExitCode == 0, called.Error);

        Assert.Equal("SUSPENDED", (string?)(await sandbox.AsOperatorAsync("partner", "suspend", id)).Json["state"]);
        Assert.Equal(1, (await sandbox.AsPartnerAsync("score", "get", "test-650", "--partner", id)).ExitCode);
        Assert.Equal("ACTIVE", (string?)(await sandbox.AsOperatorAsync("partner", "resume", id)).Json["state"]);
        Assert.Contains(id, (await sandbox.AsOperatorAsync("partner", "list")).Lines.Select(line => (string?)line["partner"]));
    }

    [Fact]
    public async Task Person_OptInAndOut_ShowsInGet()
    {
        var newcomer = await sandbox.AsOperatorAsync("person", "opt-in", "cli-newcomer");
        Assert.True(newcomer.ExitCode == 0, newcomer.Error);
        Assert.Equal(600, (int)newcomer.Json["served_score"]!);

        await sandbox.AsOperatorAsync("person", "opt-out", "cli-newcomer");

        Assert.False((bool)(await sandbox.AsOperatorAsync("person", "get", "cli-newcomer")).Json["opted_in"]!);
    }

    [Fact]
    public async Task Token_OfPartner_IsBound()
    {
        var run = await sandbox.AsPartnerAsync("token", "--scope", "score.read");

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.StartsWith("x5t#S256=", (string?)run.Json["bound_to"], StringComparison.Ordinal);
        Assert.IsType<JsonObject>(run.Json);
    }
}
