using SesameGrpc.Contracts.Rail.V1;

namespace SesameGrpc.SandboxRail;

/// <summary>A collection as it stands after one change: a line of the journal. The last line of a collection_id counts.</summary>
internal sealed record JournalEntry
{
    public required string CollectionId { get; init; }

    /// <summary>Empty where Refund came before any Collect.</summary>
    public required string ObligationId { get; init; }

    public required string Person { get; init; }

    public required string Currency { get; init; }

    public required long AmountFen { get; init; }

    /// <summary>What of it was given back in all, while it stays collected.</summary>
    public long RefundedFen { get; init; }

    public required CollectionStatus Status { get; init; }

    public DeclineReason Reason { get; init; }

    public bool LaterAttemptMaySucceed { get; init; }

    public required DateTimeOffset Time { get; init; }

    public bool IsRefunded => Reason == DeclineReason.Refunded;

    public bool IsFor(CollectRequest request) =>
        ObligationId == request.ObligationId
        && Person == request.Person
        && Currency == request.Amount.CurrencyCode
        && AmountFen == request.Amount.MinorUnits;
}
