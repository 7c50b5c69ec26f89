using Grpc.Core;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.TestSupport;
using Xunit;
using CollectionState = SesameGrpc.Contracts.Partner.V1.CollectionState;
using ObligationState = SesameGrpc.Contracts.Operator.V1.ObligationState;

namespace SesameGrpc.Functional.Tests.Visits;

/// <summary>What happens at a hospital, from the acceptance by phone to the paid bill, and to the one that was not paid.</summary>
public abstract class HospitalStoryTests(Stores stores, Store store)
{
    private readonly MovableTime time = new();

    [Fact]
    public async Task Visit_ThreeDepartmentsAtOnceAVoidAndInsurance_IsSettledOnce()
    {
        await using var rail = await RailUnderTest.StartAsync();
        await using var gateway = await stores.StartGatewayAsync(store, new GatewaySetup { Time = time, Settings = rail.Settings(60) });
        var hospital = await gateway.ConnectHospitalAsync();
        await gateway.FeedAsync("p", 650);
        var visit = await hospital.OpenAsync("p", "v1");
        Assert.Equal((VisitState.Open, 300_000, 300_000), (visit.State, visit.LimitAmount.MinorUnits, visit.RemainingAmount.MinorUnits));

        // Registration, examination and the pharmacy charge ten times each, side by side, and each repeats itself.
        var departments = new[] { VisitChargeKind.Registration, VisitChargeKind.Examination, VisitChargeKind.Medicine };
        var calls = departments.SelectMany(kind => Enumerable.Range(0, 10).Select(number => (kind, number)));
        await Task.WhenAll(
            calls.Concat(calls).Select(call => hospital.ChargeAsync(visit, $"{call.kind}-{call.number}", 1_000 + call.number, call.kind))
        );
        var charged = await hospital.GetAsync(visit);
        Assert.Equal((30, 30_135), (charged.Bill.Charges.Count, charged.TotalAmount.MinorUnits));
        Assert.Equal((31, 269_865), (charged.Revision, charged.RemainingAmount.MinorUnits));
        Assert.Equal(charged.Bill.Charges.Count, charged.Bill.Charges.Select(charge => charge.ChargeId).Distinct().Count());

        await hospital.VoidAsync(visit, "Medicine-9");
        var closed = await hospital.CloseAsync(visit);
        Assert.Equal((VisitState.Closed, 29_126), (closed.State, closed.TotalAmount.MinorUnits));
        Assert.Equal([VisitAction.VoidCharge, VisitAction.Settle], closed.AllowedActions);

        var lines = closed
            .Bill.Charges.Where(charge => charge.VoidTime is null)
            .Select(charge => VisitSteps.Line(charge.ChargeId, 600, 100, 50, 50, charge.Amount.MinorUnits - 800))
            .ToArray();
        var settling = await hospital.SettleAsync(visit, VisitSteps.Settlement(lines));
        Assert.Equal((VisitState.Settling, 29_126 - (29 * 800)), (settling.State, settling.OutstandingAmount.MinorUnits));
        Assert.Equal(CollectionState.Scheduled, settling.Collection);

        time.Advance(TimeSpan.FromMinutes(1));
        var settled = await hospital.WhenAsync(visit, now => now.State == VisitState.Settled, "the self-pay part is collected");
        Assert.Equal((5_926, 5_926), (settled.CollectedAmount.MinorUnits, rail.Book.NetCollectedFen));

        // Two refunds, of which the gateway gives back the sum, whatever happens in between.
        await rail.StopAsync();
        await hospital.RefundAsync(visit, "Medicine-0", 200);
        var refunding = await hospital.RefundAsync(visit, "Medicine-1", 201);
        Assert.Equal((401, CollectionState.Refunding), (refunding.RefundedAmount.MinorUnits, refunding.Collection));
        var tooMuch = await RefusedCall.OfAsync(() => hospital.RefundAsync(visit, "Medicine-1", 1, "again"));
        Assert.Equal("FIELD_INVALID", tooMuch.Reason);
        await rail.StartAgainAsync();
        await Eventually.HoldsAsync(
            async () =>
            {
                // Whatever the pause after the last try was, it is over.
                time.Advance(TimeSpan.FromHours(1));
                return (await FindAsync(gateway, visit)).Collection.State == CollectionState.Collected;
            },
            "the refund is done",
            pause: TimeSpan.FromMilliseconds(500)
        );
        hospital = await gateway.ReconnectHospitalAsync();
        Assert.Equal(5_926 - 401, rail.Book.NetCollectedFen);
        await AssertSoundAsync(gateway);
        await AssertToldAsync(hospital);
    }

    [Fact]
    public async Task Visit_NobodyCloses_ClosesByItselfAndIsThePersonsInFull()
    {
        await using var gateway = await stores.StartGatewayAsync(store, new GatewaySetup { Time = time });
        var hospital = await gateway.ConnectHospitalAsync();
        await gateway.FeedAsync("p", 650);
        await gateway.FeedAsync("q", 650);
        var visit = await hospital.OpenAsync("p", "v1");
        var empty = await hospital.OpenAsync("q", "v2");
        await hospital.ChargeAsync(visit, "a", 70_000);
        var due = visit.DueTime.ToDateTimeOffset().ToOffset(TimeSpan.FromHours(8));
        Assert.Equal(new TimeOnly(20, 0), TimeOnly.FromDateTime(due.DateTime));

        time.Advance(TimeSpan.FromDays(1));
        hospital = await gateway.ReconnectHospitalAsync();
        var closed = await hospital.WhenAsync(visit, now => now.State == VisitState.Closed, "closed at the policy's hour");
        var released = await hospital.WhenAsync(empty, now => now.State == VisitState.Released, "without charges it is released");
        var late = await RefusedCall.OfAsync(() => hospital.ChargeAsync(visit, "b", 1));
        Assert.Equal((StatusCode.FailedPrecondition, "STATE_CONFLICT"), (late.Code, late.Reason));
        Assert.Equal(("CLOSED", "VOID_CHARGE,SETTLE"), (late.Info.Metadata["state"], late.Info.Metadata["allowed_actions"]));
        Assert.Empty(released.AllowedActions);
        Assert.Equal(closed.CloseTime.ToDateTimeOffset().AddHours(24), closed.DueTime.ToDateTimeOffset());

        time.Advance(TimeSpan.FromHours(25));
        hospital = await gateway.ReconnectHospitalAsync();
        var settling = await hospital.WhenAsync(visit, now => now.State == VisitState.Settling, "nobody stated who pays");
        Assert.Equal(70_000, settling.OutstandingAmount.MinorUnits);
        Assert.Equal(70_000, settling.Bill.Settlement.SelfPayAmount.MinorUnits);
        await AssertSoundAsync(gateway);
    }

    [Fact]
    public async Task Visit_NotPaidInTime_BlocksTheNextAtEveryHospitalUntilItIsCleared()
    {
        await using var gateway = await stores.StartGatewayAsync(store, new GatewaySetup { Time = time });
        var hospital = await gateway.ConnectHospitalAsync();
        var other = await gateway.ConnectHospitalAsync("other");
        await gateway.FeedAsync("p", 650);
        await gateway.FeedAsync("q", 650);
        var visit = await hospital.OpenAsync("p", "v1");
        await hospital.ChargeAsync(visit, "a", 5_000);
        await hospital.CloseAsync(visit, VisitSteps.Settlement(VisitSteps.Line("a", 2_000, 0, 0, 0, 3_000)));

        time.Advance(TimeSpan.FromDays(8));
        (hospital, other) = (await gateway.ReconnectHospitalAsync(), await gateway.ReconnectHospitalAsync("other"));
        await hospital.WhenAsync(visit, now => now.State == VisitState.Overdue, "overdue");
        var refused = await other.AskToOpenAsync("p", "v2");
        Assert.Equal(DecisionReason.Overdue, Assert.Single(refused.NotGranted.Reasons).Reason);
        Assert.Equal(VisitState.Open, (await other.OpenAsync("q", "v3")).State);
        Assert.NotNull((await hospital.GrantAsync("p", VisitSteps.Wheelchair, "chair")).DepositWaiver);
        Assert.Equal(ObligationState.Overdue, (await FindAsync(gateway, visit)).State);

        var cleared = await hospital.PayAsync(visit, 3_000);
        Assert.Equal((VisitState.Cleared, SettlementChannel.Partner), (cleared.State, cleared.SettledBy));
        Assert.Equal(VisitState.Open, (await other.OpenAsync("p", "v4")).State);

        // The hospital had the money, so it gives it back itself; the gateway keeps the account of it.
        var refunded = await hospital.RefundAsync(visit, "a", 3_000);
        Assert.Equal(
            (VisitState.Cleared, 3_000, CollectionState.Withdrawn),
            (refunded.State, refunded.RefundedAmount.MinorUnits, refunded.Collection)
        );
        Assert.Empty(refunded.AllowedActions);
        await AssertSoundAsync(gateway);
    }

    private static async Task AssertToldAsync(ConnectedPartner hospital) =>
        Assert.Equal(
            [
                EventType.VisitOpened,
                .. Enumerable.Repeat(EventType.VisitCharged, 30),
                EventType.VisitChargeVoided,
                EventType.VisitClosed,
                EventType.VisitSettlementStated,
                EventType.VisitSettled,
                EventType.VisitRefunded,
                EventType.VisitRefunded,
            ],
            (await hospital.Events.ListEventsAsync(new ListEventsRequest { PageSize = 1000 }))
                .Events.Where(told => told.Visit is not null)
                .Select(told => told.Type)
        );

    private static async Task<Obligation> FindAsync(GatewayUnderTest gateway, Visit visit) =>
        (await gateway.Ledger.GetObligationAsync(new GetObligationRequest { ObligationId = visit.VisitId })).Obligation;

    private static async Task AssertSoundAsync(GatewayUnderTest gateway)
    {
        using var check = gateway.Ledger.CheckLedger(new CheckLedgerRequest());
        await foreach (var message in check.ResponseStream.ReadAllAsync(TestContext.Current.CancellationToken))
        {
            Assert.Empty(message.Differences);
        }
    }
}

public sealed class SqliteHospitalStoryTests(Stores stores) : HospitalStoryTests(stores, Store.Sqlite);

public sealed class PostgreSqlHospitalStoryTests(Stores stores) : HospitalStoryTests(stores, Store.PostgreSql);
