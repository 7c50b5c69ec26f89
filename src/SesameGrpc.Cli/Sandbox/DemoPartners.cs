using SesameGrpc.Cli.Partners;
using SesameGrpc.Client;
using SesameGrpc.Contracts.Operator.V1;

namespace SesameGrpc.Cli.Sandbox;

/// <summary>The four partners that a sandbox starts with.</summary>
internal static class DemoPartners
{
    public const string HelloBike = "hello-bike";
    public const string HuashanHospital = "huashan-hospital";
    public const string ZhejiangLibrary = "zhejiang-library";
    public const string BaiheDating = "baihe-dating";

    public static IReadOnlyList<Partner> All { get; } =
    [
        Make(
            HelloBike,
            "Hello Bike",
            ["bike.deposit_free:650:19900"],
            PartnerScopes.ScoreRead,
            PartnerScopes.DimensionsRead,
            PartnerScopes.EligibilityCheck,
            PartnerScopes.WaiverRead,
            PartnerScopes.WaiverWrite,
            PartnerScopes.EventRead,
            PartnerScopes.WebhookRead,
            PartnerScopes.WebhookWrite
        ),
        Make(
            HuashanHospital,
            "Huashan Hospital, Shanghai",
            ["hospital.pay_later", "hospital.wheelchair"],
            PartnerScopes.ScoreRead,
            PartnerScopes.EligibilityCheck,
            PartnerScopes.WaiverRead,
            PartnerScopes.WaiverWrite,
            PartnerScopes.EventRead,
            PartnerScopes.WebhookRead,
            PartnerScopes.WebhookWrite
        ),
        Make(
            ZhejiangLibrary,
            "Zhejiang Library",
            ["library.card_free"],
            PartnerScopes.ScoreRead,
            PartnerScopes.EligibilityCheck,
            PartnerScopes.WaiverRead,
            PartnerScopes.WaiverWrite,
            PartnerScopes.EventRead,
            PartnerScopes.WebhookRead,
            PartnerScopes.WebhookWrite
        ),
        // A dating site learns whether a badge may be shown, never a score.
        Make(BaiheDating, "Baihe", ["dating.badge"], PartnerScopes.EligibilityCheck),
    ];

    private static Partner Make(string id, string name, string[] programmes, params ReadOnlySpan<string> scopes) =>
        new()
        {
            Partner_ = id,
            DisplayName = name,
            ClientAuthentication = ClientAuthentication.TlsCa,
            Scopes = { scopes.ToArray() },
            Enrolments = { programmes.Select(ProgrammeArgument.Parse) },
        };
}
