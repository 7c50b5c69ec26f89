using System.Text.Json.Nodes;
using Xunit;

namespace SesameGrpc.Cli.Tests.Wire;

/// <summary>What is on record of a person, and what a person has agreed to, from the command line.</summary>
public sealed class PersonRecordTests(DevSandbox sandbox) : IClassFixture<DevSandbox>
{
    [Fact]
    public async Task Accesses_AfterALookAndARefusal_ShowBoth()
    {
        await sandbox.AsPartnerAsync("score", "get", "test-610");
        await sandbox.AsPartnerAsync("eligibility", "check", "test-610", "bike.deposit_free");

        var run = await sandbox.AsOperatorAsync("person", "accesses", "test-610");
        var words = await sandbox.AsOperatorInWordsAsync("person", "accesses", "test-610", "--limit", "1");
        var unknown = await sandbox.AsOperatorAsync("person", "accesses", "nobody");

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal(["NOT_ELIGIBLE", "UNSPECIFIED"], run.Lines.Select(line => (string?)line["decision"]));
        Assert.Equal("Hello Bike", (string?)run.Lines[0]["partner_display_name"]);
        Assert.Equal("SCORE_TOO_LOW", (string?)run.Lines[0]["decision_reasons"]![0]!["reason"]);
        Assert.Contains("ListAccesses", words.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("GetCreditScore", words.Out, StringComparison.Ordinal);
        Assert.Equal((1, "RESOURCE_NOT_FOUND"), (unknown.ExitCode, (string?)unknown.ErrorJson["reason"]));
    }

    [Fact]
    public async Task Export_PrintsOrWritesOneJsonObject()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "export.json");

        var run = await sandbox.AsOperatorAsync("person", "export", "test-620");
        var toFile = await sandbox.AsOperatorAsync("person", "export", "test-620", "--out", file);

        Assert.Equal("test-620", (string?)JsonNode.Parse(run.Out)!["person"]!["person"]);
        Assert.Equal((0, ""), (toFile.ExitCode, toFile.Out));
        Assert.Equal(620, (int?)JsonNode.Parse(await File.ReadAllTextAsync(file))!["score"]!["served_score"]);
    }

    [Fact]
    public async Task Consent_FromGrantToWithdrawal_DecidesWhatThePartnerSees()
    {
        var granted = await sandbox.AsOperatorAsync([
            .. new[] { "consent", "grant", "test-630", "hello-bike", "--purpose", "deposit_waiver" },
            .. new[] { "--scope", "score.read", "--days", "30" },
        ]);
        Assert.True(granted.ExitCode == 0, granted.Error);
        var id = (string)granted.Json["consent_id"]!;

        Assert.Equal(0, (await sandbox.AsPartnerAsync("score", "get", "test-630")).ExitCode);
        Assert.Equal("SUSPENDED", await ChangeAsync("suspend"));
        Assert.Equal(1, (await sandbox.AsPartnerAsync("score", "get", "test-630")).ExitCode);
        Assert.Equal("ACTIVE", await ChangeAsync("resume"));
        Assert.Equal(0, (await sandbox.AsPartnerAsync("score", "get", "test-630")).ExitCode);
        Assert.Equal("WITHDRAWN", await ChangeAsync("withdraw"));
        Assert.Equal(1, (await sandbox.AsPartnerAsync("score", "get", "test-630")).ExitCode);
        Assert.Equal(id, (string?)(await sandbox.AsOperatorAsync("consent", "list", "test-630")).Json["consent_id"]);
        Assert.Equal("", (await sandbox.AsOperatorAsync("consent", "list", "test-630", "--active")).Out);

        async Task<string?> ChangeAsync(string verb) =>
            (string?)(await sandbox.AsOperatorAsync("consent", verb, "test-630", id)).Json["state"];
    }

    [Fact]
    public async Task Withdraw_All_EndsThemAll_AndNeedsToBeSaid()
    {
        await sandbox.AsPartnerAsync("score", "get", "test-640");

        var neither = await sandbox.AsOperatorAsync("consent", "withdraw", "test-640");
        var all = await sandbox.AsOperatorAsync("consent", "withdraw", "test-640", "--all");

        Assert.Equal(2, neither.ExitCode);
        Assert.Equal(("WITHDRAWN", "hello-bike"), ((string?)all.Json["state"], (string?)all.Json["partner"]));
    }
}
