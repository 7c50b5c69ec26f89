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
                Leave: "Not now, log out"
            ),
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
