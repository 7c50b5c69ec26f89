using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Amounts;
using SesameGrpc.Gateway.Ledger;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.DepositWaivers;

/// <summary>The state machine of a deposit waiver and its form as a message. Pure.</summary>
internal static class DepositWaiverRules
{
    /// <summary>What may be done next; nothing in a final state.</summary>
    public static IReadOnlyList<DepositWaiverAction> AllowedFor(Obligation waiver) =>
        waiver.State switch
        {
            ObligationState.Active when waiver.DueMicros is not null =>
            [
                DepositWaiverAction.Complete,
                DepositWaiverAction.Cancel,
                DepositWaiverAction.Extend,
            ],
            ObligationState.Active => [DepositWaiverAction.Complete, DepositWaiverAction.Cancel],
            ObligationState.Overdue when waiver.ChargedFen == 0 => [DepositWaiverAction.Complete],
            ObligationState.Settling or ObligationState.Overdue when waiver.Collection is { IsUnderWay: true } =>
            [
                DepositWaiverAction.ReportPayment,
            ],
            ObligationState.Settling or ObligationState.Overdue => [DepositWaiverAction.ReportPayment, DepositWaiverAction.CorrectCharge],
            _ => [],
        };

    /// <summary>Why an action is refused; null when it is allowed. The expected revision is 0 where any will do.</summary>
    public static Refusal? RefusalOf(Obligation waiver, DepositWaiverAction action, long expectedRevision)
    {
        var allowed = AllowedFor(waiver);
        if (allowed.Contains(action) && (expectedRevision == 0 || expectedRevision == waiver.Revision))
        {
            return null;
        }

        return (action, waiver) switch
        {
            (DepositWaiverAction.ReportPayment, { State: ObligationState.Settled, SettledBy: { } by, EndedMicros: { } ended }) =>
                Refuse.AlreadySettled(by.ToString().ToUpperInvariant(), Instants.FromMicros(ended)),
            (DepositWaiverAction.CorrectCharge, { IsOpen: true, Collection: { IsUnderWay: true } collection }) => Refuse.CollectionUnderWay(
                collection.Attempt
            ),
            _ => Refuse.StateConflict((DepositWaiverState)waiver.State, allowed, waiver.Revision),
        };
    }

    public static DepositWaiver ToMessage(Obligation obligation)
    {
        return new DepositWaiver
        {
            DepositWaiverId = obligation.Id,
            OrderId = obligation.OrderId,
            Subject = obligation.Subject,
            Programme = obligation.Programme,
            DeviceId = obligation.DeviceId,
            State = (DepositWaiverState)obligation.State,
            Revision = obligation.Revision,
            AllowedActions = { AllowedFor(obligation) },
            RequestedAmount = Cny.Of(obligation.RequestedFen),
            WaivedAmount = Cny.Of(obligation.HeldFen),
            PayableAmount = Cny.Of(obligation.RequestedFen - obligation.HeldFen),
            PolicyVersion = obligation.PolicyVersion,
            DecisionId = obligation.DecisionId,
            GrantTime = Instants.ToTimestamp(obligation.GrantedMicros),
            DueTime = obligation.DueMicros is { } due ? Instants.ToTimestamp(due) : null,
            EndTime = obligation.EndedMicros is { } ended ? Instants.ToTimestamp(ended) : null,
            ChargedAmount = Cny.Of(obligation.ChargedFen),
            CollectedAmount = Cny.Of(obligation.CollectedFen),
            OutstandingAmount = Cny.Of(obligation.OutstandingFen),
            Charge = obligation.Charge is { } charge ? Charge.Parser.ParseFrom(charge) : null,
            CompleteTime = obligation.CompletedMicros is { } completed ? Instants.ToTimestamp(completed) : null,
            PaymentDueTime = obligation.PaymentDueMicros is { } paymentDue ? Instants.ToTimestamp(paymentDue) : null,
            SettledBy = obligation.SettledBy is { } by ? (SettlementChannel)by : SettlementChannel.Unspecified,
            Collection = obligation.Collection is { } collection ? (Contracts.Partner.V1.CollectionState)collection.State : default,
        };
    }
}
