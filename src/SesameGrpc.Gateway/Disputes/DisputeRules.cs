using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Gateway.Disputes;

/// <summary>What may be objected to, and by when there must be an answer. Pure.</summary>
internal static class DisputeRules
{
    /// <summary>Most disputes of one person that are open at once.</summary>
    public const int MaxOpen = 20;

    /// <summary>Longest statement, and longest answer, in characters.</summary>
    public const int MaxText = 1000;

    /// <summary>Whoever objects has the answer within 20 days: Regulation on the Administration of the Credit Reporting Industry, article 25.</summary>
    public static readonly TimeSpan TimeToAnswer = TimeSpan.FromDays(20);

    /// <summary>Whether a statement or an answer can be stored and read: of its lines, none has a control character.</summary>
    public static bool IsText(string text) =>
        text.Length <= MaxText
        && !string.IsNullOrWhiteSpace(text)
        && !text.Any(character => char.IsControl(character) && character is not ('\n' or '\r' or '\t'));

    /// <summary>Whether an entry of the audit log tells of something that was refused: a call, or a decision against the person.</summary>
    public static bool IsRefusal(AuditEntry entry) =>
        entry.Outcome == AuditOutcome.Refused || entry.Decision is EligibilityDecision.NotEligible or EligibilityDecision.Undecidable;
}
