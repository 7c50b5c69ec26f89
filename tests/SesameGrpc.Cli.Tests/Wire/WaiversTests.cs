using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Xunit;

namespace SesameGrpc.Cli.Tests.Wire;

/// <summary>The whole life of a waiver from the command line, against a real gateway and its payment system.</summary>
public sealed partial class WaiversTests(DevSandbox sandbox) : IClassFixture<DevSandbox>
{
    [Fact]
    public async Task Complete_WithLinesAndDiscounts_ChargesThemUntilTheyArePaid()
    {
        var id = await GrantAsync("test-700-declined", "w-1");

        var charged = await OkAsync(
            "complete",
            id,
            "--line",
            "rent:500",
            "--line",
            "damage:3000:broken lamp",
            "--discount",
            "200:first ride"
        );
        var corrected = await OkAsync("correct", id, "--line", "rent:500");
        var wrong = await sandbox.AsPartnerAsync("waiver", "report-payment", id, "--amount", "499");
        var paid = await OkAsync("report-payment", id, "--amount", "500");

        Assert.Equal(("SETTLING", 3300), ((string?)charged["state"], (long)charged["outstanding_amount"]!["minor_units"]!));
        Assert.Equal("broken lamp", (string?)charged["charge"]!["lines"]![1]!["description"]);
        Assert.Equal(500, (long)corrected["charged_amount"]!["minor_units"]!);
        Assert.Equal((1, "FIELD_INVALID"), (wrong.ExitCode, (string?)wrong.ErrorJson["reason"]));
        Assert.Equal(("SETTLED", "PARTNER"), ((string?)paid["state"], (string?)paid["settled_by"]));
    }

    [Fact]
    public async Task Correct_ToNothing_Releases()
    {
        var id = await GrantAsync("test-750-declined", "w-2");
        await OkAsync("complete", id, "--line", "damage:100");

        Assert.Equal("RELEASED", (string?)(await OkAsync("correct", id, "--nothing"))["state"]);
    }

    [Fact]
    public async Task Extend_UntilOrByDays_MovesTheDueTime()
    {
        var id = await GrantAsync("test-800", "w-3");
        var before = (DateTimeOffset)(await OkAsync("get", id))["due_time"]!;

        var extended = await OkAsync("extend", id, "--until", $"{before.AddMilliseconds(1):O}");
        var tooFar = await sandbox.AsPartnerAsync("waiver", "extend", id, "--days", "4000");

        Assert.Equal(before.AddMilliseconds(1), (DateTimeOffset)extended["due_time"]!);
        Assert.Equal((1, "FIELD_INVALID"), (tooFar.ExitCode, (string?)tooFar.ErrorJson["reason"]));
    }

    [Fact]
    public async Task List_ByPersonAndState_IsNewestFirst()
    {
        var first = await GrantAsync("test-850", "w-4");
        await OkAsync("cancel", first);
        var second = await GrantAsync("test-850", "w-5");

        var all = await sandbox.AsPartnerAsync("waiver", "list", "--person", "test-850");
        var one = await sandbox.AsPartnerAsync("waiver", "list", "--person", "test-850", "--limit", "1");
        var cancelled = await sandbox.AsPartnerAsync("waiver", "list", "--person", "test-850", "--state", "cancelled");

        Assert.Equal([second, first], Ids(all));
        Assert.Equal([second], Ids(one));
        Assert.Equal([first], Ids(cancelled));
    }

    [Theory]
    [InlineData("extend", "ID")]
    [InlineData("extend", "ID", "--days", "1", "--until", "2030-01-01T00:00:00Z")]
    [InlineData("complete", "ID", "--line", "rent")]
    [InlineData("complete", "ID", "--discount", "5")]
    [InlineData("correct", "ID")]
    [InlineData("correct", "ID", "--line", "rent:5", "--nothing")]
    [InlineData("report-payment", "ID")]
    [InlineData("list", "--state", "lost")]
    public async Task Waiver_WrongUsage_Is2(params string[] args) =>
        Assert.Equal(2, (await sandbox.AsPartnerAsync(["waiver", .. args])).ExitCode);

    [Fact]
    public async Task Card_OfACharge_TellsTheLinesAndWhatIsOutstanding()
    {
        var id = await GrantAsync("test-900-declined", "w-6");
        await OkAsync("complete", id, "--line", "overdue_fee:250:two days", "--discount", "50");

        var card = Colours().Replace((await sandbox.AsPartnerInWordsAsync("waiver", "get", id)).Out, "");

        foreach (
            var row in new[]
            {
                "overdue fee   2.50 CNY  two days",
                "discount      -0.50 CNY",
                "charged       2.00 CNY",
                "collected     0.00 CNY",
                "outstanding   2.00 CNY",
                "payment due",
                "collection",
            }
        )
        {
            Assert.Contains(row, card, StringComparison.Ordinal);
        }
    }

    [GeneratedRegex("\\x1b\\[[0-9;]*m", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Colours();

    private async Task<string> GrantAsync(string person, string order) =>
        (string)(await OkAsync("grant", person, "bike.deposit_free", "--order-id", order))["deposit_waiver_id"]!;

    private async Task<JsonNode> OkAsync(params string[] args)
    {
        var run = await sandbox.AsPartnerAsync(["waiver", .. args]);
        Assert.True(run.ExitCode == 0, run.Error);
        return run.Json;
    }

    private static IEnumerable<string?> Ids(CliRun run) => run.Lines.Select(line => (string?)line["deposit_waiver_id"]);
}
