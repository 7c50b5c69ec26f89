using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Gateway.Pages.Texts;

public sealed partial record PageTexts
{
    private static BadgeTexts EnglishBadges =>
        new(
            Label: "Credit",
            NotValid: "Not valid",
            Alternative: "Credit badge: {0}",
            Description: "For the profile {0} on {1}, until {2} China Standard Time. On another profile it is a copy.",
            NotValidDescription: "This credit badge is not valid.",
            Title: "Credit badge",
            Valid: "This badge is valid now, for one profile on one site:",
            NotValidTitle: "This badge is not valid",
            NotValidLead: "It has ended, or there never was one. It says nothing about the person on whose profile you saw it, for or against.",
            Band: "Credit band",
            Site: "Site",
            Profile: "Profile",
            Until: "Valid until",
            Checked: "Checked at",
            HowTitle: "Is it the profile that you came from?",
            How: "Look at the address of the profile on which you saw the badge. It must be on exactly this site, and the profile must be exactly this one. If either differs, the badge was copied from somebody else.",
            Compare: "The profile that you came from",
            Check: "Compare",
            Yes: "Yes: this badge belongs to the profile {0} on {1}.",
            No: "No: this badge belongs to another profile. Whoever shows it on the one that you came from has copied it.",
            Meaning: "The badge tells the band in which the person's credit score lies, with the person's consent. It does not tell the score, or who the person is. Times are China Standard Time. A picture of it on another site may be up to a minute old; this page is not."
        )
        {
            Width = 216,
            LabelWidth = 92,
            NameOf = band =>
                band switch
                {
                    ScoreBand.Poor => "Poor",
                    ScoreBand.Fair => "Fair",
                    ScoreBand.Good => "Good",
                    ScoreBand.Excellent => "Excellent",
                    ScoreBand.Exceptional => "Exceptional",
                    _ => throw new ArgumentOutOfRangeException(nameof(band)),
                },
        };
}
