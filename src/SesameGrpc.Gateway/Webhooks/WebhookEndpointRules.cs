using System.Net;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Refusals;

namespace SesameGrpc.Gateway.Webhooks;

/// <summary>What an endpoint may look like. Pure.</summary>
internal static class WebhookEndpointRules
{
    private const int LongestUrl = 2000;
    private const int LongestDescription = 200;

    /// <summary>Refuses an endpoint that does not have the form; in the sandbox plain HTTP and addresses that are not public are allowed.</summary>
    public static void Check(WebhookEndpoint endpoint, bool isSandbox) =>
        new FieldCheck()
            .Require(
                IsUrl(endpoint.Url, isSandbox),
                "webhook_endpoint.url",
                isSandbox
                    ? "must be an absolute http or https URL of at most 2000 visible ASCII characters without user name and fragment"
                    : "must be an absolute https URL of at most 2000 visible ASCII characters without user name and fragment, to a public address"
            )
            .Require(
                endpoint.EventTypes.All(type => type != EventType.Unspecified && Enum.IsDefined(type))
                    && endpoint.EventTypes.Distinct().Count() == endpoint.EventTypes.Count,
                "webhook_endpoint.event_types",
                "must be event types, each at most once"
            )
            .Require(
                endpoint.Description.Length <= LongestDescription && !endpoint.Description.Any(char.IsControl),
                "webhook_endpoint.description",
                "must be at most 200 characters without control characters"
            )
            .Require(Enum.IsDefined(endpoint.SignatureScheme), "webhook_endpoint.signature_scheme", "must be HMAC_SHA256 or ED25519")
            .Enforce();

    /// <summary>Whether the endpoint wants events of this type.</summary>
    public static bool Wants(WebhookEndpoint endpoint, EventType type) =>
        endpoint.EventTypes.Count == 0 || endpoint.EventTypes.Contains(type);

    private static bool IsUrl(string text, bool isSandbox)
    {
        var start = text.IndexOf("://", StringComparison.Ordinal) + 3;
        if (
            text.Length is 0 or > LongestUrl
            || start < 3
            || text.Any(character => character is < '!' or > '~' or '#' or '\\')
            // Looked for in the text: an empty user name leaves no trace in what is parsed.
            || text[start..].Split('/', '?')[0].Contains('@')
            || !Uri.TryCreate(text, UriKind.Absolute, out var url)
            || url.Host.Length == 0
        )
        {
            return false;
        }

        // Names are judged when connecting, by what they resolve to then; an address that stays refused is better refused here.
        return isSandbox
            ? url.Scheme == Uri.UriSchemeHttps || url.Scheme == Uri.UriSchemeHttp
            : url.Scheme == Uri.UriSchemeHttps
                && (!IPAddress.TryParse(url.IdnHost, out var address) || WebhookAddressRules.IsPublic(address));
    }
}
