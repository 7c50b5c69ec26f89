namespace SesameGrpc.Gateway.PersonPages.Texts;

/// <summary>Disputes, opting out, erasing.</summary>
internal static class EnglishLeavingTexts
{
    public static DisputeTexts Disputes =>
        new(
            Title: "My disputes",
            Lead: "You may dispute your score, a refusal, an obligation and a report about you. The operator has to answer within 20 days.",
            Empty: "You have disputed nothing.",
            NewTitle: "Open a dispute",
            AboutScore: "My score",
            AboutRefusal: "The refusal with the number {0} in the audit log",
            AboutObligation: "The obligation with {0}, order {1}",
            About: "About",
            Statement: "What is wrong?",
            StatementHint: "At most 1,000 characters. The operator reads this; partners do not.",
            StatementFault: "Please say what is wrong, in 1 to 1,000 characters.",
            Submit: "Send",
            NewLead: "Until it is answered, what you dispute is marked as disputed.",
            Opened: "Opened on",
            Due: "To be answered by",
            Answer: "Answer",
            AnsweredOn: "Answered on",
            OpenScore: "Dispute my score",
            OpenOther: "A refusal can be disputed from its entry in Who looked, an obligation or a report from its entry in Obligations or Reports.",
            Done: "Your dispute is open.",
            TooMany: "You have as many disputes open as is possible. Please wait for answers.",
            Overdue: "The time to answer has passed; the operator is late.",
            Older: "Older disputes"
        );

    public static LeavingTexts Leaving =>
        new(
            OptOutTitle: "Stop taking part?",
            OptOutLead: "This happens at once:",
            OptOutPoints:
            [
                "Your score is deleted. What decisions rested on is kept for a limited time, so that they can be checked.",
                "All your consents end. Partners see you as somebody they do not know.",
                "What you have open with partners stays open, and you can still see it here.",
                "You may take part again at any time. You then begin anew.",
            ],
            OptOutSubmit: "Yes, stop taking part",
            OptedOutTitle: "You do not take part any more",
            OptedOut: "Your score is deleted and all consents have ended.",
            EraseTitle: "Have yourself erased?",
            EraseLead: "This cannot be undone:",
            ErasePoints:
            [
                "Your score, your consents, your disputes, what partners reported of you and what they know you by are deleted.",
                "The ledger and the audit log stay, because they prove that nothing was changed. Nothing in them leads to you any more, also not for us.",
                "You will not be able to see any of it again. Take your data along before, if you want to keep it.",
            ],
            EraseConfirm: "I understand that this is for good.",
            EraseConfirmFault: "Please tick the box first.",
            EraseSubmit: "Erase me",
            EraseBlockedTitle: "Not yet: something is still open",
            EraseBlocked: "You can have yourself erased once these have ended:",
            EraseSettling: "A payment of yours is still being settled. Please try again in a few days.",
            ErasedTitle: "You have been erased",
            Erased: "Nothing that is stored leads to you any more. You may close this page now.",
            ExportFirst: "Take your data along (JSON)",
            Cancel: "No, go back",
            RecordsTitle: "What is on record of you",
            RecordsLead: "All of it is still open to you, by the links above and here:",
            Again: "Take part again"
        );
}
