using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Functional.Tests.Waivers;
using SesameGrpc.Gateway.Events;
using SesameGrpc.Gateway.Reconciliation;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.Retention;

/// <summary>Obligations that were overdue or written off end five years after they did; the ledger and the audit log hold as before.</summary>
public abstract class AdverseRecordTests(Stores stores, Store store)
{
    private const string Everything = """
        SELECT (SELECT COUNT(*) FROM obligations WHERE obligation_id = @id) + (SELECT COUNT(*) FROM collections WHERE obligation_id = @id)
            + (SELECT COUNT(*) FROM ledger_entries WHERE obligation_id = @id)
        """;

    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);
    private readonly MovableTime time = new();
    private ConnectedPartner bike = null!;

    [Fact]
    public async Task Sweep_FiveYearsAfterTheEnd_DeletesWhatWasAdverseAndNothingElse()
    {
        await using var gateway = await StartAsync();
        var open = await OverdueAsync(gateway, "open");
        var inTime = await bike.GrantBikeAsync(gateway, "good");
        await bike.ReleaseAsync(inTime);
        var paidLate = await PaidLateAsync(gateway, "late");
        var writtenOff = await WrittenOffAsync(gateway, "lost");

        time.Advance(YearsFromNow(5) - TimeSpan.FromMinutes(5));
        var early = await gateway.SweepAsync();
        Assert.Equal((0, 4), (await CountAsync(gateway, paidLate), await CountAsync(gateway, writtenOff)));
        time.Advance(TimeSpan.FromMinutes(10));
        var sweep = await gateway.SweepAsync();
        var again = await gateway.SweepAsync();

        Assert.Equal((0, 1, 0), (early.Entries, early.Obligations, early.Left));
        Assert.Equal((0, 1, 0), (sweep.Entries, sweep.Obligations, sweep.Left));
        Assert.Equal(default, again);
        Assert.Equal((0, 0), (await CountAsync(gateway, writtenOff), await CountAsync(gateway, paidLate)));
        Assert.Equal((3, 3), (await CountAsync(gateway, open), await CountAsync(gateway, inTime)));
        Assert.Empty((await VerifyLedgerAsync(gateway)).Differences);
        Assert.Empty((await gateway.CheckAsync()).Differences);
        Assert.Equal("RESOURCE_NOT_FOUND", (await RefusedCall.OfAsync(GetAsync(gateway, writtenOff))).Reason);
    }

    /// <summary>The journal stays dense, so that the person goes on with the next number; what an entry of the deleted obligation said is gone.</summary>
    [Fact]
    public async Task Sweep_OfOneOfSeveral_LeavesTheJournalDenseAndTheRestCounted()
    {
        await using var gateway = await StartAsync();
        await bike.ReleaseAsync(await bike.GrantBikeAsync(gateway, "p"));
        time.Advance(Moment);
        var lost = await GrantAgainAsync("p", "second");
        await BecomeOverdueAsync(gateway, lost);
        await WriteOffAsync(gateway, lost);
        time.Advance(YearsFromNow(5) + TimeSpan.FromMinutes(5));
        bike = await gateway.ConnectOnboardedAsync("bike");

        Assert.Equal(1, (await gateway.SweepAsync()).Obligations);
        await gateway.FeedAsync("p", 650, version: 2);
        await gateway.Persons.GrantConsentAsync(
            new GrantConsentRequest
            {
                RequestId = "again",
                Person = "p",
                Partner = "bike",
                Purpose = Purpose.DepositWaiver,
                Scopes = { "deposit_waiver.write" },
            }
        );
        await bike.ReleaseAsync(await GrantAgainAsync("p", "third"));

        var report = await VerifyLedgerAsync(gateway);
        Assert.Empty(report.Differences);
        Assert.Equal((2, 1), (report.Obligations, report.Persons));
        var kinds = await KindsAsync(gateway);
        Assert.Equal([1, 2, 10, 10, 10, 1, 2], kinds);
    }

    [Fact]
    public async Task Sweep_LeavesALeafForEach_WithoutThePerson()
    {
        await using var gateway = await StartAsync();
        var lost = await WrittenOffAsync(gateway, "lost");
        time.Advance(YearsFromNow(5) + TimeSpan.FromMinutes(5));
        await gateway.SweepAsync();

        var page = await gateway.Audit.ListAuditEntriesAsync(new ListAuditEntriesRequest { Caller = "gateway", PageSize = 1000 });
        var leaves = page.Records.Select(record => record.Entry).Where(entry => entry.Method == "RetentionWorker").ToList();

        Assert.Equal(("obligation", lost.DepositWaiverId), (leaves[0].ResourceKind, leaves[0].ResourceId));
        Assert.True(leaves[0].SubjectHash.IsEmpty);
        Assert.Equal(new AuditRetention { EndedObligations = 1 }, leaves[1].Retention);
    }

    /// <summary>Events of it go, with what was tried to deliver; one that is still to be delivered holds the record, and is told as left.</summary>
    [Fact]
    public async Task Sweep_WithEvents_DeletesThemOnceTheyAreDelivered()
    {
        await using var gateway = await StartAsync();
        var lost = await WrittenOffAsync(gateway, "lost");
        var good = await bike.GrantBikeAsync(gateway, "good");
        await PlantDeliveriesAsync(gateway, lost);
        time.Advance(YearsFromNow(5) + TimeSpan.FromMinutes(5));

        var held = await gateway.SweepAsync();
        Assert.Equal((0, 1), (held.Obligations, held.Left));
        Assert.Equal(default, (await gateway.SweepAsync()) with { Left = 0 });
        await ExecuteAsync(gateway, "UPDATE webhook_deliveries SET state = 4, next_us = NULL");
        var sweep = await gateway.SweepAsync();

        Assert.Equal((1, 0), (sweep.Obligations, sweep.Left));
        Assert.Equal(0, await CountAsync(gateway, lost));
        Assert.Empty(await EventsAsync(gateway, lost));
        Assert.NotEmpty(await EventsAsync(gateway, good));
        Assert.Equal(0, await ScalarAsync(gateway, $"SELECT COUNT(*) FROM requests WHERE person_id = {PersonOf("lost")}"));
        Assert.Equal(1, await ScalarAsync(gateway, $"SELECT COUNT(*) FROM requests WHERE person_id = {PersonOf("good")}"));
        Assert.Equal(
            0,
            await ScalarAsync(gateway, "SELECT (SELECT COUNT(*) FROM webhook_deliveries) + (SELECT COUNT(*) FROM webhook_attempts)")
        );
    }

    [Fact]
    public async Task Sweep_OfTwoInstancesAtOnce_DeletesEachOnce()
    {
        const int Count = 30;
        await using var one = await StartAsync();
        await using var two = await StartBesideAsync(one);
        var waivers = await Task.WhenAll(Enumerable.Range(0, Count).Select(number => bike.GrantBikeAsync(one, $"p-{number}")));
        await BecomeOverdueAsync(one, waivers);
        await Task.WhenAll(waivers.Select(waiver => WriteOffAsync(one, waiver)));
        time.Advance(YearsFromNow(5) + TimeSpan.FromMinutes(5));

        var sweeps = await Task.WhenAll(one.SweepAsync(), two.SweepAsync());

        Assert.Equal(Count, sweeps.Sum(sweep => sweep.Obligations));
        Assert.Equal(0, (await one.SweepAsync()).Left);
        Assert.Empty((await VerifyLedgerAsync(one)).Differences);
        var page = await one.Audit.ListAuditEntriesAsync(new ListAuditEntriesRequest { Caller = "gateway", PageSize = 1000 });
        var ended = page.Records.Where(record => record.Entry is { Method: "RetentionWorker", ResourceKind: "obligation" });
        Assert.Equal(waivers.Select(waiver => waiver.DepositWaiverId).Order(), ended.Select(record => record.Entry.ResourceId).Order());
    }

    public static TheoryData<string, string> Tamperings =>
        new()
        {
            { "UPDATE ledger_entries SET amount_fen = 1 WHERE kind = 10 AND version = 1", "is neither of an obligation" },
            { "UPDATE ledger_entries SET kind = 1, state = 1 WHERE kind = 10 AND version = 1", "is neither of an obligation" },
            { "DELETE FROM ledger_entries WHERE kind = 10 AND version = 2", "Entry 2 is missing" },
            { $"UPDATE exposures SET version = version - 1 WHERE scope = 'all' AND person_id = {PersonOf("lost")}", "has the version 2" },
            {
                $"UPDATE ledger_entries SET kind = 10, obligation_id = '', amount_fen = 0, state = 0 WHERE person_id = {PersonOf("good")}",
                "It has no entries in the journal"
            },
        };

    [Theory]
    [MemberData(nameof(Tamperings))]
    public async Task Verify_OfASweptLedgerThatWasTamperedWith_NamesIt(string sql, string difference)
    {
        await using var gateway = await StartAsync();
        await WrittenOffAsync(gateway, "lost");
        await bike.GrantBikeAsync(gateway, "good");
        time.Advance(YearsFromNow(5) + TimeSpan.FromMinutes(5));
        await gateway.SweepAsync();
        Assert.Empty((await VerifyLedgerAsync(gateway)).Differences);

        await ExecuteAsync(gateway, sql);

        Assert.Contains(
            (await VerifyLedgerAsync(gateway)).Differences,
            found => found.Description.Contains(difference, StringComparison.Ordinal)
        );
    }

    private TimeSpan YearsFromNow(int years) => time.GetUtcNow().AddYears(years) - time.GetUtcNow();

    private async Task<GatewayUnderTest> StartAsync()
    {
        var gateway = await stores.StartGatewayAsync(store, new GatewaySetup { Time = time });
        bike = await gateway.ConnectAsync("bike", new Enrolment { Programme = WaiverSteps.Bike });
        return gateway;
    }

    private async Task<GatewayUnderTest> StartBesideAsync(GatewayUnderTest first) =>
        await GatewayUnderTest.StartAsync(
            new GatewaySetup
            {
                Time = time,
                Beside = first,
                PostgreSql = store == Store.PostgreSql ? first.Service<Database>().ConnectionString : null,
            }
        );

    private async Task<DepositWaiver> OverdueAsync(GatewayUnderTest gateway, string person)
    {
        var waiver = await bike.GrantBikeAsync(gateway, person);
        await BecomeOverdueAsync(gateway, waiver);
        return waiver;
    }

    private async Task<DepositWaiver> WrittenOffAsync(GatewayUnderTest gateway, string person)
    {
        var waiver = await OverdueAsync(gateway, person);
        await WriteOffAsync(gateway, waiver);
        return waiver;
    }

    private async Task<DepositWaiver> PaidLateAsync(GatewayUnderTest gateway, string person)
    {
        var waiver = await OverdueAsync(gateway, person);
        await bike.CompleteAsync(waiver, 500);
        return await bike.PayAsync(waiver, 500);
    }

    private async Task BecomeOverdueAsync(GatewayUnderTest gateway, params DepositWaiver[] waivers)
    {
        time.Advance(TimeSpan.FromDays(1) + Moment);
        bike = await gateway.ConnectOnboardedAsync("bike");
        foreach (var waiver in waivers)
        {
            await bike.WhenOverdueAsync(waiver);
        }
    }

    private async Task<DepositWaiver> GrantAgainAsync(string person, string order) =>
        (await bike.GrantAsync(person, WaiverSteps.Bike, order)).DepositWaiver;

    private static async Task WriteOffAsync(GatewayUnderTest gateway, DepositWaiver waiver) =>
        await gateway.Ledger.WriteOffObligationAsync(
            new WriteOffObligationRequest
            {
                RequestId = $"write-off-{waiver.DepositWaiverId}",
                ObligationId = waiver.DepositWaiverId,
                Reason = "cannot be found",
            }
        );

    private static Grpc.Core.AsyncUnaryCall<GetObligationResponse> GetAsync(GatewayUnderTest gateway, DepositWaiver waiver) =>
        gateway.Ledger.GetObligationAsync(new GetObligationRequest { ObligationId = waiver.DepositWaiverId });

    // As if one endpoint had the first event delivered, and the others still to come.
    private static async Task PlantDeliveriesAsync(GatewayUnderTest gateway, DepositWaiver waiver)
    {
        await ExecuteAsync(
            gateway,
            """
            INSERT INTO webhook_endpoints (endpoint_id, partner_id, slot, document, revision, enabled, secret, position)
            SELECT 'end', 'bike', 1, document, 1, 0, document, 0 FROM partners
            """
        );
        var positions = await EventsAsync(gateway, waiver);
        foreach (var position in positions)
        {
            await ExecuteAsync(
                gateway,
                $"""
                INSERT INTO webhook_deliveries (endpoint_id, position, event_id, event_type, person_id, state, attempts, tries, next_us, created_us)
                SELECT 'end', position, event_id, 1, person_id, {(position == positions[0] ? 3 : 1)}, 1, 1, NULL, created_us FROM events
                WHERE position = {position}
                """
            );
        }

        await ExecuteAsync(gateway, "INSERT INTO webhook_attempts SELECT endpoint_id, position, 1, 1, 1, 200, 1 FROM webhook_deliveries");
    }

    private static async Task<List<long>> EventsAsync(GatewayUnderTest gateway, DepositWaiver waiver)
    {
        var all = await gateway.Service<EventStore>().ReadAsync("bike", EventStore.Start, 1000, CancellationToken.None);
        return
        [
            .. all.Where(stored => stored.Event.DepositWaiver?.DepositWaiverId == waiver.DepositWaiverId).Select(stored => stored.Position),
        ];
    }

    private static string PersonOf(string externalId) => $"(SELECT person_id FROM persons WHERE external_id = '{externalId}')";

    private static async Task<LedgerReport> VerifyLedgerAsync(GatewayUnderTest gateway)
    {
        await using var connection = await gateway.Service<Database>().OpenAsync(CancellationToken.None);
        await using var snapshot = await Database.BeginSnapshotAsync(connection, CancellationToken.None);
        return await new LedgerVerification().RunAsync(connection, (_, _) => Task.CompletedTask, CancellationToken.None);
    }

    private static Task<long> CountAsync(GatewayUnderTest gateway, DepositWaiver waiver) =>
        ScalarAsync(gateway, Everything.Replace("@id", $"'{waiver.DepositWaiverId}'", StringComparison.Ordinal));

    private static async Task<List<int>> KindsAsync(GatewayUnderTest gateway)
    {
        await using var connection = await gateway.Service<Database>().OpenAsync(CancellationToken.None);
        return await connection
            .Command("SELECT kind FROM ledger_entries ORDER BY person_id, version")
            .ListAsync(row => row.GetInt32(0), CancellationToken.None);
    }

    private static async Task<long> ScalarAsync(GatewayUnderTest gateway, string sql)
    {
        await using var connection = await gateway.Service<Database>().OpenAsync(CancellationToken.None);
        return (await connection.Command(sql).ScalarInt64Async(CancellationToken.None))!.Value;
    }

    private static Task ExecuteAsync(GatewayUnderTest gateway, string sql) =>
        gateway
            .Service<Database>()
            .WriteAsync((transaction, token) => transaction.Command(sql).ExecuteAsync(token), CancellationToken.None);
}

public sealed class SqliteAdverseRecordTests(Stores stores) : AdverseRecordTests(stores, Store.Sqlite);

public sealed class PostgreSqlAdverseRecordTests(Stores stores) : AdverseRecordTests(stores, Store.PostgreSql);
