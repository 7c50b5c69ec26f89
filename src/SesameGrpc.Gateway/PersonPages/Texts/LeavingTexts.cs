namespace SesameGrpc.Gateway.PersonPages.Texts;

/// <summary>What the person objects to. {0} is a time, a partner, a number.</summary>
public sealed record DisputeTexts(
    string Title,
    string Lead,
    string Empty,
    string NewTitle,
    string AboutScore,
    string AboutRefusal,
    string AboutObligation,
    string About,
    string Statement,
    string StatementHint,
    string StatementFault,
    string Submit,
    string NewLead,
    string Opened,
    string Due,
    string Answer,
    string AnsweredOn,
    string OpenScore,
    string OpenOther,
    string Done,
    string TooMany,
    string Overdue,
    string Older
);

/// <summary>Opting out, erasing and taking the data along.</summary>
public sealed record LeavingTexts(
    string OptOutTitle,
    string OptOutLead,
    IReadOnlyList<string> OptOutPoints,
    string OptOutSubmit,
    string OptedOutTitle,
    string OptedOut,
    string EraseTitle,
    string EraseLead,
    IReadOnlyList<string> ErasePoints,
    string EraseConfirm,
    string EraseConfirmFault,
    string EraseSubmit,
    string EraseBlockedTitle,
    string EraseBlocked,
    string EraseSettling,
    string ErasedTitle,
    string Erased,
    string ExportFirst,
    string Cancel,
    string RecordsTitle,
    string RecordsLead,
    string Again
);
