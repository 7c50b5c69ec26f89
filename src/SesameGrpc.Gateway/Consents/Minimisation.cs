using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Partners;

namespace SesameGrpc.Gateway.Consents;

/// <summary>
/// What a kind of partner may be told, for which purpose, and whether it may report on the person: no more than the purpose needs (Personal Information Protection Law, China, article 6; GDPR article 5(1)(c)).
/// A pair without a row may be told nothing, so there is no consent for it.
/// </summary>
internal static class Minimisation
{
    private const PersonField YesOrNo = PersonField.Decision | PersonField.Terms;

    // csharpier-ignore
    private static readonly (PartnerKind Kind, Purpose Purpose, PersonField Fields)[] Rows =
    [
        // kind                 purpose                   what may be told
        (PartnerKind.Sharing,   Purpose.DepositWaiver,    YesOrNo | PersonField.Report | PersonField.Band | PersonField.Score),
        (PartnerKind.Rental,    Purpose.DepositWaiver,    YesOrNo | PersonField.Report | PersonField.Band | PersonField.Score),
        (PartnerKind.Hospital,  Purpose.DeferredPayment,  YesOrNo),
        (PartnerKind.Hospital,  Purpose.DepositWaiver,    YesOrNo),
        (PartnerKind.Library,   Purpose.LibraryLending,   YesOrNo | PersonField.Report),
        (PartnerKind.Dating,    Purpose.CreditBadge,      PersonField.Decision | PersonField.Band | PersonField.PublicBand),
        (PartnerKind.Retail,    Purpose.Trial,            YesOrNo | PersonField.Report | PersonField.Band),
        (PartnerKind.Retail,    Purpose.DepositWaiver,    YesOrNo | PersonField.Report | PersonField.Band),
        (PartnerKind.Transport, Purpose.PriorityService,  PersonField.Decision),
        (PartnerKind.Lender,    Purpose.CreditLine,       YesOrNo | PersonField.Report | PersonField.Band | PersonField.Score | PersonField.Dimensions),
        (PartnerKind.Lender,    Purpose.DepositWaiver,    YesOrNo | PersonField.Report | PersonField.Band | PersonField.Score),
    ];

    // What each scope that tells of a person tells, and what it tells beside that where kind and purpose allow it. A scope that is not here tells of no person whom the
    // partner has no obligation with.
    // csharpier-ignore
    private static readonly (string Scope, PersonField Tells, PersonField MayTell)[] Scopes =
    [
        (PartnerScopes.ScoreBandRead,       PersonField.Band,                     PersonField.None),
        (PartnerScopes.ScoreRead,           PersonField.Band | PersonField.Score, PersonField.None),
        (PartnerScopes.ScoreDimensionsRead, PersonField.Dimensions,               PersonField.None),
        (PartnerScopes.EligibilityCheck,    PersonField.Decision,                 PersonField.Terms),
        (PartnerScopes.DepositWaiverWrite,  YesOrNo,                              PersonField.None),
        (PartnerScopes.DeferredPaymentWrite, YesOrNo,                             PersonField.None),
        (PartnerScopes.CreditBadgeWrite,    PersonField.Decision | PersonField.Band | PersonField.PublicBand, PersonField.None),
        (PartnerScopes.FulfilmentWrite,     PersonField.Report,                   PersonField.None),
    ];

    // Looked up at each call.
    private static readonly PersonField[,] FieldsByPair = Index();

    /// <summary>All rows, in the order in which they are documented.</summary>
    public static IReadOnlyList<(PartnerKind Kind, Purpose Purpose, PersonField Fields)> Table => Rows;

    /// <summary>The scopes that need a person's consent.</summary>
    public static IReadOnlyList<string> ConsentScopes { get; } = [.. Scopes.Select(row => row.Scope)];

    /// <summary>The purposes that a kind of partner may state; the first is its usual one.</summary>
    public static IEnumerable<Purpose> PurposesOf(PartnerKind kind) => Rows.Where(row => row.Kind == kind).Select(row => row.Purpose);

    public static PersonField FieldsOf(PartnerKind kind, Purpose purpose) =>
        Enum.IsDefined(kind) && Enum.IsDefined(purpose) ? FieldsByPair[(int)kind, (int)purpose] : PersonField.None;

    /// <summary>What a scope may tell at most; nothing for one that needs no consent.</summary>
    public static PersonField FieldsOf(string scope) =>
        Scopes.Where(row => row.Scope == scope).Select(row => row.Tells | row.MayTell).SingleOrDefault();

    /// <summary>Whether a kind of partner may have a scope for a purpose. Scopes that need no consent may be had by all.</summary>
    public static bool Allows(PartnerKind kind, Purpose purpose, string scope) =>
        Scopes.Where(row => row.Scope == scope).All(row => (row.Tells & ~FieldsOf(kind, purpose)) == PersonField.None);

    /// <summary>The scopes that need a person's consent and that a kind of partner may have for a purpose.</summary>
    public static IEnumerable<string> ScopesOf(PartnerKind kind, Purpose purpose) =>
        ConsentScopes.Where(scope => Allows(kind, purpose, scope));

    /// <summary>Whether a kind of partner may have a scope for any purpose.</summary>
    public static bool Allows(PartnerKind kind, string scope) =>
        FieldsOf(scope) == PersonField.None || PurposesOf(kind).Any(purpose => Allows(kind, purpose, scope));

    private static PersonField[,] Index()
    {
        var fields = new PersonField[Enum.GetValues<PartnerKind>().Length, Enum.GetValues<Purpose>().Length];
        foreach (var row in Rows)
        {
            fields[(int)row.Kind, (int)row.Purpose] = row.Fields;
        }

        return fields;
    }
}
