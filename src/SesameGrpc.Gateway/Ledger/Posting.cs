namespace SesameGrpc.Gateway.Ledger;

/// <summary>What an entry of the journal does; the number is stored and is that of the contract's enum.</summary>
internal enum EntryKind
{
    Hold = 1,
    Release = 2,
    Charge = 3,
    Correct = 4,
    Capture = 5,
    Cancel = 6,
    WriteOff = 7,
    Extend = 8,
    Overdue = 9,

    /// <summary>An entry whose obligation has been deleted: its number stays, and nothing else.</summary>
    Retired = 10,
    Add = 11,
    Void = 12,
    Close = 13,
    Refund = 14,
}

/// <summary>One entry of a person's journal.</summary>
internal sealed record LedgerEntry(EntryKind Kind, long AmountFen, byte[]? Detail = null);

/// <summary>What partners are told about.</summary>
internal enum ObligationEvent
{
    Granted,
    Extended,
    Completed,
    ChargeCorrected,
    Released,
    Settled,
    Cancelled,
    Overdue,
    WrittenOff,
    ChargeAdded,
    ChargeVoided,
    Closed,
    Refunded,
}

/// <summary>A change of one obligation: how it is afterwards, what the journal gets, and what the partner is told. Without entries nothing but the collection changes.</summary>
internal sealed record Posting(Obligation? Before, Obligation After, IReadOnlyList<LedgerEntry> Entries, ObligationEvent? Event)
{
    /// <summary>With a new obligation: the limits that it was found to fit into.</summary>
    public IReadOnlyList<ScopeLimit>? Limits { get; init; }

    /// <summary>By how much the person's open amount changes.</summary>
    public long OpenFen =>
        (Before, After) switch
        {
            (null, { IsOpen: true }) => After.HeldFen,
            ({ IsOpen: true }, { IsOpen: false }) => -After.HeldFen,
            _ => 0,
        };

    /// <summary>By how much the person's number of open obligations changes.</summary>
    public int OpenCount =>
        (Before, After) switch
        {
            (null, { IsOpen: true }) => 1,
            ({ IsOpen: true }, { IsOpen: false }) => -1,
            _ => 0,
        };
}
