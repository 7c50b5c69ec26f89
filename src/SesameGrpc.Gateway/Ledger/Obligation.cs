namespace SesameGrpc.Gateway.Ledger;

/// <summary>What kind of obligation a row is; the number is stored.</summary>
internal enum ObligationKind
{
    DepositWaiver = 1,
}

/// <summary>What an entry of the journal does; the number is stored.</summary>
internal enum EntryKind
{
    Hold = 1,
    Release = 2,
}

/// <summary>One obligation as stored. State is the number of the kind's own state enum.</summary>
internal sealed record Obligation
{
    public required string Id { get; init; }

    public required ObligationKind Kind { get; init; }

    public required string Partner { get; init; }

    public required string OrderId { get; init; }

    public required string Person { get; init; }

    public required string Programme { get; init; }

    public required int State { get; init; }

    public required long Revision { get; init; }

    public required long RequestedFen { get; init; }

    /// <summary>The amount that counts against the person's limits while the obligation is open.</summary>
    public required long HeldFen { get; init; }

    public required string PolicyVersion { get; init; }

    public required string DecisionId { get; init; }

    public required long GrantedMicros { get; init; }

    public long? DueMicros { get; init; }

    public long? EndedMicros { get; init; }
}
