using SesameGrpc.Cli.Partners;
using SesameGrpc.Client;
using SesameGrpc.Contracts.Operator.V1;

namespace SesameGrpc.Cli.Sandbox;

/// <summary>The partners that a sandbox starts with.</summary>
internal static class DemoPartners
{
    public const string HelloBike = "hello-bike";

    /// <summary>Where Hello Bike has persons sent back to after they have decided. Nobody is there: the address is taken apart before.</summary>
    public const string HelloBikeRedirect = "https://hello-bike.example/consent";

    public const string HuashanHospital = "huashan-hospital";
    public const string ZhejiangLibrary = "zhejiang-library";
    public const string HangzhouLibrary = "hangzhou-library";
    public const string BaiheDating = "baihe-dating";
    public const string Tmall = "tmall";
    public const string Huabei = "huabei";
    public const string HangzhouRail = "hangzhou-rail";

    /// <summary>Where Baihe's profiles are. Nobody is there.</summary>
    public const string BaiheSite = "https://www.baihe.example";

    public static IReadOnlyList<Partner> All { get; } =
    [
        Make(
            HelloBike,
            PartnerKind.Sharing,
            "Hello Bike",
            ["bike.deposit_free:650:19900"],
            PartnerScopes.ScoreRead,
            PartnerScopes.BandRead,
            PartnerScopes.EligibilityCheck,
            PartnerScopes.WaiverRead,
            PartnerScopes.WaiverWrite,
            PartnerScopes.FulfilmentRead,
            PartnerScopes.FulfilmentWrite,
            PartnerScopes.ConsentRead,
            PartnerScopes.EventRead,
            PartnerScopes.WebhookRead,
            PartnerScopes.WebhookWrite
        ),
        Make(
            HuashanHospital,
            PartnerKind.Hospital,
            "Huashan Hospital, Shanghai",
            ["hospital.pay_later:650:100000", "hospital.wheelchair"],
            PartnerScopes.EligibilityCheck,
            PartnerScopes.WaiverRead,
            PartnerScopes.WaiverWrite,
            PartnerScopes.VisitRead,
            PartnerScopes.VisitWrite,
            PartnerScopes.ConsentRead,
            PartnerScopes.EventRead,
            PartnerScopes.WebhookRead,
            PartnerScopes.WebhookWrite
        ),
        Make(
            ZhejiangLibrary,
            PartnerKind.Library,
            "Zhejiang Library",
            ["library.card_free"],
            PartnerScopes.EligibilityCheck,
            PartnerScopes.WaiverRead,
            PartnerScopes.WaiverWrite,
            PartnerScopes.FulfilmentRead,
            PartnerScopes.FulfilmentWrite,
            PartnerScopes.ConsentRead,
            PartnerScopes.EventRead,
            PartnerScopes.WebhookRead,
            PartnerScopes.WebhookWrite
        ),
        // Its enrolment asks for more than the programme does.
        Make(
            HangzhouLibrary,
            PartnerKind.Library,
            "Hangzhou Library",
            ["library.card_free:600"],
            PartnerScopes.EligibilityCheck,
            PartnerScopes.ConsentRead
        ),
        // A dating site learns the band, and whether a badge may be shown, never a score. This one asks for GOOD or better.
        Make(
            BaiheDating,
            PartnerKind.Dating,
            "Baihe",
            ["dating.badge:600"],
            PartnerScopes.BandRead,
            PartnerScopes.EligibilityCheck,
            PartnerScopes.BadgeRead,
            PartnerScopes.BadgeWrite,
            PartnerScopes.EventRead,
            PartnerScopes.ConsentRead
        ),
        Make(
            Tmall,
            PartnerKind.Retail,
            "Tmall",
            ["retail.try_first", "promo.car_trial", "promo.phone_trial"],
            PartnerScopes.EligibilityCheck,
            PartnerScopes.WaiverRead,
            PartnerScopes.WaiverWrite,
            PartnerScopes.ConsentRead,
            PartnerScopes.EventRead
        ),
        Make(
            Huabei,
            PartnerKind.Lender,
            "Huabei",
            ["credit.line"],
            PartnerScopes.ScoreRead,
            PartnerScopes.EligibilityCheck,
            PartnerScopes.WaiverRead,
            PartnerScopes.WaiverWrite,
            PartnerScopes.ConsentRead,
            PartnerScopes.EventRead
        ),
        // A railway learns whether the lounge is open to somebody, and nothing else.
        Make(
            HangzhouRail,
            PartnerKind.Transport,
            "Hangzhou East Station",
            ["rail.lounge"],
            PartnerScopes.EligibilityCheck,
            PartnerScopes.ConsentRead
        ),
    ];

    private static Partner Make(string id, PartnerKind kind, string name, string[] programmes, params ReadOnlySpan<string> scopes) =>
        new()
        {
            Partner_ = id,
            DisplayName = name,
            Kind = kind,
            ClientAuthentication = ClientAuthentication.TlsCa,
            Scopes = { scopes.ToArray() },
            Enrolments = { programmes.Select(ProgrammeArgument.Parse) },
            BadgeSites = { id == BaiheDating ? [BaiheSite] : Array.Empty<string>() },
            RedirectUris = { id == HelloBike ? [HelloBikeRedirect] : Array.Empty<string>() },
        };
}
