using System.Text.Json.Nodes;
using Xunit;

namespace SesameGrpc.Cli.Tests.Wire;

/// <summary>The whole life of a visit from the command line, against a real gateway.</summary>
public sealed class VisitsTests(DevSandbox sandbox) : IClassFixture<DevSandbox>
{
    [Fact]
    public async Task Visit_FromTheOpeningToTheRefund_IsNamedByTheHospitalsOwnId()
    {
        var opened = await OkAsync("open", "test-671", "--order-id", "v-1");
        await OkAsync("charge", "v-1", "a", "--amount", "1000", "--kind", "registration");
        await OkAsync("charge", "v-1", "b", "--amount", "2000", "--kind", "Medicine");
        var voided = await OkAsync("void", "v-1", "b");
        var closed = await OkAsync("close", (string)opened["visit_id"]!);
        var wrong = await RunAsync("settle", "v-1", "--bear", "a:fund=400,self=599");
        var settled = await OkAsync("settle", "v-1", "--bear", "a:fund=400,self=600");
        var paid = await OkAsync("report-payment", "v-1", "--amount", "600");
        var refunded = await OkAsync("refund", "v-1", "a", "--amount", "100");

        Assert.Equal(("OPEN", 100_000), ((string?)opened["state"], (long)opened["limit_amount"]!["minor_units"]!));
        Assert.Equal(1_000, (long)voided["total_amount"]!["minor_units"]!);
        Assert.Equal("CLOSED", (string?)closed["state"]);
        Assert.Equal((1, "FIELD_INVALID"), (wrong.ExitCode, (string?)wrong.ErrorJson["reason"]));
        Assert.Equal(("SETTLING", 600), ((string?)settled["state"], (long)settled["outstanding_amount"]!["minor_units"]!));
        Assert.Equal(("SETTLED", "PARTNER"), ((string?)paid["state"], (string?)paid["settled_by"]));
        Assert.Equal(100, (long)refunded["refunded_amount"]!["minor_units"]!);
    }

    [Fact]
    public async Task Open_OfWhoIsRefused_HasItsExitCodeAndReasons()
    {
        var refused = await RunAsync("open", "test-649", "--order-id", "v-2");

        Assert.Equal(3, refused.ExitCode);
        Assert.Equal("NOT_GRANTED", (string?)refused.Lines[0]["state"]);
    }

    [Fact]
    public async Task List_ByPersonAndState_ShowsThePersonsVisits()
    {
        await OkAsync("open", "test-672", "--order-id", "v-3");
        await OkAsync("close", "v-3");
        await OkAsync("open", "test-672", "--order-id", "v-4");

        var all = await RunAsync("list", "--person", "test-672");
        var open = await RunAsync("list", "--person", "test-672", "--state", "open");
        var card = await sandbox.AsPartnerInWordsAsync("visit", "get", "v-4", "--partner", "huashan-hospital");

        Assert.Equal(["v-4", "v-3"], all.Lines.Select(line => (string?)line["order_id"]));
        Assert.Equal("v-4", (string?)Assert.Single(open.Lines)["order_id"]);
        Assert.Contains("closes by itself", card.Out, StringComparison.Ordinal);
    }

    private Task<CliRun> RunAsync(params string[] arguments) =>
        sandbox.AsPartnerAsync(["visit", .. arguments, "--partner", "huashan-hospital"]);

    private async Task<JsonNode> OkAsync(params string[] arguments)
    {
        var run = await RunAsync(arguments);
        Assert.True(run.ExitCode == 0, run.Out + run.Error);
        return Assert.Single(run.Lines);
    }
}
