using Google.Protobuf;
using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Gateway.Replay;

namespace SesameGrpc.Gateway.Ledger;

/// <summary>What a decision came to: the answer, and the change of the ledger that it made, if any.</summary>
/// <param name="Answer">The answer; null for a worker's.</param>
/// <param name="Posting">The change; null where there is none.</param>
/// <param name="Describe">Adds to the entry of the audit log what was decided, and on what.</param>
internal sealed record LedgerOutcome(IMessage? Answer, Posting? Posting, Action<AuditEntry>? Describe = null);

/// <summary>One unit of work for the ledger: what it must read, and the decision on it.</summary>
internal sealed class LedgerWork
{
    /// <summary>Names the caller's request; null for the gateway's own workers, whose work may be done twice without harm.</summary>
    public RequestKey? Request { get; init; }

    /// <summary>The person, where the work knows; else it is the obligation's.</summary>
    public string? Person { get; init; }

    /// <summary>The obligation that is to change.</summary>
    public string? ObligationId { get; init; }

    /// <summary>The order whose obligation is to be new.</summary>
    public (string Partner, string OrderId)? Order { get; init; }

    /// <summary>The programme under which nothing of the person's may be overdue; null where that does not matter.</summary>
    public string? OverdueUnder { get; init; }

    /// <summary>Cancelled when nobody waits for the outcome any more; work that has not been decided by then is left undone.</summary>
    public CancellationToken Abandoned { get; set; }

    /// <summary>Begins the entry that the audit log gets with it; the person is null where none is concerned.</summary>
    public required Func<string?, AuditEntry> NewEntry { get; init; }

    /// <summary>
    /// Decides on what was read; runs under the person's lock, once or, if the transaction has to be repeated, again. Pure but for the clock.
    /// Throws a refusal, after which nothing of it is kept.
    /// </summary>
    public required Func<LedgerBook, LedgerOutcome> Decide { get; init; }
}

/// <summary>How a unit of work ended, for good.</summary>
/// <param name="Answer">The answer, in bytes; empty for a worker's.</param>
/// <param name="Message">The same as a message; null when it is an earlier one.</param>
/// <param name="FirstTime">When the answer was given first; null: now.</param>
/// <param name="Posting">What was changed now.</param>
internal sealed record LedgerResult(byte[] Answer, IMessage? Message, DateTimeOffset? FirstTime, Posting? Posting);
