using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Functional.Tests.Waivers;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.Deadlines;

/// <summary>What is not returned or not paid in time becomes overdue by itself, once, on both stores.</summary>
public abstract class OverdueTests(Stores stores, Store store)
{
    private static readonly TimeSpan Period = TimeSpan.FromDays(1);
    private static readonly TimeSpan PaymentPeriod = TimeSpan.FromDays(7);
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);
    private readonly MovableTime time = new();

    [Fact]
    public async Task NotReturned_BecomesOverdueAndCanStillBeCompleted()
    {
        await using var gateway = await StartAsync();
        var bike = await ConnectAsync(gateway);
        var waiver = await bike.GrantBikeAsync(gateway, "p");
        var returned = await bike.GrantBikeAsync(gateway, "q");

        PassThePeriod();
        bike = await gateway.ConnectOnboardedAsync("bike");
        var overdue = await bike.WhenOverdueAsync(waiver);
        await bike.WhenOverdueAsync(returned);
        var held = await bike.GrantAsync("p", WaiverSteps.Bike, "another");
        var settling = await bike.CompleteAsync(waiver, 500);
        var released = await bike.ReleaseAsync(returned);

        Assert.Equal([DepositWaiverAction.Complete], overdue.AllowedActions);
        Assert.Equal((2, null), (overdue.Revision, overdue.EndTime));
        Assert.Equal(DecisionReason.ProgrammeLimitReached, Assert.Single(held.NotGranted.Reasons).Reason);
        Assert.Equal((DepositWaiverState.Settling, 3), (settling.State, settling.Revision));
        Assert.Equal(DepositWaiverState.Released, released.State);
        Assert.Equal([JournalEntryKind.Hold, JournalEntryKind.Overdue, JournalEntryKind.Charge], await JournalAsync(gateway, waiver));
    }

    [Fact]
    public async Task NotPaid_BecomesOverdueAndCanStillBePaidOrCorrected()
    {
        await using var gateway = await StartAsync();
        var bike = await ConnectAsync(gateway);
        var waiver = await bike.GrantBikeAsync(gateway, "p");
        await bike.CompleteAsync(waiver, 500);

        time.Advance(PaymentPeriod + Moment);
        bike = await gateway.ConnectOnboardedAsync("bike");
        var overdue = await bike.WhenOverdueAsync(waiver);
        var corrected = await bike.CorrectAsync(waiver, 400);
        var settled = await bike.PayAsync(waiver, 400);

        Assert.Equal([DepositWaiverAction.ReportPayment, DepositWaiverAction.CorrectCharge], overdue.AllowedActions);
        Assert.Equal((500, CollectionState.Scheduled), (overdue.OutstandingAmount.MinorUnits, overdue.Collection));
        Assert.Equal(DepositWaiverState.Overdue, corrected.State);
        Assert.Equal((DepositWaiverState.Settled, SettlementChannel.Partner), (settled.State, settled.SettledBy));
    }

    [Fact]
    public async Task NotReturnedThenNotPaid_IsOverdueTwice()
    {
        await using var gateway = await StartAsync();
        var bike = await ConnectAsync(gateway);
        var waiver = await bike.GrantBikeAsync(gateway, "p");
        PassThePeriod();
        bike = await gateway.ConnectOnboardedAsync("bike");
        await bike.WhenOverdueAsync(waiver);
        await bike.CompleteAsync(waiver, 500);

        time.Advance(PaymentPeriod + Moment);
        await (await gateway.ConnectOnboardedAsync("bike")).WhenOverdueAsync(waiver);

        Assert.Equal(
            [JournalEntryKind.Hold, JournalEntryKind.Overdue, JournalEntryKind.Charge, JournalEntryKind.Overdue],
            await JournalAsync(gateway, waiver)
        );
    }

    /// <summary>Nobody collected in time; the collection goes on all the same, and settles what is overdue.</summary>
    [Fact]
    public async Task NotPaid_WithACollectionStillToCome_IsCollectedLate()
    {
        await using var rail = await RailUnderTest.StartAsync();
        await using var gateway = await StartAsync();
        var bike = await ConnectAsync(gateway);
        var waiver = await bike.GrantBikeAsync(gateway, "test-650");
        await bike.CompleteAsync(waiver, 500);
        time.Advance(PaymentPeriod + Moment);
        bike = await gateway.ConnectOnboardedAsync("bike");
        await bike.WhenOverdueAsync(waiver);

        await using var collecting = await StartBesideAsync(gateway, rail.Settings());
        var settled = await bike.WhenAsync(waiver, now => now.State == DepositWaiverState.Settled, "settled");

        Assert.Equal((SettlementChannel.Collection, CollectionState.Collected), (settled.SettledBy, settled.Collection));
        Assert.Equal(500, rail.Book.NetCollectedFen);
    }

    [Fact]
    public async Task Clock_FarForwardAndBack_NeitherRevivesNorExpiresTwice()
    {
        await using var gateway = await StartAsync();
        var bike = await ConnectAsync(gateway);
        var first = await bike.GrantBikeAsync(gateway, "p");

        time.Advance(TimeSpan.FromDays(400));
        await (await gateway.ConnectOnboardedAsync("bike")).WhenOverdueAsync(first);
        time.Advance(TimeSpan.FromDays(-400));

        // The second one is marked by a later pass, which has seen the first one both before and behind its time.
        bike = await gateway.ConnectOnboardedAsync("bike");
        var second = await bike.GrantBikeAsync(gateway, "q");
        Assert.Equal(DepositWaiverState.Overdue, (await bike.GetAsync(first)).State);
        PassThePeriod();
        bike = await gateway.ConnectOnboardedAsync("bike");
        await bike.WhenOverdueAsync(second);

        Assert.Equal((DepositWaiverState.Overdue, 2), await StateAsync(bike, first));
        Assert.Equal([JournalEntryKind.Hold, JournalEntryKind.Overdue], await JournalAsync(gateway, first));
    }

    /// <summary>For the first instance no time has passed; the one that starts later finds that it has.</summary>
    [Fact]
    public async Task Start_AfterTheTimeHasPassed_MarksWhatWasMissed()
    {
        await using var earlier = await stores.StartGatewayAsync(store);
        var bike = await ConnectAsync(earlier);
        var waiver = await bike.GrantBikeAsync(earlier, "p");

        PassThePeriod();
        await using var later = await StartBesideAsync(earlier);
        await bike.WhenOverdueAsync(waiver);

        Assert.Equal([JournalEntryKind.Hold, JournalEntryKind.Overdue], await JournalAsync(earlier, waiver));
    }

    protected async Task<GatewayUnderTest> StartAsync() => await stores.StartGatewayAsync(store, new GatewaySetup { Time = time });

    protected async Task<GatewayUnderTest> StartBesideAsync(
        GatewayUnderTest first,
        IReadOnlyDictionary<string, string?>? settings = null
    ) =>
        await GatewayUnderTest.StartAsync(
            new GatewaySetup
            {
                Beside = first,
                PostgreSql = store == Store.PostgreSql ? first.Service<Database>().ConnectionString : null,
                Time = time,
                Settings = settings ?? new Dictionary<string, string?>(),
            }
        );

    protected void PassThePeriod() => time.Advance(Period + Moment);

    protected static Task<ConnectedPartner> ConnectAsync(GatewayUnderTest gateway) =>
        gateway.ConnectAsync("bike", new Enrolment { Programme = WaiverSteps.Bike });

    protected static async Task<IReadOnlyList<JournalEntryKind>> JournalAsync(GatewayUnderTest gateway, DepositWaiver waiver)
    {
        var read = await gateway.Ledger.GetObligationAsync(new GetObligationRequest { ObligationId = waiver.DepositWaiverId });
        return [.. read.Entries.Select(entry => entry.Kind)];
    }

    private static async Task<(DepositWaiverState State, long Revision)> StateAsync(ConnectedPartner bike, DepositWaiver waiver)
    {
        var now = await bike.GetAsync(waiver);
        return (now.State, now.Revision);
    }
}

public sealed class SqliteOverdueTests(Stores stores) : OverdueTests(stores, Store.Sqlite);

public sealed class PostgreSqlOverdueTests(Stores stores) : OverdueTests(stores, Store.PostgreSql)
{
    /// <summary>Two instances find the same ones at the same moment; one of them stops in between, and another takes its place.</summary>
    [Fact]
    public async Task TwoInstances_TwoHundredObligations_EachIsMarkedOnce()
    {
        const int Count = 200;
        await using var first = await StartAsync();
        var second = await StartBesideAsync(first);
        var bike = await ConnectAsync(first);
        var waivers = await Task.WhenAll(Enumerable.Range(0, Count).Select(number => bike.GrantBikeAsync(first, $"p-{number}")));

        PassThePeriod();
        await Eventually.HoldsAsync(async () => await OverdueAsync(first) > 0, "the first is overdue");
        await second.DisposeAsync();
        await using var third = await StartBesideAsync(first);
        await Eventually.HoldsAsync(async () => await OverdueAsync(first) == Count, "all are overdue");

        foreach (var waiver in waivers)
        {
            Assert.Equal([JournalEntryKind.Hold, JournalEntryKind.Overdue], await JournalAsync(third, waiver));
        }

        var leaves = await first.Audit.ListAuditEntriesAsync(new ListAuditEntriesRequest { Caller = "gateway", PageSize = 1000 });
        var marked = leaves.Records.Where(record => record.Entry.Method == "DeadlineWorker").Select(record => record.Entry).ToList();
        Assert.Equal(Count, marked.Count);
        Assert.Equal(waivers.Select(waiver => waiver.DepositWaiverId).Order(), marked.Select(entry => entry.ResourceId).Order());
        Assert.All(marked, entry => Assert.Equal(16, entry.SubjectHash.Length));
    }

    private static async Task<int> OverdueAsync(GatewayUnderTest gateway)
    {
        var page = await gateway.Ledger.ListObligationsAsync(
            new ListObligationsRequest { State = ObligationState.Overdue, PageSize = 1000 }
        );
        return page.Obligations.Count;
    }
}
