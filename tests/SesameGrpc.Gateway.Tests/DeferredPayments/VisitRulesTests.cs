using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.DeferredPayments;
using SesameGrpc.Gateway.Ledger;
using SesameGrpc.Gateway.Obligations;
using Xunit;
using CollectionState = SesameGrpc.Gateway.Ledger.CollectionState;

namespace SesameGrpc.Gateway.Tests.DeferredPayments;

public sealed class VisitRulesTests
{
    private static readonly VisitChanges Changes = new(
        new PaymentTerms(Samples.CatalogueSource, new GatewayOptions()),
        TimeProvider.System
    );

    private static readonly Obligation Open = Samples.Waiver with { Kind = ObligationKind.Visit, DueMicros = 1 };
    private static readonly Obligation Charged = Changes.Add(Open, "a", VisitChargeKind.Examination, 5_000).After;
    private static readonly Obligation Closed = Changes.Close(Charged).After;
    private static readonly Obligation Settling = Changes.SettleInFull(Closed).After;
    private static readonly Obligation Overdue = ObligationRules.MarkOverdue(Settling).After;
    private static readonly Obligation Settled = ObligationRules.Settle(Settling, SettledBy.Partner, 2).After;
    private static readonly Obligation Cleared = ObligationRules.Settle(Overdue, SettledBy.Collection, 2).After;

    [Fact]
    public void AllowedFor_EachState_IsWhatTheContractSays() =>
        Assert.Multiple(
            () => AssertAllowed(Open, VisitAction.AddCharge, VisitAction.Close),
            () => AssertAllowed(Charged, VisitAction.AddCharge, VisitAction.VoidCharge, VisitAction.Close),
            () => AssertAllowed(Closed, VisitAction.VoidCharge, VisitAction.Settle),
            () => AssertAllowed(Settling, VisitAction.ReportPayment, VisitAction.RefundCharge),
            () => AssertAllowed(UnderWay(Settling), VisitAction.ReportPayment),
            () => AssertAllowed(Overdue, VisitAction.ReportPayment, VisitAction.RefundCharge),
            () => AssertAllowed(UnderWay(Overdue), VisitAction.ReportPayment),
            () => AssertAllowed(Settled, VisitAction.RefundCharge),
            () => AssertAllowed(Cleared, VisitAction.RefundCharge),
            () => AssertAllowed(Changes.Refund(Settled, "a", 5_000).After),
            () => AssertAllowed(Changes.Close(Open).After),
            () => AssertAllowed(ObligationRules.WriteOff(Overdue, "gone", 2).After)
        );

    [Fact]
    public void RefusalOf_SaysWhyByTheMostTellingReason()
    {
        Assert.Null(VisitRules.RefusalOf(Charged, VisitAction.Close, 0));
        Assert.Null(VisitRules.RefusalOf(Charged, VisitAction.Close, Charged.Revision));
        Assert.Equal(ErrorReason.StateConflict, VisitRules.RefusalOf(Charged, VisitAction.Close, Charged.Revision - 1)!.Reason);
        Assert.Equal(ErrorReason.AlreadySettled, VisitRules.RefusalOf(Settled, VisitAction.ReportPayment, 0)!.Reason);
        Assert.Equal(ErrorReason.AlreadySettled, VisitRules.RefusalOf(Cleared, VisitAction.ReportPayment, 0)!.Reason);
        Assert.Equal(ErrorReason.CollectionUnderWay, VisitRules.RefusalOf(UnderWay(Settling), VisitAction.RefundCharge, 0)!.Reason);
        Assert.Equal(ErrorReason.StateConflict, VisitRules.RefusalOf(Closed, VisitAction.AddCharge, 0)!.Reason);
        Assert.Contains(
            "The state is CLOSED at revision 3; it allows: VOID_CHARGE,SETTLE.",
            VisitRules.RefusalOf(Closed, VisitAction.AddCharge, 0)!.Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void ToMessage_EachState_SaysWhatIsOwedAndUntilWhen()
    {
        Assert.Equal((5_000, 14_900, 0), Amounts(Charged));
        Assert.Equal((5_000, 0, 0), Amounts(Closed));
        Assert.Equal((5_000, 0, 5_000), Amounts(Settling));
        Assert.Equal((5_000, 0, 0), Amounts(Settled));
        Assert.NotNull(VisitRules.ToMessage(Open).DueTime);
        Assert.NotNull(VisitRules.ToMessage(Closed).DueTime);
        Assert.Null(VisitRules.ToMessage(Settling).DueTime);
        Assert.Equal(VisitState.Cleared, VisitRules.ToMessage(Cleared).State);
    }

    [Fact]
    public void Changes_TheSettlement_KeepsTheTimeOfTheClose() => Assert.Equal(Closed.CompletedMicros, Settling.CompletedMicros);

    private static Obligation UnderWay(Obligation visit) =>
        visit with
        {
            Collection = visit.Collection! with { State = CollectionState.Submitted },
        };

    private static (long SelfPay, long Remaining, long Outstanding) Amounts(Obligation visit)
    {
        var message = VisitRules.ToMessage(visit);
        return (message.SelfPayAmount.MinorUnits, message.RemainingAmount.MinorUnits, message.OutstandingAmount.MinorUnits);
    }

    private static void AssertAllowed(Obligation visit, params VisitAction[] actions) =>
        Assert.Equal(actions, VisitRules.AllowedFor(visit));
}
