using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Gateway.Pages.Texts;

public sealed partial record PageTexts
{
    public static PageTexts English { get; } =
        new()
        {
            Code = "en",
            Name = "English",
            Frame = new(
                Product: "Credit services",
                SkipToContent: "Skip to the content",
                Languages: "Languages",
                Logout: "Log out",
                Sandbox: "Sandbox: nobody here is real, and no score is."
            ),
            Login = new(
                Title: "Log in",
                Lead: "Choose or type the id of a sandbox person.",
                Person: "Id of the sandbox person",
                Hint: "For example test-650: the person whose score is 650.",
                Submit: "Log in",
                Unknown: "There is no such sandbox person.",
                Failed: "The login was not completed. You may try again.",
                Again: "Log in again",
                LoggedOutTitle: "You are logged out",
                LoggedOut: "You may close this page now."
            ),
            OptIn = new(
                Title: "You do not take part yet",
                Lead: "Partners can learn something about you only once you have decided to take part.",
                WhatHappens: "When you take part, a credit score is computed for you. You may leave at any time; the score is deleted then.",
                Nobody: "Taking part alone tells nobody anything: each partner needs your consent first.",
                Submit: "Take part",
                Leave: "Not now, log out",
                Records: "You took part before: see what is on record of you"
            ),
            Consent = new(
                Title: "{0} asks for your consent",
                Lead: "You decide. Only if you agree can they learn what is listed below.",
                Partner: "Who asks",
                Purpose: "What for",
                Revealed: "What they will learn",
                Programmes: "For which services",
                Until: "Valid until",
                NothingElse: "They learn nothing else: not your name, your document number, nor how to reach you.",
                Withdrawal: "You may withdraw your consent at any time; it ends at once.",
                MyPage: "Withdraw on your own page",
                Agree: "Agree",
                Decline: "Decline"
            )
            {
                PurposeOf = purpose =>
                    purpose switch
                    {
                        Purpose.DepositWaiver => "Lend or rent to you without a deposit",
                        Purpose.DeferredPayment => "Serve you first and be paid later",
                        Purpose.Trial => "Let you try before you buy",
                        Purpose.LibraryLending => "Lend you books without a card or a deposit",
                        Purpose.CreditBadge => "Show a credit badge on your profile",
                        Purpose.CreditLine => "Offer you a line of credit",
                        Purpose.PriorityService => "Open a priority service to you",
                        _ => throw new ArgumentOutOfRangeException(nameof(purpose)),
                    },
                RevealedBy = scope =>
                    scope switch
                    {
                        "score.read" => "Your credit score, a number from 350 to 950, and its band",
                        "score.band.read" => "The band of your credit score, without the number",
                        "score.dimensions.read" => "The five parts of your credit score, as numbers",
                        "eligibility.check" =>
                            "Whether a service is open to you: yes or no; if yes, on which terms, and if no, up to four reasons",
                        "credit_badge.write" =>
                            "The band of your credit score, without the number: to them, and to anybody who sees your profile on their site",
                        "deposit_waiver.write" => "Whether and up to which amount your deposit is waived, and your waivers with them",
                        "deferred_payment.write" => "Whether and up to which amount you may pay afterwards, and your visits with them",
                        "fulfilment.write" =>
                            "The other way round: they may report how you keep your agreements with them, for your score and for other credit bureaus",
                        _ => throw new ArgumentOutOfRangeException(nameof(scope)),
                    },
                Faults = new(
                    Title: "This request cannot be answered",
                    Lead: "Nothing was told to anybody. Go back to where you came from and try again.",
                    Late: "The request has expired, or was opened in another browser.",
                    Used: "The request has been answered already.",
                    NoPartner: "Whoever asks may not use this service at the moment."
                ),
            },
            Badges = EnglishBadges,
            Faults = new(
                NotFoundTitle: "There is no such page",
                NotFound: "Please check the address.",
                FormTitle: "This form does not count any more",
                Form: "The page was open for too long, or it came from elsewhere. Nothing was changed. Go back and open the page again.",
                UnavailableTitle: "Out of service for the moment",
                Unavailable: "Nothing was changed. Please try again later.",
                InternalTitle: "Something went wrong",
                Internal: "The fault is ours and has been recorded. Please try again later."
            ),
        };
}
