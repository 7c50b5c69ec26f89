namespace SesameGrpc.Gateway.Ledger;

/// <summary>What kind of obligation a row is; the number is stored.</summary>
internal enum ObligationKind
{
    DepositWaiver = 1,
    Visit = 2,
}

/// <summary>The state of an obligation of any kind; the number is stored and is that of the contracts' enums.</summary>
internal enum ObligationState
{
    Active = 1,
    Released = 2,
    Cancelled = 3,
    Settling = 4,
    Settled = 5,
    Overdue = 6,
    WrittenOff = 7,
    Closed = 8,
    Cleared = 9,
}

/// <summary>Who brought the money of a charge in; the number is stored.</summary>
internal enum SettledBy
{
    Collection = 1,
    Partner = 2,
}

/// <summary>One obligation as stored, with the instruction to collect its charge.</summary>
internal sealed record Obligation
{
    public required string Id { get; init; }

    public required ObligationKind Kind { get; init; }

    public required string Partner { get; init; }

    public required string OrderId { get; init; }

    /// <summary>The person's internal id.</summary>
    public required string Person { get; init; }

    /// <summary>What the partner knows the person by; empty once the person is erased.</summary>
    public required string Subject { get; init; }

    /// <summary>The operator's id of the person, where it was read with the row; empty once the person is erased.</summary>
    public string ExternalPerson { get; init; } = "";

    /// <summary>Whether the person objects to it, and has no answer yet.</summary>
    public bool IsDisputed { get; init; }

    public required string Programme { get; init; }

    /// <summary>Which thing was taken; empty where the partner named none.</summary>
    public string DeviceId { get; init; } = "";

    public required ObligationState State { get; init; }

    public required long Revision { get; init; }

    public required long RequestedFen { get; init; }

    /// <summary>The amount that counts against the person's limits while the obligation is open; it stays readable afterwards.</summary>
    public required long HeldFen { get; init; }

    public long ChargedFen { get; init; }

    public long CollectedFen { get; init; }

    /// <summary>Part of what was collected that is given back, or was.</summary>
    public long RefundedFen { get; init; }

    /// <summary>What is charged, line by line, in protobuf binary form: a waiver's sesame.partner.v1.Charge, a visit's sesame.partner.v1.VisitBill.</summary>
    public byte[]? Charge { get; init; }

    public required string PolicyVersion { get; init; }

    public required string DecisionId { get; init; }

    public required long GrantedMicros { get; init; }

    public long? DueMicros { get; init; }

    public long? CompletedMicros { get; init; }

    public long? PaymentDueMicros { get; init; }

    public long? EndedMicros { get; init; }

    public SettledBy? SettledBy { get; init; }

    public Collection? Collection { get; init; }

    public bool IsOpen => State is ObligationState.Active or ObligationState.Closed or ObligationState.Settling or ObligationState.Overdue;

    /// <summary>What the person still owes. While an order is still being charged nothing is owed yet.</summary>
    public long OutstandingFen => State is ObligationState.Settling or ObligationState.Overdue ? ChargedFen - CollectedFen : 0;
}
