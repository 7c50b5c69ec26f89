using Xunit;

namespace SesameGrpc.Cli.Tests.Wire;

public sealed class SandboxTests(DevSandbox sandbox) : IClassFixture<DevSandbox>
{
    [Fact]
    public async Task Persons_OfEachKind_AreListedAndFed()
    {
        var listed = await sandbox.AsOperatorAsync("sandbox", "persons");
        var words = await sandbox.AsOperatorInWordsAsync("sandbox", "persons");
        var stale = await sandbox.AsPartnerAsync("eligibility", "check", "test-650-stale", "bike.deposit_free");
        var frozen = await sandbox.AsPartnerAsync("eligibility", "check", "test-650-frozen", "bike.deposit_free");

        Assert.True(listed.ExitCode == 0, listed.Error);
        Assert.Equal("", (string?)listed.Lines[0]["suffix"]);
        Assert.Contains(listed.Lines, line => (string?)line["error_reason"] == "STORE_UNAVAILABLE");
        Assert.Contains("test-650-slow2s", words.Out, StringComparison.Ordinal);
        Assert.Equal((3, "UNDECIDABLE"), (stale.ExitCode, (string?)stale.Json["decision"]));
        Assert.Equal((1, "RESOURCE_NOT_FOUND"), (frozen.ExitCode, (string?)frozen.ErrorJson["reason"]));
    }

    [Fact]
    public async Task Fail_Once_FailsOneCall_AndClearEndsTheRest()
    {
        var set = await sandbox.AsOperatorAsync(
            "sandbox",
            "fail",
            "GetCreditScore",
            "store_unavailable",
            "--count",
            "1",
            "--partner",
            "hello-bike"
        );
        var delayed = await sandbox.AsOperatorAsync("sandbox", "fail", "GetDepositWaiver", "--delay", "1500ms");
        var listed = await sandbox.AsOperatorAsync("sandbox", "fail");
        var words = await sandbox.AsOperatorInWordsAsync("sandbox", "fail");
        var first = await sandbox.AsPartnerAsync("score", "get", "test-650");
        var second = await sandbox.AsPartnerAsync("score", "get", "test-650");
        var cleared = await sandbox.AsOperatorAsync("sandbox", "fail", "--clear");

        Assert.True(set.ExitCode == 0, set.Error);
        Assert.Equal(1.5, (double)delayed.Json["delay"]!);
        Assert.Equal(2, listed.Lines.Count);
        Assert.Contains("sesame.partner.v1.CreditScoreService/GetCreditScore", words.Out, StringComparison.Ordinal);
        Assert.Equal((1, "STORE_UNAVAILABLE"), (first.ExitCode, (string?)first.ErrorJson["reason"]));
        Assert.Equal(0, second.ExitCode);
        Assert.Equal(1, (int)cleared.Json["cleared_count"]!);
    }

    [Fact]
    public async Task ClockTriggerAndReset_OneAfterAnother_GoThereAndBack()
    {
        var triggered = await sandbox.AsOperatorAsync("trigger", "deposit_waiver.settled");
        var words = await sandbox.AsOperatorInWordsAsync("trigger", "visit.opened", "--partner", "huashan-hospital");
        var events = await sandbox.AsPartnerAsync("events", "list");
        var ahead = await sandbox.AsOperatorAsync("sandbox", "clock", "--advance", "3d");
        var shown = await sandbox.AsOperatorInWordsAsync("sandbox", "clock");
        var reset = await sandbox.AsOperatorAsync("sandbox", "reset");
        var back = await sandbox.AsOperatorInWordsAsync("sandbox", "clock");

        Assert.True(triggered.ExitCode == 0, triggered.Error);
        Assert.Equal("ReportDepositWaiverPayment", (string?)triggered.Json["calls"]!.AsArray()[^1]);
        Assert.Contains("OpenVisit", words.Out, StringComparison.Ordinal);
        Assert.Equal("DEPOSIT_WAIVER_SETTLED", (string?)events.Lines[^1]["type"] ?? (string?)events.Lines[^1]["event"]?["type"]);
        Assert.Equal(3 * 86_400, (double)ahead.Json["ahead"]!);
        Assert.Contains("3d 00:00:00 ahead of the machine's", shown.Out, StringComparison.Ordinal);
        Assert.Equal((2, 3 * 86_400), ((int)reset.Json["forgotten_obligations"]!, (double)reset.Json["clock_set_back"]!));
        Assert.Contains("the machine's time", back.Out, StringComparison.Ordinal);
        Assert.Equal("", (await sandbox.AsPartnerAsync("events", "list")).Out.Trim());
    }

    [Theory]
    [InlineData("sandbox", "clock", "--advance", "soon")]
    [InlineData("sandbox", "fail", "GetCreditScore", "NO_SUCH_REASON")]
    [InlineData("trigger", "no.such_event")]
    [InlineData("trigger")]
    public async Task WrongUsage_Is2(params string[] args) => Assert.Equal(2, (await sandbox.AsOperatorAsync(args)).ExitCode);
}
