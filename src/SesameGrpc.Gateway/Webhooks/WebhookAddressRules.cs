using System.Net;
using System.Net.Sockets;

namespace SesameGrpc.Gateway.Webhooks;

/// <summary>
/// Which addresses a partner may have events pushed to: public ones alone (IANA's special-purpose registries, and the metadata services of clouds). Pure. Whoever
/// names an endpoint decides what the gateway connects to, so everything that is not known to be public is refused.
/// </summary>
internal static class WebhookAddressRules
{
    private static readonly IPNetwork[] ClosedV4 =
    [
        IPNetwork.Parse("0.0.0.0/8"),
        IPNetwork.Parse("10.0.0.0/8"),
        IPNetwork.Parse("100.64.0.0/10"),
        IPNetwork.Parse("127.0.0.0/8"),
        // The wire server of a cloud, which answers on a public address.
        IPNetwork.Parse("168.63.129.16/32"),
        IPNetwork.Parse("169.254.0.0/16"),
        IPNetwork.Parse("172.16.0.0/12"),
        IPNetwork.Parse("192.0.0.0/24"),
        IPNetwork.Parse("192.0.2.0/24"),
        IPNetwork.Parse("192.88.99.0/24"),
        IPNetwork.Parse("192.168.0.0/16"),
        IPNetwork.Parse("198.18.0.0/15"),
        IPNetwork.Parse("198.51.100.0/24"),
        IPNetwork.Parse("203.0.113.0/24"),
        IPNetwork.Parse("224.0.0.0/4"),
        IPNetwork.Parse("240.0.0.0/4"),
    ];

    // Global unicast; what lies outside of it (loopback, link-local, unique-local, multicast) is closed.
    private static readonly IPNetwork OpenV6 = IPNetwork.Parse("2000::/3");

    private static readonly IPNetwork[] ClosedV6 =
    [
        IPNetwork.Parse("2001::/23"),
        IPNetwork.Parse("2001:db8::/32"),
        IPNetwork.Parse("2002::/16"),
        IPNetwork.Parse("3fff::/20"),
    ];

    // Stands for the IPv4 address in its last four bytes (RFC 6052).
    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");

    public static bool IsPublic(IPAddress address)
    {
        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            return !Array.Exists(ClosedV4, network => network.Contains(address));
        }

        if (address.IsIPv4MappedToIPv6)
        {
            return IsPublic(address.MapToIPv4());
        }

        return Nat64.Contains(address)
            ? IsPublic(new IPAddress(address.GetAddressBytes()[12..]))
            : OpenV6.Contains(address) && !Array.Exists(ClosedV6, network => network.Contains(address));
    }
}
