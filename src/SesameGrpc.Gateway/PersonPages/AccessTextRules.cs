using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Audit;
using SesameGrpc.Gateway.PersonPages.Texts;
using Access = SesameGrpc.Contracts.Operator.V1.PersonAccess;

namespace SesameGrpc.Gateway.PersonPages;

/// <summary>Puts an access into words; pure.</summary>
internal static class AccessTextRules
{
    public static string Who(Access access, AccessTexts texts) =>
        access.PartnerDisplayName.Length > 0 ? access.PartnerDisplayName
        : access.Caller == AuditEntries.Person ? texts.You
        : access.Caller.StartsWith("operator:", StringComparison.Ordinal) ? texts.Operator
        : texts.Gateway;

    /// <summary>Whether the person was turned down, or whoever asked was: there is more to say about it.</summary>
    public static bool IsRefusal(Access access) => access.Outcome == AuditOutcome.Refused || IsDecidedAgainst(access);

    /// <summary>Whether a decision went against the person, who may dispute it. Of a call that was refused nothing was decided.</summary>
    public static bool IsDecidedAgainst(Access access) =>
        access.Decision is EligibilityDecision.NotEligible or EligibilityDecision.Undecidable;

    /// <summary>What was told, by name; nothing where nothing of the person was.</summary>
    public static string Told(Access access, PersonTexts texts)
    {
        // A decision has its own line; what a change tells the partner of it is the change.
        var fields = access.DisclosedFields.Where(field => field is not ("decision" or "event")).ToList();
        return access.Outcome == AuditOutcome.Refused
            ? texts.Accesses.ToldNothing
            : string.Join(texts.Comma, fields.Select(field => NameTexts.Of(texts.Names.Told, field)));
    }
}
