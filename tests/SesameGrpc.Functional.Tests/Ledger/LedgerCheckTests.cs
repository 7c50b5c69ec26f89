using Grpc.Core;
using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.Reconciliation;
using SesameGrpc.Gateway.Storage;
using Xunit;

namespace SesameGrpc.Functional.Tests.Ledger;

/// <summary>A ledger that has seen everything is sound; whatever is changed in it behind the gateway's back is named.</summary>
public abstract class LedgerCheckTests(LedgerHistory history)
{
    public static TheoryData<string> Faults => [.. PlantedFaults.All.Keys];

    [Fact]
    public async Task Check_OfALedgerThatHasSeenEverything_FindsNothing()
    {
        var messages = await CheckAsync();
        var report = messages[^1];
        var listed = await history.Gateway.Ledger.ListObligationsAsync(new ListObligationsRequest { PageSize = 1000 });
        var states = listed.Obligations.Select(obligation => obligation.State).Distinct();
        var entries = new List<JournalEntry>();
        foreach (var obligation in listed.Obligations)
        {
            var read = await history.Gateway.Ledger.GetObligationAsync(new GetObligationRequest { ObligationId = obligation.ObligationId });
            entries.AddRange(read.Entries);
        }

        Assert.Empty(report.Differences);
        Assert.Equal(0, report.DifferenceCount);
        Assert.Equal(listed.Obligations.Count, report.Obligations);
        Assert.Equal(listed.Obligations.Select(obligation => obligation.Person).Distinct().Count(), report.Persons);
        Assert.Equal((2 * entries.Count, 2 * entries.Count), (report.CheckedEntries, report.TotalEntries));
        Assert.All(messages.SkipLast(1), message => Assert.False(message.Complete));

        // Nothing that can happen was left out.
        Assert.Equal(9, states.Count());
        Assert.Equal(13, entries.Select(entry => entry.Kind).Distinct().Count());
        Assert.Equal(listed.Obligations.Sum(obligation => obligation.HeldAmount.MinorUnits), report.Totals.GrantedAmount.MinorUnits);
        Assert.True(report.Totals.OpenAmount.MinorUnits > 0 && report.Totals.WrittenOffAmount.MinorUnits > 0);
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Check_WithAFaultPlanted_NamesIt(string fault)
    {
        var (sql, difference) = PlantedFaults.All[fault];
        var (changed, report) = await PlantAsync(sql, new LedgerVerification());

        Assert.True(changed > 0, $"Nothing was planted: {sql}");
        Assert.Contains(report.Differences, found => found.Description.Contains(difference, StringComparison.Ordinal));
    }

    /// <summary>Pages of two: whatever stands at the end of a page or begins one is looked at as well.</summary>
    [Fact]
    public async Task Check_PageByPage_FindsTheSame()
    {
        const string Everywhere = "UPDATE exposures SET open_fen = open_fen + 1, ceiling_fen = ceiling_fen + 1";
        var (_, sound) = await PlantAsync("UPDATE collections SET cause = cause", new LedgerVerification(pageSize: 2));
        var (_, whole) = await PlantAsync(Everywhere, new LedgerVerification());
        var (_, paged) = await PlantAsync(Everywhere, new LedgerVerification(pageSize: 2));

        Assert.Empty(sound.Differences);
        Assert.Equal(whole.DifferenceCount, paged.DifferenceCount);
        Assert.Equal(whole.Differences, paged.Differences);
    }

    [Fact]
    public async Task Check_ThatNamesPersons_LeavesALeafForEachBeforeItTells()
    {
        const string Break =
            "UPDATE exposures SET version = version + 1 WHERE person_id = (SELECT person_id FROM persons WHERE external_id = 'test-650-extended') AND scope = 'all'";
        const string Mend =
            "UPDATE exposures SET version = version - 1 WHERE person_id = (SELECT person_id FROM persons WHERE external_id = 'test-650-extended') AND scope = 'all'";
        var database = history.Gateway.Service<Database>();
        await database.WriteAsync((transaction, token) => transaction.Command(Break).ExecuteAsync(token), CancellationToken.None);
        try
        {
            var report = (await CheckAsync())[^1];
            var found = Assert.Single(report.Differences);

            Assert.Equal(("test-650-extended", 1, true), (found.Person, report.DifferenceCount, report.Complete));
            var leaves = await history.Gateway.Audit.ListAuditEntriesAsync(
                new ListAuditEntriesRequest { Person = "test-650-extended", PageSize = 1000 }
            );
            var leaf = leaves.Records.Single(record => record.Entry.Method.EndsWith("/CheckLedger", StringComparison.Ordinal)).Entry;
            Assert.Equal((AuditOutcome.Disclosed, "ledger_difference"), (leaf.Outcome, Assert.Single(leaf.DisclosedFields)));
        }
        finally
        {
            await database.WriteAsync((transaction, token) => transaction.Command(Mend).ExecuteAsync(token), CancellationToken.None);
        }
    }

    private async Task<List<CheckLedgerResponse>> CheckAsync()
    {
        using var check = history.Gateway.Ledger.CheckLedger(new CheckLedgerRequest());
        var messages = new List<CheckLedgerResponse>();
        await foreach (var message in check.ResponseStream.ReadAllAsync(TestContext.Current.CancellationToken))
        {
            messages.Add(message);
        }

        Assert.True(messages[^1].Complete);
        return messages;
    }

    /// <summary>Plants the fault and verifies in a transaction that is never committed.</summary>
    private async Task<(int Changed, LedgerReport Report)> PlantAsync(string sql, LedgerVerification verification)
    {
        var token = TestContext.Current.CancellationToken;
        await using var connection = await history.Gateway.Service<Database>().OpenAsync(token);
        await using var transaction = await connection.BeginTransactionAsync(token);
        var changed = await transaction.Command(sql).ExecuteAsync(token);
        return (changed, await verification.RunAsync(connection, (_, _) => Task.CompletedTask, token));
    }
}

public sealed class SqliteLedgerCheckTests(SqliteLedgerHistory history) : LedgerCheckTests(history), IClassFixture<SqliteLedgerHistory>;

public sealed class PostgreSqlLedgerCheckTests(PostgreSqlLedgerHistory history)
    : LedgerCheckTests(history),
        IClassFixture<PostgreSqlLedgerHistory>;
