using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.CreditBadges;
using SesameGrpc.Gateway.Eligibility;
using SesameGrpc.Gateway.Persons;
using SesameGrpc.Gateway.Programmes;

namespace SesameGrpc.Gateway.Decisions;

/// <summary>What a recorded decision rested on, beside its policy.</summary>
/// <param name="Person">The person's row then, as far as it decides.</param>
/// <param name="Order">What was stated about the order.</param>
/// <param name="Micros">The moment that was decided for.</param>
/// <param name="Validity">How long scores counted.</param>
/// <param name="IsGrant">Whether an obligation was to come of it.</param>
/// <param name="IsBadge">Whether a badge was to come of it, which asks for more than its programme does.</param>
/// <param name="Honoured">The earlier decision that a grant honoured; null: none.</param>
/// <param name="LimitReached">What the person had open that refused a grant: a limit reached, or something overdue; null: nothing did. A fact: the ledger's journal says what was open.</param>
internal sealed record DecisionFacts(
    PersonSnapshot Person,
    OrderFacts Order,
    long Micros,
    TimeSpan Validity,
    bool IsGrant,
    bool IsBadge,
    Decision? Honoured,
    DecisionReason? LimitReached
);

/// <summary>What a decision came to: the decision and its reasons, weightiest first.</summary>
internal sealed record DecisionOutcome(EligibilityDecision Decision, IReadOnlyList<DecisionReason> Reasons)
{
    public static DecisionOutcome Of(AuditEntry entry) => new(entry.Decision, entry.DecisionReasons);

    public static DecisionOutcome Of(Decision decision) => new(decision.Outcome, [.. decision.Reasons.Weightiest()]);

    public bool Equals(DecisionOutcome? other) => other is not null && Decision == other.Decision && Reasons.SequenceEqual(other.Reasons);

    public override int GetHashCode() => Reasons.Aggregate((int)Decision, HashCode.Combine);
}

/// <summary>
/// Decides recorded decisions again. Pure: the same policy and facts give the same result and reasons. It shares the conditions with who decided first, and none of the code that grants.
/// </summary>
internal static class DecisionReplay
{
    private const string Checks = "sesame.partner.v1.EligibilityService/";
    private const string Badges = "sesame.partner.v1.CreditBadgeService/";

    private static readonly DecisionReason[] Limits =
    [
        DecisionReason.OverallLimitReached,
        DecisionReason.PartnerLimitReached,
        DecisionReason.ProgrammeLimitReached,
        DecisionReason.Overdue,
    ];

    public static DecisionOutcome Decide(EnrolledProgramme programme, DecisionFacts facts)
    {
        var (order, decision) = (facts.Order, facts.Honoured ?? First(programme, facts));
        if (!facts.IsGrant || decision.Outcome != EligibilityDecision.Eligible)
        {
            return DecisionOutcome.Of(decision);
        }

        return order.Amount?.MinorUnits > decision.AmountLimit && !order.AcceptPartial ? NotEligible(DecisionReason.AmountTooHigh)
            : facts.LimitReached is { } limit ? NotEligible(limit)
            : DecisionOutcome.Of(decision);
    }

    /// <summary>Whether an obligation was to come of it: whatever is not a check is a grant.</summary>
    public static bool IsGrant(AuditEntry entry) => !entry.Method.StartsWith(Checks, StringComparison.Ordinal);

    /// <summary>Whether a badge was to come of it.</summary>
    public static bool IsBadge(AuditEntry entry) => entry.Method.StartsWith(Badges, StringComparison.Ordinal);

    /// <summary>The limit that refused it; null: none did.</summary>
    public static DecisionReason? LimitReachedIn(AuditEntry entry) =>
        entry.DecisionReasons is [var only] && Limits.Contains(only) ? only : null;

    private static Decision First(EnrolledProgramme programme, DecisionFacts facts) =>
        facts.IsBadge
            ? BadgeRules.Decide(programme, facts.Person, facts.Micros, facts.Validity)
            : EligibilityRules.Decide(programme, facts.Person, facts.Order.Amount, facts.Order.Attributes, facts.Micros, facts.Validity);

    private static DecisionOutcome NotEligible(DecisionReason reason) => new(EligibilityDecision.NotEligible, [reason]);
}
