using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Gateway.PersonPages.Texts;

internal static class EnglishNames
{
    public static NameTexts All { get; } =
        new()
        {
            Bands = new Dictionary<ScoreBand, string>
            {
                [ScoreBand.Poor] = "Poor",
                [ScoreBand.Fair] = "Fair",
                [ScoreBand.Good] = "Good",
                [ScoreBand.Excellent] = "Excellent",
                [ScoreBand.Exceptional] = "Exceptional",
            },
            Factors = new Dictionary<ScoreFactor, (string, string)>
            {
                [ScoreFactor.CourtListed] = (
                    "You are on the courts' public list",
                    "As long as you are, your score counts as 350. The court that listed you decides on it."
                ),
                [ScoreFactor.CreditHistory] = ("Credit history", "How you have kept agreements and paid what you owed."),
                [ScoreFactor.FulfilmentCapacity] = ("Capacity to fulfil contracts", "What you can commit yourself to, as far as is known."),
                [ScoreFactor.BehaviourPreference] = ("Behaviour and preference", "How steadily you order, return and pay."),
                [ScoreFactor.PersonalCharacteristics] = ("Personal characteristics", "How complete and confirmed your details are."),
                [ScoreFactor.ContactNetwork] = ("Contact network", "How well established your contacts are."),
                [ScoreFactor.Newcomer] = ("Not yet computed", "There is not enough to compute a score from yet."),
            },
            Purposes = new Dictionary<Purpose, string>
            {
                [Purpose.DepositWaiver] = "Lend or rent to you without a deposit",
                [Purpose.DeferredPayment] = "Serve you first and be paid later",
                [Purpose.Trial] = "Let you try before you buy",
                [Purpose.LibraryLending] = "Lend you books without a card or a deposit",
                [Purpose.CreditBadge] = "Show a credit badge on your profile",
                [Purpose.CreditLine] = "Offer you a line of credit",
                [Purpose.PriorityService] = "Open a priority service to you",
            },
            ConsentStates = new Dictionary<ConsentState, string>
            {
                [ConsentState.Active] = "In force",
                [ConsentState.Suspended] = "Suspended by you",
                [ConsentState.Withdrawn] = "Withdrawn",
                [ConsentState.Replaced] = "Replaced by a newer one",
                [ConsentState.Expired] = "Expired",
            },
            ObligationStates = new Dictionary<ObligationState, string>
            {
                [ObligationState.Active] = "In use",
                [ObligationState.Released] = "Ended, nothing owed",
                [ObligationState.Cancelled] = "Cancelled",
                [ObligationState.Settling] = "To be paid",
                [ObligationState.Settled] = "Paid",
                [ObligationState.Overdue] = "Overdue",
                [ObligationState.WrittenOff] = "Written off",
                [ObligationState.Closed] = "Closed, to be settled",
                [ObligationState.Cleared] = "Paid after it was overdue",
            },
            ChargeKinds = new Dictionary<VisitChargeKind, string>
            {
                [VisitChargeKind.Registration] = "Registration",
                [VisitChargeKind.Examination] = "Examination",
                [VisitChargeKind.Treatment] = "Treatment",
                [VisitChargeKind.Medicine] = "Medicine",
                [VisitChargeKind.Other] = "Other",
            },
            DisputeStates = new Dictionary<DisputeState, string> { [DisputeState.Open] = "Open", [DisputeState.Answered] = "Answered" },
            Decisions = new Dictionary<EligibilityDecision, string>
            {
                [EligibilityDecision.Eligible] = "Yes, the service is open to you",
                [EligibilityDecision.NotEligible] = "No, the service is not open to you",
                [EligibilityDecision.Undecidable] = "It could not be decided",
            },
            Fields =
            [
                "The band of your score",
                "Your score, a number from 350 to 950",
                "The five parts of your score",
                "Whether a service is open to you, and if not, why",
                "On which terms: an amount, a period, a number of things",
                "The band of your score, to anybody who sees your profile",
                "The other way round: what they report to others, how you keep your agreements",
            ],
            Told = Told,
            Actions = Actions,
        };

    private static Dictionary<string, string> Told =>
        new(StringComparer.Ordinal)
        {
            ["score"] = "your score",
            ["band"] = "its band",
            ["dimensions"] = "its five parts",
            ["not_scored_reason"] = "that there is no valid score",
            ["decision"] = "whether the service is open to you",
            ["terms"] = "its terms",
            ["deposit_waiver"] = "the waived deposit",
            ["visit"] = "the visit and its bill",
            ["credit_badge"] = "the badge on your profile",
            ["public_band"] = "its band, to anybody who sees your profile",
            ["obligation"] = "the obligation",
            ["event"] = "what happened to it",
            ["fulfilment"] = "how you kept an agreement",
            ["consent"] = "your consent to it",
            ["consents"] = "your consents",
            ["person"] = "what is stored of you",
            ["accesses"] = "who looked",
            ["dispute"] = "your dispute",
            ["export"] = "everything",
            ["ledger_difference"] = "a fault in the ledger",
        };

    private static Dictionary<string, string> Actions =>
        new(StringComparer.Ordinal)
        {
            ["GetCreditScore"] = "Looked up your score",
            ["BatchGetCreditScores"] = "Looked up your score",
            ["GetScoreBand"] = "Looked up the band of your score",
            ["CheckEligibility"] = "Asked whether a service is open to you",
            ["BatchCheckEligibility"] = "Asked whether a service is open to you",
            ["GrantDepositWaiver"] = "Asked to waive a deposit",
            ["GetDepositWaiver"] = "Looked up a waived deposit",
            ["ListDepositWaivers"] = "Looked up waived deposits",
            ["ExtendDepositWaiver"] = "Gave you longer",
            ["CompleteDepositWaiver"] = "Said that you returned it",
            ["CorrectDepositWaiverCharge"] = "Lowered a charge",
            ["ReportDepositWaiverPayment"] = "Said that you paid",
            ["CancelDepositWaiver"] = "Cancelled an order",
            ["OpenVisit"] = "Opened a visit",
            ["AddVisitCharge"] = "Charged for a visit",
            ["VoidVisitCharge"] = "Took a charge back",
            ["CloseVisit"] = "Closed a visit",
            ["SettleVisit"] = "Said who pays for a visit",
            ["RefundVisitCharge"] = "Refunded a charge",
            ["ReportVisitPayment"] = "Said that you paid",
            ["GetVisit"] = "Looked up a visit",
            ["ListVisits"] = "Looked up visits",
            ["IssueCreditBadge"] = "Asked for a badge on your profile",
            ["GetCreditBadge"] = "Looked up the badge on your profile",
            ["ListCreditBadges"] = "Looked up the badges on profiles",
            ["RevokeCreditBadge"] = "Took the badge off your profile",
            ["ReportFulfilment"] = "Reported how you kept an agreement",
            ["CorrectFulfilment"] = "Corrected a report about you",
            ["GetFulfilment"] = "Looked up a report about you",
            ["ListFulfilments"] = "Looked up reports about you",
            ["StreamFulfilments"] = "Took reports about you, for scoring and other credit bureaus",
            ["ListFulfilmentReports"] = "Looked up reports about you",
            ["ListEvents"] = "Read what happened to your orders with it",
            ["StreamEvents"] = "Read what happened to your orders with it",
            ["GetConsent"] = "Looked up your consent",
            ["ListConsents"] = "Looked up your consent",
            ["OptIn"] = "Had you take part",
            ["OptOut"] = "Had you stop taking part",
            ["GetPerson"] = "Looked up what is stored of you",
            ["GrantConsent"] = "Recorded a consent",
            ["WithdrawConsent"] = "Withdrew a consent",
            ["WithdrawAllConsents"] = "Withdrew a consent",
            ["SuspendConsent"] = "Suspended a consent",
            ["ResumeConsent"] = "Resumed a consent",
            ["ListPersonConsents"] = "Looked up your consents",
            ["ListAccesses"] = "Looked up who looked",
            ["OpenDispute"] = "Opened a dispute",
            ["ListDisputes"] = "Looked up disputes",
            ["AnswerDispute"] = "Answered a dispute",
            ["ExportPerson"] = "Took your data along",
            ["ErasePerson"] = "Asked to erase you",
            ["ListObligations"] = "Looked up obligations",
            ["GetObligation"] = "Looked up an obligation",
            ["WriteOffObligation"] = "Gave up what you owed",
            ["CheckLedger"] = "Checked the ledger",
            ["ListAuditEntries"] = "Searched the audit log",
            ["DeadlineWorker"] = "Closed, settled or marked as overdue what was due",
            ["CollectionWorker"] = "Collected a charge",
        };
}
