using System.Globalization;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Pages.Texts;

namespace SesameGrpc.Gateway.PersonPages.Texts;

/// <summary>Every word of a person's own pages in one language. A text that one language lacks does not compile.</summary>
public sealed record PersonTexts
{
    public required NavigationTexts Navigation { get; init; }

    public required HomeTexts Home { get; init; }

    public required AccessTexts Accesses { get; init; }

    public required OwnConsentTexts Consents { get; init; }

    public required ObligationTexts Obligations { get; init; }

    public required FulfilmentTexts Fulfilments { get; init; }

    public required DisputeTexts Disputes { get; init; }

    public required LeavingTexts Leaving { get; init; }

    public required RefusedTexts Refused { get; init; }

    public required NameTexts Names { get; init; }

    /// <summary>An amount, which {0} is, in yuan.</summary>
    public required string Amount { get; init; }

    /// <summary>Between the parts of an enumeration.</summary>
    public required string Comma { get; init; }

    /// <summary>An amount in words.</summary>
    public string AmountOf(Money money) =>
        string.Format(CultureInfo.InvariantCulture, Amount, $"{money.MinorUnits / 100}.{money.MinorUnits % 100:00}");

    /// <summary>The texts in the language of the page.</summary>
    public static PersonTexts Of(PageTexts texts) => texts == PageTexts.Chinese ? ChinesePersonTexts.All : EnglishPersonTexts.All;
}

/// <summary>The links between the pages, and what stands below each.</summary>
public sealed record NavigationTexts(
    string Label,
    string Home,
    string Accesses,
    string Consents,
    string Obligations,
    string Disputes,
    string Times
);

/// <summary>The first page. {0} is the score or a time, {1} the band.</summary>
public sealed record HomeTexts(
    string Title,
    string Band,
    string Scale,
    string ScaleTitle,
    string You,
    string AsOf,
    string ValidUntil,
    string Expired,
    string Newcomer,
    string FactorsTitle,
    string NoFactors,
    string NoParts,
    string Glance,
    string ActiveConsents,
    string OpenObligations,
    string OpenDisputes,
    string DisputeScore,
    string DataTitle,
    string Export,
    string ExportHint,
    string OptOut,
    string OptOutHint,
    string Erase,
    string EraseHint
);

/// <summary>Who looked, and why something was refused.</summary>
public sealed record AccessTexts(
    string Title,
    string Lead,
    string Empty,
    string Older,
    string Newest,
    string You,
    string Operator,
    string Gateway,
    string What,
    string Purpose,
    string Told,
    string ToldNothing,
    string Answer,
    string Service,
    string Why,
    string ReasonTitle,
    string ReasonsTitle,
    string When,
    string Who,
    string Policy,
    string Leaf,
    string NoConsent,
    string OtherRefusal,
    string FactorsToday,
    string DisputeTitle,
    string DisputeLead,
    string Dispute,
    string Back
);

/// <summary>What the person has agreed to. {0} is a partner's name or a number.</summary>
public sealed record OwnConsentTexts(
    string Title,
    string Lead,
    string Active,
    string Ended,
    string Empty,
    string State,
    string Purpose,
    string Told,
    string ToldThen,
    string NotTold,
    string Services,
    string AnyService,
    string Badges,
    string BadgesHint,
    string Since,
    string Until,
    string EndedOn,
    string Withdraw,
    string Suspend,
    string Resume,
    string WithdrawAll,
    string WithdrawAllTitle,
    string WithdrawAllLead,
    string WithdrawAllSubmit,
    string Cancel,
    string Withdrawn,
    string AllWithdrawn,
    string Suspended,
    string Resumed,
    string ButtonFor,
    string Older
);

/// <summary>What the person owes or has open.</summary>
public sealed record ObligationTexts(
    string Title,
    string Lead,
    string Open,
    string Ended,
    string NothingOpen,
    string Order,
    string Device,
    string Held,
    string Charged,
    string Paid,
    string Outstanding,
    string Since,
    string Due,
    string Closes,
    string SettleBy,
    string PaymentDue,
    string EndedOn,
    string Overdue,
    string NoDue,
    string Lines,
    string Insurance,
    string Reduction,
    string Voided,
    string Refunded,
    string Dispute,
    string Disputed,
    string Older
);

/// <summary>Pages that say why something was not done.</summary>
public sealed record RefusedTexts(string NotYoursTitle, string NotYours, string ChangedTitle, string Changed, string Back);
