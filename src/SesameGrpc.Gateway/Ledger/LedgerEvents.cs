using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Ledger;

/// <summary>What partners are told of a change. Pure but for the event's id.</summary>
internal static class LedgerEvents
{
    public static Event Of(Posting posting, ObligationEvent what, long nowMicros)
    {
        var after = posting.After;
        return new Event
        {
            EventId = TimedId.New(nowMicros),
            Type = TypeOf(what),
            EventTime = Instants.ToTimestamp(nowMicros),
            Subject = after.Subject,
            DepositWaiver = new DepositWaiverReference
            {
                DepositWaiverId = after.Id,
                OrderId = after.OrderId,
                Programme = after.Programme,
                State = (DepositWaiverState)after.State,
                Revision = after.Revision,
            },
        };
    }

    private static EventType TypeOf(ObligationEvent what) =>
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
