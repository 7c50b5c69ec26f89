namespace SesameGrpc.Gateway.PersonPages.Texts;

internal static class EnglishPersonTexts
{
    public static PersonTexts All { get; } =
        new()
        {
            Amount = "CNY {0}",
            Comma = ", ",
            Names = EnglishNames.All,
            Navigation = new(
                Label: "My pages",
                Home: "My score",
                Accesses: "Who looked",
                Consents: "Consents",
                Obligations: "Obligations",
                Disputes: "Disputes",
                Times: "Times are China Standard Time (UTC+8)."
            ),
            Home = Home,
            Accesses = Accesses,
            Consents = Consents,
            Obligations = Obligations,
            Fulfilments = FulfilmentTexts.English,
            Disputes = EnglishLeavingTexts.Disputes,
            Leaving = EnglishLeavingTexts.Leaving,
            Refused = new(
                NotYoursTitle: "There is nothing here",
                NotYours: "This is not among your records, or not any more. Nothing was changed.",
                ChangedTitle: "This has changed meanwhile",
                Changed: "What you asked for is not possible as things stand now. Nothing was changed. Open the page again to see how they stand.",
                Back: "Back to my pages"
            ),
        };

    private static HomeTexts Home =>
        new(
            Title: "My credit score",
            Band: "Band: {0}",
            Scale: "{0} on the scale from 350 to 950, in the band {1}",
            ScaleTitle: "The bands",
            You: "you are here",
            AsOf: "Computed on",
            ValidUntil: "Valid until",
            Expired: "This score is out of date and is being renewed. Until then partners are told that there is no valid one.",
            Newcomer: "No score has been computed for you yet. Until there is one, you count as 600.",
            FactorsTitle: "What holds your score back most",
            NoFactors: "No part of your score lacks much.",
            NoParts: "This score came without its parts, so it cannot be said which of them holds it back.",
            Glance: "At a glance",
            ActiveConsents: "Active consents",
            OpenObligations: "Open obligations",
            OpenDisputes: "Open disputes",
            DisputeScore: "Dispute the score",
            DataTitle: "Your data, your choice",
            Export: "Take your data along",
            ExportHint: "Everything that is stored of you, as a JSON file.",
            OptOut: "Stop taking part",
            OptOutHint: "The score is deleted, all consents end. You may come back.",
            Erase: "Have yourself erased",
            EraseHint: "For good. What is stored then leads to nobody any more."
        );

    private static AccessTexts Accesses =>
        new(
            Title: "Who looked",
            Lead: "Everyone who asked for something about you or changed something of yours, newest first. What was refused is here too.",
            Empty: "Nobody has asked for anything about you yet.",
            Older: "Older entries",
            Newest: "Back to the newest",
            You: "You yourself",
            Operator: "The operator of this service",
            Gateway: "This service by itself",
            What: "What",
            Purpose: "What for",
            Told: "Was told",
            ToldNothing: "nothing",
            Answer: "Answer",
            Service: "Service",
            Why: "Why, and what you can do",
            ReasonTitle: "Why this was refused",
            ReasonsTitle: "The reasons",
            When: "When",
            Who: "Who asked",
            Policy: "Version of the rules",
            Leaf: "Number in the audit log",
            NoConsent: "There was no consent of yours in force that covers what was asked. Nothing was told, not even whether you take part.",
            OtherRefusal: "The request did not meet the rules of this service, so nothing was told. It has nothing to do with you: {0}.",
            FactorsToday: "What holds your score back most, today",
            DisputeTitle: "If you think this is wrong",
            DisputeLead: "Dispute it. The operator has to answer within 20 days. Until then it is marked as disputed.",
            Dispute: "Dispute this refusal",
            Back: "Back to who looked"
        );

    private static OwnConsentTexts Consents =>
        new(
            Title: "My consents",
            Lead: "A partner learns something about you only under a consent that is in force, and only what it lists. When you withdraw one, it ends with the partner's next question.",
            Active: "In force or suspended",
            Ended: "Ended",
            Empty: "You have agreed to nothing at the moment. Nobody is told anything about you, apart from what you have or had open with them.",
            State: "State",
            Purpose: "What for",
            Told: "May be told",
            ToldThen: "Could be told until then",
            NotTold: "Is never told",
            Services: "For these services",
            AnyService: "all services of this partner (sandbox)",
            Badges: "Your badges",
            BadgesHint: "Anybody can see these. When you withdraw or suspend this consent, they go out within a minute.",
            Since: "You agreed on",
            Until: "Ends by itself on",
            EndedOn: "Ended on",
            Withdraw: "Withdraw",
            Suspend: "Suspend",
            Resume: "Resume",
            WithdrawAll: "Withdraw all",
            WithdrawAllTitle: "Withdraw all consents?",
            WithdrawAllLead: "{0} consents end at once and for good. What you have open with partners stays open. Partners can ask you again.",
            WithdrawAllSubmit: "Yes, withdraw all",
            Cancel: "No, go back",
            Withdrawn: "Withdrawn. From this moment nobody is told anything under this consent.",
            AllWithdrawn: "All consents are withdrawn. From this moment nobody is told anything about you, apart from what you have or had open with them.",
            Suspended: "Suspended. Nothing is told under this consent until you resume it.",
            Resumed: "In force again.",
            ButtonFor: "{0}: {1}",
            Older: "Older consents"
        );

    private static ObligationTexts Obligations =>
        new(
            Title: "My obligations",
            Lead: "What you have open with partners, and what has ended.",
            Open: "Open",
            Ended: "Ended",
            NothingOpen: "You have nothing open.",
            Order: "Order",
            Device: "What you took",
            Held: "Held against your limits",
            Charged: "Charged",
            Paid: "Paid",
            Outstanding: "Still to be paid",
            Since: "Began on",
            Due: "To be returned by",
            Closes: "Closes by itself at",
            SettleBy: "Settlement to be stated by",
            PaymentDue: "To be paid by",
            EndedOn: "Ended on",
            Overdue: "Overdue",
            NoDue: "no fixed time",
            Lines: "What was charged",
            Insurance: "Insurance pays",
            Reduction: "The hospital waives",
            Voided: "taken back",
            Refunded: "given back to you",
            Dispute: "Dispute",
            Disputed: "You dispute this",
            Older: "Older ones"
        );
}
