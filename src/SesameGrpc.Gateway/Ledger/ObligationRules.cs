using System.Text;

namespace SesameGrpc.Gateway.Ledger;

/// <summary>
/// The changes that an obligation of any kind can go through. Pure; whoever calls has made sure that the state allows the change. What is charged comes as a bill, which the obligation
/// keeps, and as the line of it that changed, which the journal gets. Invariant: what was held is, at
/// the end, released, captured, cancelled or written off, to the fen.
/// </summary>
internal static class ObligationRules
{
    /// <summary>A new obligation, which fits into these limits.</summary>
    public static Posting Open(Obligation obligation, IReadOnlyList<ScopeLimit> limits) =>
        new(null, obligation, [new LedgerEntry(EntryKind.Hold, obligation.HeldFen)], ObligationEvent.Granted) { Limits = limits };

    public static Posting Extend(Obligation before, long dueMicros) =>
        Change(before, before with { DueMicros = dueMicros }, ObligationEvent.Extended, new LedgerEntry(EntryKind.Extend, 0));

    /// <summary>Completed, and nothing is owed; with a bill where one says why.</summary>
    public static Posting Release(Obligation before, long nowMicros, byte[]? bill = null, byte[]? line = null) =>
        Change(
            before,
            before with
            {
                State = ObligationState.Released,
                ChargedFen = 0,
                Charge = bill ?? before.Charge,
                CompletedMicros = before.CompletedMicros ?? nowMicros,
                EndedMicros = nowMicros,
            },
            ObligationEvent.Released,
            new LedgerEntry(EntryKind.Release, before.HeldFen, line)
        );

    public static Posting Cancel(Obligation before, long nowMicros) =>
        Change(
            before,
            before with
            {
                State = ObligationState.Cancelled,
                EndedMicros = nowMicros,
            },
            ObligationEvent.Cancelled,
            new LedgerEntry(EntryKind.Cancel, before.HeldFen)
        );

    /// <summary>One more charge, while others may follow; the sum is at most what is held. Nothing is owed yet.</summary>
    public static Posting Add(Obligation before, long amountFen, byte[] bill, byte[] line) =>
        Change(
            before,
            before with
            {
                ChargedFen = checked(before.ChargedFen + amountFen),
                Charge = bill,
            },
            ObligationEvent.ChargeAdded,
            new LedgerEntry(EntryKind.Add, amountFen, line)
        );

    /// <summary>Takes an added charge away; the last one of what is closed: releases.</summary>
    public static Posting Void(Obligation before, long amountFen, byte[] bill, byte[] line, long nowMicros)
    {
        var taken = new LedgerEntry(EntryKind.Void, amountFen, line);
        var after = before with { ChargedFen = before.ChargedFen - amountFen, Charge = bill };
        return before.State == ObligationState.Closed && after.ChargedFen == 0
            ? Change(
                before,
                after with
                {
                    State = ObligationState.Released,
                    EndedMicros = nowMicros,
                },
                ObligationEvent.Released,
                taken,
                new LedgerEntry(EntryKind.Release, before.HeldFen)
            )
            : Change(before, after, ObligationEvent.ChargeVoided, taken);
    }

    /// <summary>No charge follows; who bears what of them may be stated until the due time.</summary>
    public static Posting Close(Obligation before, long nowMicros, long dueMicros) =>
        Change(
            before,
            before with
            {
                State = ObligationState.Closed,
                CompletedMicros = nowMicros,
                DueMicros = dueMicros,
            },
            ObligationEvent.Closed,
            new LedgerEntry(EntryKind.Close, before.ChargedFen)
        );

    /// <summary>Completed, and something is owed: above 0 and at most what is held.</summary>
    public static Posting Charge(
        Obligation before,
        long totalFen,
        byte[] charge,
        long nowMicros,
        long paymentDueMicros,
        long collectMicros,
        byte[]? line = null
    ) =>
        Change(
            before,
            before with
            {
                State = ObligationState.Settling,
                ChargedFen = totalFen,
                Charge = charge,
                CompletedMicros = before.CompletedMicros ?? nowMicros,
                PaymentDueMicros = paymentDueMicros,
                Collection = Collection.Schedule(totalFen, collectMicros),
            },
            ObligationEvent.Completed,
            new LedgerEntry(EntryKind.Charge, totalFen, line ?? charge)
        );

    /// <summary>Lowers the charge; to 0: releases.</summary>
    public static Posting Correct(Obligation before, long totalFen, byte[] charge, long nowMicros, byte[]? line = null)
    {
        var correction = new LedgerEntry(EntryKind.Correct, before.ChargedFen - totalFen, line ?? charge);
        if (totalFen > 0)
        {
            var collection = before.Collection is { State: CollectionState.Scheduled } scheduled
                ? scheduled with
                {
                    AmountFen = totalFen,
                }
                : before.Collection;
            return Change(
                before,
                before with
                {
                    ChargedFen = totalFen,
                    Charge = charge,
                    Collection = collection,
                },
                ObligationEvent.ChargeCorrected,
                correction
            );
        }

        return Change(
            before,
            before with
            {
                State = ObligationState.Released,
                ChargedFen = 0,
                Charge = charge,
                EndedMicros = nowMicros,
                Collection = before.Collection?.NotNeeded(nowMicros),
            },
            ObligationEvent.Released,
            correction,
            new LedgerEntry(EntryKind.Release, before.HeldFen)
        );
    }

    /// <summary>The charge is paid. A collection that lost against the partner's report is withdrawn or undone.</summary>
    public static Posting Settle(Obligation before, SettledBy by, long nowMicros)
    {
        var rest = before.HeldFen - before.ChargedFen;
        var capture = new LedgerEntry(EntryKind.Capture, before.ChargedFen);
        return Change(
            before,
            before with
            {
                State = before is { Kind: ObligationKind.Visit, State: ObligationState.Overdue }
                    ? ObligationState.Cleared
                    : ObligationState.Settled,
                CollectedFen = before.ChargedFen,
                SettledBy = by,
                EndedMicros = nowMicros,
                Collection =
                    by == SettledBy.Partner
                        ? before.Collection?.NotNeeded(nowMicros)
                        : before.Collection! with
                        {
                            State = CollectionState.Collected,
                            NextMicros = null,
                            Cause = "",
                        },
            },
            ObligationEvent.Settled,
            rest > 0 ? [capture, new LedgerEntry(EntryKind.Release, rest)] : [capture]
        );
    }

    /// <summary>A part of what was paid is given back: by the gateway where it had collected it.</summary>
    public static Posting Refund(Obligation before, long amountFen, byte[] bill, byte[] line, long nowMicros) =>
        Change(
            before,
            before with
            {
                RefundedFen = checked(before.RefundedFen + amountFen),
                Charge = bill,
                Collection = before.SettledBy == SettledBy.Collection ? before.Collection!.Refund(nowMicros) : before.Collection,
            },
            ObligationEvent.Refunded,
            new LedgerEntry(EntryKind.Refund, amountFen, line)
        );

    /// <summary>The time to return or to pay has passed. The collection of a charge goes on: what is owed is owed still, and being paid late settles it.</summary>
    public static Posting MarkOverdue(Obligation before) =>
        Change(before, before with { State = ObligationState.Overdue }, ObligationEvent.Overdue, new LedgerEntry(EntryKind.Overdue, 0));

    /// <summary>Gives up what is owed: the outstanding charge, or all that is held where nothing came back. The reason stands in the journal.</summary>
    public static Posting WriteOff(Obligation before, string reason, long nowMicros)
    {
        var lost = before.ChargedFen > 0 ? before.OutstandingFen : before.HeldFen;
        var rest = before.HeldFen - lost;
        var writeOff = new LedgerEntry(EntryKind.WriteOff, lost, Encoding.UTF8.GetBytes(reason));
        return Change(
            before,
            before with
            {
                State = ObligationState.WrittenOff,
                EndedMicros = nowMicros,
                Collection = before.Collection?.NotNeeded(nowMicros),
            },
            ObligationEvent.WrittenOff,
            rest > 0 ? [writeOff, new LedgerEntry(EntryKind.Release, rest)] : [writeOff]
        );
    }

    /// <summary>Only the collection moves on; the obligation stays as it is.</summary>
    public static Posting Collecting(Obligation before, Collection collection) =>
        new(before, before with { Collection = collection }, [], null);

    /// <summary>Whether the time to return, to state a settlement or to pay has passed. Nothing but a change of the obligation takes OVERDUE back, the clock least of all.</summary>
    public static bool IsPastDue(Obligation obligation, long nowMicros) =>
        obligation.State switch
        {
            ObligationState.Active or ObligationState.Closed => obligation.DueMicros < nowMicros,
            ObligationState.Settling => obligation.PaymentDueMicros < nowMicros,
            _ => false,
        };

    private static Posting Change(Obligation before, Obligation after, ObligationEvent what, params IReadOnlyList<LedgerEntry> entries) =>
        new(before, after with { Revision = before.Revision + 1 }, entries, what);
}
