using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Gateway.Ledger;

/// <summary>One limit that a hold must fit into: a scope, its largest open amount and number, and what a refusal by it is called.</summary>
internal sealed record ScopeLimit(string Scope, long MaxFen, int MaxCount, DecisionReason Reason)
{
    /// <summary>Stands for "no limit": far above any sum, far below overflow.</summary>
    private const long Unlimited = long.MaxValue / 4;

    /// <summary>The limits of one person for one new obligation, in the fixed order in which rows are locked.</summary>
    public static IReadOnlyList<ScopeLimit> For(
        string partner,
        string programme,
        long overallFen,
        OverallLimits overall,
        ExposureLimit? partnerLimit,
        ExposureLimit? programmeLimit
    ) =>
        [
            new(AllScope, overallFen, overall.OpenCount, DecisionReason.OverallLimitReached),
            new(PartnerScope(partner), Amount(partnerLimit), Count(partnerLimit), DecisionReason.PartnerLimitReached),
            new(ProgrammeScope(programme), Amount(programmeLimit), Count(programmeLimit), DecisionReason.ProgrammeLimitReached),
        ];

    /// <summary>The scopes of an obligation, in the order in which rows are locked.</summary>
    public static IReadOnlyList<string> ScopesOf(string partner, string programme) =>
        [AllScope, PartnerScope(partner), ProgrammeScope(programme)];

    public const string AllScope = "all";

    public static string PartnerScope(string partner) => $"partner:{partner}";

    public static string ProgrammeScope(string programme) => $"programme:{programme}";

    private static long Amount(ExposureLimit? limit) => limit?.OpenAmount?.MinorUnits ?? Unlimited;

    private static int Count(ExposureLimit? limit) => limit is { OpenCount: > 0 } ? limit.OpenCount : int.MaxValue / 4;
}
