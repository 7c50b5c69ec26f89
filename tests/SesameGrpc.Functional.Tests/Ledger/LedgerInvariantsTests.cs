using Microsoft.Data.Sqlite;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.Soak.Ledger;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.Ledger;

/// <summary>What proves the ledger can fail: each fault that is planted in a store is named, and so is each answer that was not given so.</summary>
public sealed class LedgerInvariantsTests
{
    private const string AChange = """
        (SELECT MAX(first_index) FROM audit_groups WHERE instr(entries, CAST('partner:one' AS BLOB)) > 0
            AND instr(entries, CAST('GrantDepositWaiver' AS BLOB)) > 0 AND instr(entries, CAST('obligation' AS BLOB)) > 0)
        """;

    private static readonly (string Invariant, string Fault)[] Faults =
    [
        ("nothing negative", "UPDATE exposures SET open_fen = -1 WHERE rowid = 1"),
        ("captured within held", "UPDATE obligations SET collected_fen = held_fen + 1 WHERE rowid = 1"),
        ("sums are those of the open obligations", "UPDATE exposures SET open_count = open_count + 1 WHERE rowid = 1"),
        ("sums are those of the open obligations", "UPDATE obligations SET state = 2 WHERE state = 1"),
        ("sums are those of the entries", "UPDATE ledger_entries SET amount_fen = amount_fen + 1 WHERE rowid = 1"),
        ("versions dense per person", "DELETE FROM ledger_entries WHERE rowid = 2"),
        ("versions dense per person", "UPDATE exposures SET version = version + 1 WHERE scope = 'all'"),
        ("granted = open + released", "UPDATE obligations SET held_fen = held_fen - 1, charged_fen = 0 WHERE rowid = 1"),
        ("charged and collected", "UPDATE obligations SET charged_fen = charged_fen - 1 WHERE charged_fen > 1"),
        (
            "one terminal entry",
            """
            INSERT INTO ledger_entries (person_id, version, obligation_id, kind, amount_fen, state, created_us)
            SELECT person_id, 1000000, obligation_id, 6, 0, 3, created_us FROM ledger_entries WHERE kind = 6 LIMIT 1
            """
        ),
        ("one terminal entry", "UPDATE obligations SET ended_us = NULL WHERE ended_us IS NOT NULL"),
        ("the last entry has the obligation's state", "UPDATE obligations SET state = 7 WHERE state = 5"),
        ("one revision per change", "UPDATE obligations SET revision = revision + 1 WHERE rowid = 1"),
        ("no entry without an obligation", "DELETE FROM obligations WHERE rowid = 1"),
        ("limit of the programme", "UPDATE ledger_entries SET amount_fen = amount_fen + 1000000 WHERE kind = 1"),
        ("leaves dense", $"DELETE FROM audit_groups WHERE first_index = {AChange}"),
        ("one leaf per change", $"DELETE FROM audit_groups WHERE first_index = {AChange}"),
        (
            "one leaf per change",
            $"""
            INSERT INTO audit_groups SELECT (SELECT size FROM audit_log), 1, oldest_us, newest_us, entries FROM audit_groups WHERE first_index = {AChange};
            UPDATE audit_log SET size = size + 1
            """
        ),
        (
            "a record for every request",
            "DELETE FROM requests WHERE caller = 'partner:one' AND rowid = (SELECT MAX(rowid) FROM requests WHERE caller = 'partner:one')"
        ),
        (
            "one effect per request",
            "INSERT INTO requests SELECT caller, method, 'another', body_sha256, response, created_us, person_id FROM requests WHERE caller = 'partner:one' LIMIT 1"
        ),
        ("an event for every change", $"DELETE FROM events WHERE position = {AChange}"),
        ("the event at its change's leaf", $"UPDATE events SET position = 1000000 WHERE position = {AChange}"),
        (
            "one event per change",
            $"INSERT INTO events SELECT 1, partner_id, person_id, event_id, document, created_us FROM events WHERE position = {AChange}"
        ),
    ];

    [Fact]
    public async Task Store_WithAPlantedFault_IsFoundToViolateTheInvariant()
    {
        await using var stage = await LedgerStage.StartAsync(null);
        await new LedgerStorm(stage, seed: 1).RunAsync(1_500, TextWriter.Null);
        await using var sound = await stage.Gateway.Service<Database>().OpenAsync(CancellationToken.None);
        Assert.Empty(await LedgerInvariants.CheckAsync(sound));

        foreach (var (invariant, fault) in Faults)
        {
            await using var faulty = new SqliteConnection("Data Source=:memory:;Pooling=False");
            await faulty.OpenAsync(CancellationToken.None);
            ((SqliteConnection)sound).BackupDatabase(faulty);
            await StoredLeaves.SplitAsync(faulty);

            // The store's own checks would not let some of them in.
            await faulty.Command("PRAGMA ignore_check_constraints = 1").ExecuteAsync(CancellationToken.None);
            var changed = await faulty.Command(fault).ExecuteAsync(CancellationToken.None);

            Assert.True(changed > 0, $"Nothing to plant a fault in: {fault}");
            var violations = await LedgerInvariants.CheckAsync(faulty);
            Assert.True(
                violations.Any(violation => violation.StartsWith(invariant, StringComparison.Ordinal)),
                $"Not found: {fault}\nbut: {string.Join('\n', violations)}"
            );
        }
    }

    [Fact]
    public async Task History_WithAnAnswerThatWasNotGivenSo_IsNotExplained()
    {
        await using var stage = await LedgerStage.StartAsync(null);
        var storm = new LedgerStorm(stage, seed: 2);
        await storm.RunAsync(1_500, TextWriter.Null);
        var round = storm.LastRound!;
        Assert.Empty(await round.CheckAsync());

        foreach (var (violation, tampered) in LedgerTampers.Of([.. round.Records]))
        {
            var violations = await (round with { Records = tampered }).CheckAsync();
            Assert.True(
                violations.Any(found => found.StartsWith(violation, StringComparison.Ordinal)),
                $"Not found: {violation}\nbut: {string.Join('\n', violations)}"
            );
        }

        // A store that lost the last changes.
        Assert.NotEmpty(await (round with { FromLeaf = round.FromLeaf + 100 }).CheckAsync());
    }
}
