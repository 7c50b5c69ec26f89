using Xunit;

namespace SesameGrpc.Cli.Tests.Wire;

public sealed class LedgerTests(DevSandbox sandbox) : IClassFixture<DevSandbox>
{
    [Fact]
    public async Task Show_OfAWaiver_TellsItsJournal()
    {
        var id = await GrantAsync("test-700", "l-1");
        await sandbox.AsPartnerAsync("waiver", "cancel", id);

        var shown = await sandbox.AsOperatorAsync("ledger", "show", id);
        var words = await sandbox.AsOperatorInWordsAsync("ledger", "show", id);
        var unknown = await sandbox.AsOperatorAsync("ledger", "show", new string('0', 32));

        Assert.True(shown.ExitCode == 0, shown.Error);
        Assert.Equal(
            ("CANCELLED", "hello-bike"),
            ((string?)shown.Json["obligation"]!["state"], (string?)shown.Json["obligation"]!["partner"])
        );
        Assert.Equal(["HOLD", "CANCEL"], shown.Json["entries"]!.AsArray().Select(entry => (string?)entry!["kind"]));
        Assert.Contains("CANCEL", words.Out, StringComparison.Ordinal);
        Assert.Equal((1, "RESOURCE_NOT_FOUND"), (unknown.ExitCode, (string?)unknown.ErrorJson["reason"]));
    }

    [Fact]
    public async Task List_ByPartnerPersonAndState_FindsThem()
    {
        var id = await GrantAsync("test-750", "l-2");

        var found = await sandbox.AsOperatorAsync("ledger", "list", "--partner", "hello-bike", "--person", "test-750", "--state", "active");
        var none = await sandbox.AsOperatorAsync("ledger", "list", "--person", "test-750", "--partner", "baihe-dating");

        Assert.Equal(id, (string?)found.Json["obligation_id"]);
        Assert.Equal((0, ""), (none.ExitCode, none.Out));
        Assert.Equal(2, (await sandbox.AsOperatorAsync("ledger", "list", "--state", "lost")).ExitCode);
    }

    [Fact]
    public async Task WriteOff_OfWhatIsNotOverdue_IsRefusedWithTheState()
    {
        var id = await GrantAsync("test-800", "l-3");

        var run = await sandbox.AsOperatorAsync("ledger", "write-off", id, "--reason", "cannot be found");

        Assert.Equal((1, "STATE_CONFLICT"), (run.ExitCode, (string?)run.ErrorJson["reason"]));
        Assert.Equal(2, (await sandbox.AsOperatorAsync("ledger", "write-off", id)).ExitCode);
    }

    /// <summary>The gateway's clock cannot be moved, so the due time is: it makes the waiver overdue, which a verification has no objection to.</summary>
    [Fact]
    public async Task WriteOff_OfWhatIsOverdue_IsFinal()
    {
        var id = await GrantAsync("test-850", "l-4");
        await sandbox.ChangeStoreAsync($"UPDATE obligations SET due_us = 1 WHERE obligation_id = '{id}'");
        for (var look = 0; (string?)(await sandbox.AsOperatorAsync("ledger", "show", id)).Json["obligation"]!["state"] != "OVERDUE"; look++)
        {
            Assert.True(look < 400, "It did not become overdue.");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        var run = await sandbox.AsOperatorAsync("ledger", "write-off", id, "--reason", "cannot be found");
        var shown = await sandbox.AsOperatorAsync("ledger", "show", id);

        Assert.Equal("WRITTEN_OFF", (string?)run.Json["state"]);
        Assert.Equal("cannot be found", (string?)shown.Json["entries"]![2]!["reason"]);
    }

    [Fact]
    public async Task Verify_ASoundLedgerAndABrokenOne_IsZeroAndFive()
    {
        await GrantAsync("test-900", "l-5");
        const string Change =
            "UPDATE exposures SET open_count = open_count {0} 1 WHERE person_id = (SELECT person_id FROM persons WHERE external_id = 'test-900') AND scope = 'all'";

        var sound = await sandbox.AsOperatorAsync("ledger", "verify");
        await sandbox.ChangeStoreAsync(string.Format(null, Change, '+'));
        var broken = await sandbox.AsOperatorAsync("ledger", "verify");
        var words = await sandbox.AsOperatorInWordsAsync("ledger", "verify");
        await sandbox.ChangeStoreAsync(string.Format(null, Change, '-'));

        Assert.True(sound.ExitCode == 0, sound.Out + sound.Error);
        Assert.True((bool)sound.Json["sound"]!);
        Assert.True((long)sound.Json["obligations"]! >= 1);
        Assert.Equal((5, false), (broken.ExitCode, (bool)broken.Json["sound"]!));
        Assert.Equal("test-900", (string?)Assert.Single(broken.Json["differences"]!.AsArray())!["person"]);
        Assert.Equal(5, words.ExitCode);
        Assert.StartsWith("Person test-900: The exposure in scope all has the number", words.Error, StringComparison.Ordinal);
        Assert.Contains("The ledger is not what its journal says", words.Out, StringComparison.Ordinal);
    }

    private async Task<string> GrantAsync(string person, string order)
    {
        var run = await sandbox.AsPartnerAsync("waiver", "grant", person, "bike.deposit_free", "--order-id", order);
        Assert.True(run.ExitCode == 0, run.Error);
        return (string)run.Json["deposit_waiver_id"]!;
    }
}
