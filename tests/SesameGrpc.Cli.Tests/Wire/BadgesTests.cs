using System.Text.Json.Nodes;
using Xunit;

namespace SesameGrpc.Cli.Tests.Wire;

/// <summary>Badges from the command line, against a real gateway.</summary>
public sealed class BadgesTests(DevSandbox sandbox) : IClassFixture<DevSandbox>
{
    private const string Site = "https://www.baihe.example";

    [Fact]
    public async Task Badge_IsIssued_Shown_Listed_Revoked()
    {
        var issued = await OkAsync("issue", "test-705", "dating.badge", "--site", Site, "--profile", "chen");
        var id = (string)issued["credit_badge_id"]!;
        var renewed = await OkAsync("issue", "test-705", "dating.badge", "--site", Site, "--profile", "chen");
        var shown = await OkAsync("get", id);
        var listed = await OkAsync("list", "--person", "test-705");
        var revoked = await OkAsync("revoke", id);
        var again = await RunAsync("revoke", id);

        Assert.Equal(("LIT", "EXCEPTIONAL", 1), ((string?)issued["state"], (string?)issued["band"], (int)issued["revision"]!));
        Assert.Equal(2, ((string)issued["sd_jwt"]!).Count(character => character == '~'));
        Assert.Equal((id, 2), ((string?)renewed["credit_badge_id"], (int)renewed["revision"]!));
        Assert.Equal(shown.ToJsonString(), listed.ToJsonString());
        Assert.Equal(("REVOKED", "UNSPECIFIED"), ((string?)revoked["state"], (string?)revoked["band"]));
        Assert.Equal((1, "STATE_CONFLICT"), (again.ExitCode, (string?)again.ErrorJson["reason"]));
    }

    [Fact]
    public async Task Badge_ThatIsNotIssued_EndsWith3_AndSaysWhy()
    {
        var json = await RunAsync("issue", "test-599", "dating.badge", "--site", Site, "--profile", "wu");
        var words = await sandbox.AsPartnerInWordsAsync(
            "badge",
            "issue",
            "test-599",
            "dating.badge",
            "--site",
            Site,
            "--profile",
            "wu",
            "--partner",
            "baihe-dating"
        );

        Assert.Equal((3, "NOT_ISSUED"), (json.ExitCode, (string?)json.Lines.Single()["state"]));
        Assert.Equal(3, words.ExitCode);
        Assert.Contains("SCORE_TOO_LOW", words.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Badge_InWords_IsACard_AndATable()
    {
        await OkAsync("issue", "test-706", "dating.badge", "--site", Site, "--profile", "zhou");
        var list = await sandbox.AsPartnerInWordsAsync("badge", "list", "--partner", "baihe-dating", "--person", "test-706");
        var id = list.Out.Split(' ', StringSplitOptions.RemoveEmptyEntries).Single(word => word.Length == 32);
        var card = await sandbox.AsPartnerInWordsAsync("badge", "get", id, "--partner", "baihe-dating");

        Assert.Contains("EXCEPTIONAL", list.Out, StringComparison.Ordinal);
        Assert.Contains($"badge {id}", card.Out, StringComparison.Ordinal);
        Assert.Contains("/badges/", card.Out, StringComparison.Ordinal);
    }

    private async Task<JsonNode> OkAsync(params string[] args)
    {
        var run = await RunAsync(args);
        Assert.True(run.ExitCode == 0, run.Error);
        return run.Lines.Single();
    }

    private Task<CliRun> RunAsync(params string[] args) => sandbox.AsPartnerAsync(["badge", .. args, "--partner", "baihe-dating"]);
}
