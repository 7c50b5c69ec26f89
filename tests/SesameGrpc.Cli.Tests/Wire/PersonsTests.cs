using Xunit;

namespace SesameGrpc.Cli.Tests.Wire;

public sealed class PersonsTests(DevSandbox sandbox) : IClassFixture<DevSandbox>
{
    [Fact]
    public async Task Dispute_OpenedListedAndAnswered_IsShownAtEachStep()
    {
        var opened = await sandbox.AsOperatorAsync("person", "dispute", "open", "test-600", "--score", "--statement", "It is too low.");
        Assert.True(opened.ExitCode == 0, opened.Error);
        var id = (string)opened.Json["dispute_id"]!;

        var person = await sandbox.AsOperatorAsync("person", "get", "test-600");
        var open = await sandbox.AsOperatorAsync("person", "dispute", "list", "--person", "test-600", "--state", "open");
        var words = await sandbox.AsOperatorInWordsAsync("person", "dispute", "list", "--person", "test-600");
        var overdue = await sandbox.AsOperatorAsync("person", "dispute", "list", "--overdue");
        var answered = await sandbox.AsOperatorAsync("person", "dispute", "answer", id, "--text", "It is right.");
        var again = await sandbox.AsOperatorAsync("person", "dispute", "answer", id, "--text", "Once more.");

        Assert.Equal(1, (int)person.Json["open_disputes"]!);
        Assert.Equal((id, "OPEN"), ((string?)open.Json["dispute_id"], (string?)open.Json["state"]));
        Assert.Contains("It is too low.", words.Out, StringComparison.Ordinal);
        Assert.Equal((0, ""), (overdue.ExitCode, overdue.Out));
        Assert.Equal(("ANSWERED", "It is right."), ((string?)answered.Json["state"], (string?)answered.Json["answer"]));
        Assert.Equal((1, "STATE_CONFLICT"), (again.ExitCode, (string?)again.ErrorJson["reason"]));
    }

    [Fact]
    public async Task Dispute_OfARefusalAndOfAnObligation_IsTakenWhereItIsTheirs()
    {
        await sandbox.AsPartnerAsync("eligibility", "check", "test-601", "bike.deposit_free");
        var refusal = await sandbox.AsOperatorAsync("audit", "search", "--person", "test-601", "--caller", "partner:hello-bike");
        var granted = await sandbox.AsPartnerAsync("waiver", "grant", "test-702", "bike.deposit_free", "--order-id", "p-1");
        string[] statement = ["--statement", "Why?"];

        var ofRefusal = await sandbox.AsOperatorAsync([
            "person",
            "dispute",
            "open",
            "test-601",
            "--refusal",
            $"{refusal.Json["leaf_index"]}",
            .. statement,
        ]);
        var ofObligation = await sandbox.AsOperatorAsync([
            "person",
            "dispute",
            "open",
            "test-702",
            "--obligation",
            (string)granted.Json["deposit_waiver_id"]!,
            .. statement,
        ]);
        var ofAnother = await sandbox.AsOperatorAsync([
            "person",
            "dispute",
            "open",
            "test-703",
            "--refusal",
            $"{refusal.Json["leaf_index"]}",
            .. statement,
        ]);

        Assert.True(ofRefusal.ExitCode == 0, ofRefusal.Error);
        Assert.True(ofObligation.ExitCode == 0, ofObligation.Error);
        Assert.Equal((1, "RESOURCE_NOT_FOUND"), (ofAnother.ExitCode, (string?)ofAnother.ErrorJson["reason"]));
    }

    [Theory]
    [InlineData]
    [InlineData("--score", "--refusal", "1")]
    public async Task DisputeOpen_AboutNothingOrTwoThings_IsWrongUsage(params string[] about) =>
        Assert.Equal(
            2,
            (await sandbox.AsOperatorAsync(["person", "dispute", "open", "test-600", .. about, "--statement", "No."])).ExitCode
        );

    [Fact]
    public async Task Erase_WithSomethingOpenThenWithout_IsRefusedThenForgets()
    {
        var granted = await sandbox.AsPartnerAsync("waiver", "grant", "test-704", "bike.deposit_free", "--order-id", "e-1");
        var refused = await sandbox.AsOperatorAsync("person", "erase", "test-704");
        await sandbox.AsPartnerAsync("waiver", "cancel", (string)granted.Json["deposit_waiver_id"]!);

        var erased = await sandbox.AsOperatorAsync("person", "erase", "test-704", "--request-id", "erase-it");
        var repeated = await sandbox.AsOperatorAsync("person", "erase", "test-704", "--request-id", "erase-it");
        var gone = await sandbox.AsOperatorAsync("person", "get", "test-704");
        var audit = await sandbox.AsOperatorAsync("audit", "verify");
        var ledger = await sandbox.AsOperatorAsync("ledger", "verify");

        Assert.Equal((1, "OBLIGATIONS_OPEN"), (refused.ExitCode, (string?)refused.ErrorJson["reason"]));
        Assert.True(erased.ExitCode == 0, erased.Error);
        Assert.Equal((string?)erased.Json["erase_time"], (string?)repeated.Json["erase_time"]);
        Assert.Equal((1, "RESOURCE_NOT_FOUND"), (gone.ExitCode, (string?)gone.ErrorJson["reason"]));
        Assert.True(audit.ExitCode == 0, audit.Out);
        Assert.True(ledger.ExitCode == 0, ledger.Out);
    }
}
