using Grpc.Core;
using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Functional.Tests.Collections;
using SesameGrpc.Functional.Tests.Waivers;
using SesameGrpc.Gateway.Audit;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.TestSupport;
using Xunit;
using CollectionState = SesameGrpc.Contracts.Partner.V1.CollectionState;
using ObligationState = SesameGrpc.Contracts.Operator.V1.ObligationState;

namespace SesameGrpc.Functional.Tests.Ledger;

/// <summary>What operators see of the ledger and may do with it, on both stores.</summary>
public abstract class LedgerAccessTests(Stores stores, Store store)
{
    private static readonly TimeSpan PaymentPeriod = TimeSpan.FromDays(7);
    private readonly MovableTime time = new();

    [Fact]
    public async Task List_ByPartnerPersonAndState_IsNewestFirstInPages()
    {
        await using var gateway = await StartAsync();
        var bike = await ConnectAsync(gateway, "bike");
        var other = await ConnectAsync(gateway, "other");
        var waivers = new List<DepositWaiver>();
        for (var number = 0; number < 5; number++)
        {
            waivers.Add(await (number == 3 ? other : bike).GrantBikeAsync(gateway, $"p-{number}"));
        }

        await bike.CancelAsync(waivers[1]);

        Assert.Equal(Ids(waivers, 4, 3, 2, 1, 0), await ListAsync(gateway, new ListObligationsRequest { PageSize = 2 }));
        Assert.Equal(Ids(waivers, 3), await ListAsync(gateway, new ListObligationsRequest { Partner = "other" }));
        Assert.Equal(Ids(waivers, 2), await ListAsync(gateway, new ListObligationsRequest { Person = "p-2" }));
        Assert.Equal(Ids(waivers, 1), await ListAsync(gateway, new ListObligationsRequest { State = ObligationState.Cancelled }));
        Assert.Empty(await ListAsync(gateway, new ListObligationsRequest { Person = "p-2", Partner = "other" }));
        foreach (
            var wrong in new ListObligationsRequest[]
            {
                new() { PageSize = 1001 },
                new() { PageToken = "x" },
                new() { Person = "a b" },
                new() { Partner = new string('p', 65) },
                new() { State = (ObligationState)99 },
            }
        )
        {
            Assert.Equal("FIELD_INVALID", (await RefusedCall.OfAsync(gateway.Ledger.ListObligationsAsync(wrong))).Reason);
        }
    }

    [Fact]
    public async Task Get_ShowsTheJournalAndTheCollectionAndLeavesALeaf()
    {
        await using var gateway = await StartAsync();
        var bike = await ConnectAsync(gateway, "bike");
        var waiver = await bike.GrantBikeAsync(gateway, "p");
        await bike.CompleteAsync(waiver, 500);

        var read = await GetAsync(gateway, waiver);
        var unknown = await RefusedCall.OfAsync(
            gateway.Ledger.GetObligationAsync(new GetObligationRequest { ObligationId = new string('0', 32) })
        );

        Assert.Equal(("bike", "p", ObligationState.Settling), (read.Obligation.Partner, read.Obligation.Person, read.Obligation.State));
        Assert.Equal((500, 0), (read.Obligation.OutstandingAmount.MinorUnits, read.Obligation.CollectedAmount.MinorUnits));
        Assert.Equal((CollectionState.Scheduled, 500, 1), CollectionOf(read.Obligation));
        Assert.Empty(read.Obligation.AllowedActions);
        Assert.Equal(
            [(1, JournalEntryKind.Hold, waiver.WaivedAmount.MinorUnits), (2, JournalEntryKind.Charge, 500)],
            read.Entries.Select(entry => (entry.Version, entry.Kind, entry.Amount.MinorUnits))
        );
        Assert.Equal("RESOURCE_NOT_FOUND", unknown.Reason);
        var leaf = (await LeavesAsync(gateway, "GetObligation")).First();
        Assert.Equal((AuditOutcome.Disclosed, waiver.DepositWaiverId), (leaf.Outcome, leaf.ResourceId));
        Assert.Equal(gateway.Service<AuditEntries>().SubjectHashOf(await gateway.PersonIdAsync("p")), leaf.SubjectHash);
    }

    [Fact]
    public async Task WriteOff_OfWhatIsOverdue_EndsItForGoodAndFreesTheLimit()
    {
        await using var gateway = await StartAsync();
        var bike = await ConnectAsync(gateway, "bike");
        var waiver = await bike.GrantBikeAsync(gateway, "p");
        var active = await RefusedCall.OfAsync(() => WriteOffAsync(gateway, waiver, "early"));
        await bike.CompleteAsync(waiver, 500);
        var settling = await RefusedCall.OfAsync(() => WriteOffAsync(gateway, waiver, "early-too"));
        bike = await BecomeOverdueAsync(gateway, waiver);

        var stale = await RefusedCall.OfAsync(() => WriteOffAsync(gateway, waiver, "stale", revision: 2));
        var first = await WriteOffAsync(gateway, waiver, "w", revision: 3);
        var again = await WriteOffAsync(gateway, waiver, "w", revision: 3);
        var twice = await RefusedCall.OfAsync(() => WriteOffAsync(gateway, waiver, "w2"));
        var paid = await RefusedCall.OfAsync(() => bike.PayAsync(waiver, 500));
        var next = await bike.GrantAsync("p", WaiverSteps.Bike, "next");

        Assert.Equal((StatusCode.FailedPrecondition, "STATE_CONFLICT"), (active.Code, active.Reason));
        Assert.Equal(("ACTIVE", ""), (active.Info.Metadata["state"], active.Info.Metadata["allowed_actions"]));
        Assert.Equal(("SETTLING", ""), (settling.Info.Metadata["state"], settling.Info.Metadata["allowed_actions"]));
        Assert.Equal(("OVERDUE", "WRITE_OFF"), (stale.Info.Metadata["state"], stale.Info.Metadata["allowed_actions"]));
        Assert.Equal(
            (ObligationState.WrittenOff, 4, 0, CollectionState.Withdrawn),
            (first.State, first.Revision, first.OutstandingAmount.MinorUnits, first.Collection.State)
        );
        Assert.Equal(first, again);
        Assert.Equal(("WRITTEN_OFF", "WRITTEN_OFF"), (twice.Info.Metadata["state"], paid.Info.Metadata["state"]));
        Assert.NotNull(next.DepositWaiver);
        var entries = (await GetAsync(gateway, waiver)).Entries;
        Assert.Equal(
            [(JournalEntryKind.WriteOff, 500, "moved away"), (JournalEntryKind.Release, waiver.WaivedAmount.MinorUnits - 500, "")],
            entries.TakeLast(2).Select(entry => (entry.Kind, entry.Amount.MinorUnits, entry.Reason))
        );
        var changed = (await LeavesAsync(gateway, "WriteOffObligation")).Single(leaf => leaf.Outcome == AuditOutcome.Changed);
        Assert.Equal(("operator:test", 4, "w"), (changed.Caller, changed.ResourceRevision, changed.RequestId));
    }

    [Fact]
    public async Task WriteOff_OfWhatNeverCameBack_GivesUpAllThatWasHeld()
    {
        await using var gateway = await StartAsync();
        var bike = await ConnectAsync(gateway, "bike");
        var waiver = await bike.GrantBikeAsync(gateway, "p");
        await BecomeOverdueAsync(gateway, waiver);

        var writtenOff = await WriteOffAsync(gateway, waiver, "w");

        Assert.Null(writtenOff.Collection);
        Assert.Equal((JournalEntryKind.WriteOff, waiver.WaivedAmount.MinorUnits), Last((await GetAsync(gateway, waiver)).Entries));
    }

    [Fact]
    public async Task WriteOff_MalformedOrReused_IsRefused()
    {
        await using var gateway = await StartAsync();
        var bike = await ConnectAsync(gateway, "bike");
        var waiver = await bike.GrantBikeAsync(gateway, "p");
        await BecomeOverdueAsync(gateway, waiver);
        foreach (var reason in new[] { "", "a\nb", new string('x', 257) })
        {
            Assert.Equal("FIELD_INVALID", (await RefusedCall.OfAsync(() => WriteOffAsync(gateway, waiver, "w", reason: reason))).Reason);
        }

        Assert.Equal("FIELD_INVALID", (await RefusedCall.OfAsync(() => WriteOffAsync(gateway, waiver, ""))).Reason);
        Assert.Equal("FIELD_INVALID", (await RefusedCall.OfAsync(() => WriteOffAsync(gateway, waiver, "w", revision: -1))).Reason);
        var unknown = new DepositWaiver { DepositWaiverId = new string('0', 32) };
        Assert.Equal("RESOURCE_NOT_FOUND", (await RefusedCall.OfAsync(() => WriteOffAsync(gateway, unknown, "w0"))).Reason);
        await WriteOffAsync(gateway, waiver, "w");

        Assert.Equal(
            "REQUEST_ID_REUSED",
            (await RefusedCall.OfAsync(() => WriteOffAsync(gateway, waiver, "w", reason: "another reason"))).Reason
        );
    }

    /// <summary>The attempt was sent and its answer never came: nobody knows whether the money was taken, so it is given back.</summary>
    [Fact]
    public async Task WriteOff_WhileAnAttemptIsUnderWay_UndoesIt()
    {
        await using var rail = await RailUnderTest.StartAsync();
        await using var gateway = await StartAsync();
        var bike = await ConnectAsync(gateway, "bike");
        var waiver = await bike.GrantBikeAsync(gateway, "test-650");
        await bike.CompleteAsync(waiver, 500);
        bike = await BecomeOverdueAsync(gateway, waiver);
        await BegunCollections.TakeAsync(gateway, waiver, time);

        var writtenOff = await WriteOffAsync(gateway, waiver, "w");
        await using var collecting = await GatewayUnderTest.StartAsync(
            new GatewaySetup
            {
                Beside = gateway,
                PostgreSql = store == Store.PostgreSql ? gateway.Service<Database>().ConnectionString : null,
                Time = time,
                Settings = rail.Settings(),
            }
        );
        await bike.WhenAsync(waiver, now => now.Collection == CollectionState.Reversed, "undone");

        Assert.Equal(CollectionState.Reversing, writtenOff.Collection.State);
        Assert.Equal(0, rail.Book.NetCollectedFen);
        Assert.Equal(DepositWaiverState.WrittenOff, (await bike.GetAsync(waiver)).State);
    }

    private async Task<GatewayUnderTest> StartAsync() => await stores.StartGatewayAsync(store, new GatewaySetup { Time = time });

    private static Task<ConnectedPartner> ConnectAsync(GatewayUnderTest gateway, string partner) =>
        gateway.ConnectAsync(partner, new Enrolment { Programme = WaiverSteps.Bike });

    /// <summary>Lets the time to return and to pay pass; access tokens live shorter.</summary>
    private async Task<ConnectedPartner> BecomeOverdueAsync(GatewayUnderTest gateway, DepositWaiver waiver)
    {
        time.Advance(PaymentPeriod + TimeSpan.FromSeconds(1));
        var bike = await gateway.ConnectOnboardedAsync("bike");
        await bike.WhenOverdueAsync(waiver);
        return bike;
    }

    private static async Task<List<string>> ListAsync(GatewayUnderTest gateway, ListObligationsRequest request)
    {
        var ids = new List<string>();
        do
        {
            var page = await gateway.Ledger.ListObligationsAsync(request);
            ids.AddRange(page.Obligations.Select(obligation => obligation.ObligationId));
            request.PageToken = page.NextPageToken;
        } while (request.PageToken.Length > 0);

        return ids;
    }

    private static async Task<GetObligationResponse> GetAsync(GatewayUnderTest gateway, DepositWaiver waiver) =>
        await gateway.Ledger.GetObligationAsync(new GetObligationRequest { ObligationId = waiver.DepositWaiverId });

    private static async Task<Contracts.Operator.V1.Obligation> WriteOffAsync(
        GatewayUnderTest gateway,
        DepositWaiver waiver,
        string requestId,
        long revision = 0,
        string reason = "moved away"
    )
    {
        var request = new WriteOffObligationRequest
        {
            RequestId = requestId,
            ObligationId = waiver.DepositWaiverId,
            ExpectedRevision = revision,
            Reason = reason,
        };
        return (await gateway.Ledger.WriteOffObligationAsync(request)).Obligation;
    }

    private static async Task<List<AuditEntry>> LeavesAsync(GatewayUnderTest gateway, string method)
    {
        var page = await gateway.Audit.ListAuditEntriesAsync(new ListAuditEntriesRequest { Caller = "operator:test", PageSize = 1000 });
        return
        [
            .. page
                .Records.Select(record => record.Entry)
                .Where(entry => entry.Method.EndsWith($"LedgerService/{method}", StringComparison.Ordinal)),
        ];
    }

    private static (CollectionState, long, int) CollectionOf(Contracts.Operator.V1.Obligation obligation) =>
        (obligation.Collection.State, obligation.Collection.Amount.MinorUnits, obligation.Collection.Attempt);

    private static (JournalEntryKind, long) Last(IEnumerable<Contracts.Operator.V1.JournalEntry> entries) =>
        (entries.Last().Kind, entries.Last().Amount.MinorUnits);

    private static IEnumerable<string> Ids(List<DepositWaiver> waivers, params int[] order) =>
        order.Select(index => waivers[index].DepositWaiverId);
}

public sealed class SqliteLedgerAccessTests(Stores stores) : LedgerAccessTests(stores, Store.Sqlite);

public sealed class PostgreSqlLedgerAccessTests(Stores stores) : LedgerAccessTests(stores, Store.PostgreSql);
