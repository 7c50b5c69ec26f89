using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Ledger;

/// <summary>What partners are told of a change. Pure but for the event's id.</summary>
internal static class LedgerEvents
{
    public static Event Of(Posting posting, ObligationEvent what, long nowMicros)
    {
        var after = posting.After;
        var told = new Event
        {
            EventId = TimedId.New(nowMicros),
            EventTime = Instants.ToTimestamp(nowMicros),
            Subject = after.Subject,
        };
        if (after.Kind == ObligationKind.Visit)
        {
            told.Type = TypeOfVisit(what, after.State);
            told.Visit = new VisitReference
            {
                VisitId = after.Id,
                OrderId = after.OrderId,
                Programme = after.Programme,
                State = (VisitState)after.State,
                Revision = after.Revision,
            };
        }
        else
        {
            told.Type = TypeOfWaiver(what);
            told.DepositWaiver = new DepositWaiverReference
            {
                DepositWaiverId = after.Id,
                OrderId = after.OrderId,
                Programme = after.Programme,
                State = (DepositWaiverState)after.State,
                Revision = after.Revision,
            };
        }

        return told;
    }

    private static EventType TypeOfVisit(ObligationEvent what, ObligationState state) =>
        what switch
        {
            ObligationEvent.Granted => EventType.VisitOpened,
            ObligationEvent.ChargeAdded => EventType.VisitCharged,
            ObligationEvent.ChargeVoided => EventType.VisitChargeVoided,
            ObligationEvent.Closed => EventType.VisitClosed,
            ObligationEvent.Completed => EventType.VisitSettlementStated,
            ObligationEvent.ChargeCorrected => EventType.VisitChargeCorrected,
            ObligationEvent.Released => EventType.VisitReleased,
            ObligationEvent.Settled => state == ObligationState.Cleared ? EventType.VisitCleared : EventType.VisitSettled,
            ObligationEvent.Overdue => EventType.VisitOverdue,
            ObligationEvent.Refunded => EventType.VisitRefunded,
            ObligationEvent.WrittenOff => EventType.VisitWrittenOff,
            _ => throw new ArgumentOutOfRangeException(nameof(what), what, "This change has no event."),
        };

    private static EventType TypeOfWaiver(ObligationEvent what) =>
        what switch
        {
            ObligationEvent.Granted => EventType.DepositWaiverGranted,
            ObligationEvent.Extended => EventType.DepositWaiverExtended,
            ObligationEvent.Completed => EventType.DepositWaiverCompleted,
            ObligationEvent.ChargeCorrected => EventType.DepositWaiverChargeCorrected,
            ObligationEvent.Released => EventType.DepositWaiverReleased,
            ObligationEvent.Settled => EventType.DepositWaiverSettled,
            ObligationEvent.Cancelled => EventType.DepositWaiverCancelled,
            ObligationEvent.Overdue => EventType.DepositWaiverOverdue,
            ObligationEvent.WrittenOff => EventType.DepositWaiverWrittenOff,
            _ => throw new ArgumentOutOfRangeException(nameof(what), what, "This change has no event."),
        };
}
