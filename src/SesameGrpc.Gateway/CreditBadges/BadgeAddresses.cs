using SesameGrpc.Gateway.Configuration;

namespace SesameGrpc.Gateway.CreditBadges;

/// <summary>Where everybody finds what is told of badges, on the public listener.</summary>
internal sealed class BadgeAddresses(GatewayOptions options)
{
    public const string Root = "/badges";
    public const string KeysPath = $"{Root}/jwks.json";
    public const string IssuerPath = "/.well-known/jwt-vc-issuer";

    /// <summary>The issuer of proofs, without a slash at its end: its metadata is at the host's root.</summary>
    public string Issuer { get; } = options.Listeners.PublicUrl.TrimEnd('/');

    public string Keys => Issuer + KeysPath;

    public string PageOf(string badgeId) => $"{Issuer}{Root}/{badgeId}";

    public string ImageOf(string badgeId) => $"{PageOf(badgeId)}.svg";

    public string StatusOf(long list) => $"{Issuer}{Root}/status/{list}";
}
