using Xunit;

namespace SesameGrpc.Cli.Tests.Wire;

public sealed class EventsTests(DevSandbox sandbox) : IClassFixture<DevSandbox>
{
    [Fact]
    public async Task EventsList_AfterAWaiver_ShowsItsChangesAndWhereToGoOn()
    {
        var granted = await sandbox.AsPartnerAsync("waiver", "grant", "test-810", "bike.deposit_free", "--order-id", "events-1");
        await sandbox.AsPartnerAsync("waiver", "cancel", (string)granted.Json["deposit_waiver_id"]!);

        var listed = await sandbox.AsPartnerAsync("events", "list");
        var types = listed
            .Lines.Where(item => (string?)item["deposit_waiver"]!["order_id"] == "events-1")
            .Select(item => (string?)item["type"]);

        Assert.Equal(["DEPOSIT_WAIVER_GRANTED", "DEPOSIT_WAIVER_CANCELLED"], types);
    }

    [Fact]
    public async Task EventsList_InWords_NamesVisitsAndBadgesToo()
    {
        await sandbox.AsPartnerAsync("visit", "open", "test-811", "--order-id", "events-2", "--partner", "huashan-hospital");
        var issued = await sandbox.AsPartnerAsync(
            "badge",
            "issue",
            "test-811",
            "dating.badge",
            "--site",
            "https://www.baihe.example",
            "--profile",
            "li",
            "--partner",
            "baihe-dating"
        );

        var ofVisits = await sandbox.AsPartnerInWordsAsync("events", "list", "--partner", "huashan-hospital");
        var ofBadges = await sandbox.AsPartnerInWordsAsync("events", "list", "--partner", "baihe-dating");

        Assert.Equal((0, 0), (ofVisits.ExitCode, ofBadges.ExitCode));
        Assert.Contains("order events-2  OPEN at revision 1", ofVisits.Out, StringComparison.Ordinal);
        Assert.Contains($"badge {issued.Json["credit_badge_id"]}  LIT at revision 1", ofBadges.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EventsStream_WithATokenOfNobody_Is1WithTheField()
    {
        var run = await sandbox.AsPartnerAsync("events", "stream", "--from", "nonsense");

        Assert.Equal((1, "FIELD_INVALID"), (run.ExitCode, (string?)run.ErrorJson["reason"]));
    }
}
