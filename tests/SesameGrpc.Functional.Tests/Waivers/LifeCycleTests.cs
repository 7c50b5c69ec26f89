using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.Waivers;

/// <summary>What comes after a grant, over the wire, on both stores: charges, corrections, payments, extensions.</summary>
public abstract class LifeCycleTests(Stores stores, Store store)
{
    [Fact]
    public async Task Complete_WithACharge_SettlesByAReportedPaymentAndFreesTheLimit()
    {
        await using var gateway = await stores.StartGatewayAsync(store);
        var bike = await StartAsync(gateway);
        var waiver = (await bike.GrantAsync("p", "bike.deposit_free", "1")).DepositWaiver;

        var settling = await bike.CompleteAsync(waiver, "c", 5_000);
        var held = await bike.GrantAsync("p", "bike.deposit_free", "2");
        var settled = await bike.PayAsync(waiver, "pay", 5_000);
        var next = await bike.GrantAsync("p", "bike.deposit_free", "3");

        Assert.Equal(
            (DepositWaiverState.Settling, 5_000, 0, 5_000),
            (settling.State, settling.ChargedAmount.MinorUnits, settling.CollectedAmount.MinorUnits, settling.OutstandingAmount.MinorUnits)
        );
        Assert.Equal([DepositWaiverAction.ReportPayment, DepositWaiverAction.CorrectCharge], settling.AllowedActions);
        Assert.Equal(CollectionState.Scheduled, settling.Collection);
        Assert.Equal(ChargeLineKind.Damage, Assert.Single(settling.Charge.Lines).Kind);
        Assert.Equal(DecisionReason.ProgrammeLimitReached, Assert.Single(held.NotGranted.Reasons).Reason);
        Assert.Equal(
            (DepositWaiverState.Settled, SettlementChannel.Partner, CollectionState.Withdrawn, 0),
            (settled.State, settled.SettledBy, settled.Collection, settled.OutstandingAmount.MinorUnits)
        );
        Assert.Equal(DepositWaiverState.Active, next.DepositWaiver.State);
    }

    [Fact]
    public async Task ReportPayment_OfASettledCharge_IsToldWhoWon()
    {
        await using var gateway = await stores.StartGatewayAsync(store);
        var bike = await StartAsync(gateway);
        var waiver = (await bike.GrantAsync("p", "bike.deposit_free", "1")).DepositWaiver;
        await bike.CompleteAsync(waiver, "c", 5_000);

        var wrongAmount = await RefusedCall.OfAsync(() => bike.PayAsync(waiver, "less", 4_999));
        var first = await bike.PayAsync(waiver, "pay", 5_000);
        var again = await bike.PayAsync(waiver, "pay", 5_000);
        var refused = await RefusedCall.OfAsync(() => bike.PayAsync(waiver, "other", 5_000));

        Assert.Equal((StatusCode.InvalidArgument, "FIELD_INVALID"), (wrongAmount.Code, wrongAmount.Reason));
        Assert.Equal(first, again);
        Assert.Equal((StatusCode.FailedPrecondition, "ALREADY_SETTLED"), (refused.Code, refused.Reason));
    }

    [Fact]
    public async Task Correct_Downward_LowersTheChargeAndToNothingReleases()
    {
        await using var gateway = await stores.StartGatewayAsync(store);
        var bike = await StartAsync(gateway);
        var waiver = (await bike.GrantAsync("p", "bike.deposit_free", "1")).DepositWaiver;
        await bike.CompleteAsync(waiver, "c", 5_000);

        var upward = await RefusedCall.OfAsync(() => bike.CorrectAsync(waiver, "up", 5_000));
        var lower = await bike.CorrectAsync(waiver, "down", 3_000);
        var released = await bike.CorrectAsync(waiver, "zero", 0);

        Assert.Equal("FIELD_INVALID", upward.Reason);
        Assert.Equal((DepositWaiverState.Settling, 3_000, 3), (lower.State, lower.OutstandingAmount.MinorUnits, lower.Revision));
        Assert.Equal(
            (DepositWaiverState.Released, 0, CollectionState.Withdrawn),
            (released.State, released.ChargedAmount.MinorUnits, released.Collection)
        );
        Assert.Empty(released.AllowedActions);
    }

    [Fact]
    public async Task Complete_BeyondTheWaivedAmountOrInTheFuture_IsRefusedAndNothingChanges()
    {
        await using var gateway = await stores.StartGatewayAsync(store);
        var bike = await StartAsync(gateway);
        var waiver = (await bike.GrantAsync("p", "bike.deposit_free", "1")).DepositWaiver;

        var tooMuch = await RefusedCall.OfAsync(() => bike.CompleteAsync(waiver, "c1", waiver.WaivedAmount.MinorUnits + 1));
        var future = await RefusedCall.OfAsync(async () =>
            await bike.Waivers.CompleteDepositWaiverAsync(
                new CompleteDepositWaiverRequest
                {
                    RequestId = "c2",
                    DepositWaiverId = waiver.DepositWaiverId,
                    EndTime = Timestamp.FromDateTimeOffset(gateway.Service<TimeProvider>().GetUtcNow().AddHours(1)),
                }
            )
        );
        var now = await bike.Waivers.GetDepositWaiverAsync(new GetDepositWaiverRequest { DepositWaiverId = waiver.DepositWaiverId });

        Assert.Equal(("FIELD_INVALID", "FIELD_INVALID"), (tooMuch.Reason, future.Reason));
        Assert.Equal(waiver, now.DepositWaiver);
    }

    [Fact]
    public async Task Extend_WithinTheLongestPeriod_MovesTheDueTime()
    {
        await using var gateway = await stores.StartGatewayAsync(store);
        var bike = await StartAsync(gateway);
        var waiver = (await bike.GrantAsync("p", "umbrella.deposit_free", "1")).DepositWaiver;
        var early = await RefusedCall.OfAsync(() => bike.ExtendAsync(waiver, "e1", waiver.DueTime));

        var later = Timestamp.FromDateTimeOffset(
            gateway.Service<TimeProvider>().GetUtcNow() + (waiver.DueTime - waiver.GrantTime).ToTimeSpan()
        );
        var extended = await bike.ExtendAsync(waiver, "e2", later);

        Assert.Equal("FIELD_INVALID", early.Reason);
        Assert.True(extended.DueTime > waiver.DueTime);
        Assert.Equal((DepositWaiverState.Active, 2), (extended.State, extended.Revision));
    }

    private static async Task<ConnectedPartner> StartAsync(GatewayUnderTest gateway)
    {
        var bike = await gateway.ConnectAsync(
            "bike",
            new Enrolment { Programme = "bike.deposit_free" },
            new Enrolment { Programme = "umbrella.deposit_free" }
        );
        await gateway.FeedAsync("p", 700);
        return bike;
    }
}

public sealed class SqliteLifeCycleTests(Stores stores) : LifeCycleTests(stores, Store.Sqlite);

public sealed class PostgreSqlLifeCycleTests(Stores stores) : LifeCycleTests(stores, Store.PostgreSql);
