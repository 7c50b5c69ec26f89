namespace SesameGrpc.Gateway.Ledger;

/// <summary>How a collection stands; the number is stored and is that of the contract's enum.</summary>
internal enum CollectionState
{
    Scheduled = 1,
    Submitted = 2,
    Collected = 3,
    Declined = 4,
    Withdrawn = 5,
    Reversing = 6,
    Reversed = 7,
    Refunding = 8,
}

/// <summary>
/// The instruction to collect a charge, one per obligation. Invariant: a new attempt, with a new id for the payment system, begins only after the
/// one before was declined for certain; so at most one attempt can ever take money.
/// </summary>
internal sealed record Collection
{
    public required CollectionState State { get; init; }

    public required long AmountFen { get; init; }

    /// <summary>Counts from 1 on; part of the payment system's idempotency key.</summary>
    public required int Attempt { get; init; }

    /// <summary>How often this attempt, or the reversal, was sent.</summary>
    public required int Tries { get; init; }

    /// <summary>When there is something to do; null: nothing.</summary>
    public required long? NextMicros { get; init; }

    /// <summary>Why the last try did not succeed; empty otherwise.</summary>
    public required string Cause { get; init; }

    public static Collection Schedule(long amountFen, long atMicros) =>
        new()
        {
            State = CollectionState.Scheduled,
            AmountFen = amountFen,
            Attempt = 1,
            Tries = 0,
            NextMicros = atMicros,
            Cause = "",
        };

    /// <summary>A part of what was collected is to be given back.</summary>
    public Collection Refund(long nowMicros) =>
        this with
        {
            State = CollectionState.Refunding,

            // An answer to what was asked before counts no more: less was to be given back then.
            Tries = State == CollectionState.Refunding ? Tries + 1 : 0,
            NextMicros = nowMicros,
        };

    /// <summary>Whether an attempt may be with the payment system.</summary>
    public bool IsUnderWay => State is CollectionState.Submitted or CollectionState.Reversing;

    /// <summary>The charge needs no collection any more: what has not begun is withdrawn, what is under way must be undone.</summary>
    public Collection NotNeeded(long nowMicros) =>
        State switch
        {
            CollectionState.Scheduled => this with { State = CollectionState.Withdrawn, NextMicros = null },
            CollectionState.Submitted => this with { State = CollectionState.Reversing, Tries = 0, NextMicros = nowMicros },
            _ => this,
        };
}
