using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Amounts;
using SesameGrpc.Gateway.Ledger;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.DeferredPayments;

/// <summary>The state machine of a visit and its form as a message. Pure.</summary>
internal static class VisitRules
{
    /// <summary>What may be done next.</summary>
    public static IReadOnlyList<VisitAction> AllowedFor(Obligation visit) =>
        visit.State switch
        {
            ObligationState.Active when visit.ChargedFen == 0 => [VisitAction.AddCharge, VisitAction.Close],
            ObligationState.Active => [VisitAction.AddCharge, VisitAction.VoidCharge, VisitAction.Close],
            ObligationState.Closed => [VisitAction.VoidCharge, VisitAction.Settle],
            ObligationState.Settling or ObligationState.Overdue when visit.Collection is { IsUnderWay: true } =>
            [
                VisitAction.ReportPayment,
            ],
            ObligationState.Settling or ObligationState.Overdue => [VisitAction.ReportPayment, VisitAction.RefundCharge],
            ObligationState.Settled or ObligationState.Cleared when visit.RefundedFen < visit.CollectedFen => [VisitAction.RefundCharge],
            _ => [],
        };

    /// <summary>Why an action is refused; null when it is allowed. The expected revision is 0 where any will do.</summary>
    public static Refusal? RefusalOf(Obligation visit, VisitAction action, long expectedRevision)
    {
        var allowed = AllowedFor(visit);
        if (allowed.Contains(action) && (expectedRevision == 0 || expectedRevision == visit.Revision))
        {
            return null;
        }

        return (action, visit) switch
        {
            (VisitAction.ReportPayment, { SettledBy: { } by, EndedMicros: { } ended }) => Refuse.AlreadySettled(
                by.ToString().ToUpperInvariant(),
                Instants.FromMicros(ended)
            ),
            (VisitAction.RefundCharge, { OutstandingFen: > 0, Collection: { IsUnderWay: true } collection }) => Refuse.CollectionUnderWay(
                collection.Attempt
            ),
            _ => Refuse.StateConflict((VisitState)visit.State, allowed, visit.Revision),
        };
    }

    public static VisitBill BillOf(Obligation visit) => visit.Charge is { } bill ? VisitBill.Parser.ParseFrom(bill) : new VisitBill();

    public static Visit ToMessage(Obligation visit)
    {
        var bill = BillOf(visit);
        return new Visit
        {
            VisitId = visit.Id,
            OrderId = visit.OrderId,
            Subject = visit.Subject,
            Programme = visit.Programme,
            State = (VisitState)visit.State,
            Revision = visit.Revision,
            AllowedActions = { AllowedFor(visit) },
            LimitAmount = Cny.Of(visit.HeldFen),
            RemainingAmount = Cny.Of(visit.State == ObligationState.Active ? visit.HeldFen - visit.ChargedFen : 0),
            Bill = bill,
            TotalAmount = Cny.Of(BillRules.TotalOf(bill)),
            SelfPayAmount = Cny.Of(visit.ChargedFen),
            CollectedAmount = Cny.Of(visit.CollectedFen),
            OutstandingAmount = Cny.Of(visit.OutstandingFen),
            RefundedAmount = Cny.Of(visit.RefundedFen),
            PolicyVersion = visit.PolicyVersion,
            DecisionId = visit.DecisionId,
            OpenTime = Instants.ToTimestamp(visit.GrantedMicros),
            DueTime = visit is { State: ObligationState.Active or ObligationState.Closed, DueMicros: { } due }
                ? Instants.ToTimestamp(due)
                : null,
            CloseTime = visit.CompletedMicros is { } closed ? Instants.ToTimestamp(closed) : null,
            PaymentDueTime = visit.PaymentDueMicros is { } paymentDue ? Instants.ToTimestamp(paymentDue) : null,
            EndTime = visit.EndedMicros is { } ended ? Instants.ToTimestamp(ended) : null,
            SettledBy = visit.SettledBy is { } by ? (SettlementChannel)by : SettlementChannel.Unspecified,
            Collection = visit.Collection is { } collection ? (Contracts.Partner.V1.CollectionState)collection.State : default,
        };
    }
}
