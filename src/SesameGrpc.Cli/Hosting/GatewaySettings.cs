using SesameGrpc.Cli.Certificates;

namespace SesameGrpc.Cli.Hosting;

/// <summary>The settings of a sandbox gateway on loopback, as environment variables.</summary>
internal static class GatewaySettings
{
    public static IEnumerable<(string Name, string Value)> ForSandbox(
        GatewayAddresses addresses,
        string dataDirectory,
        DevelopmentCertificates certificates
    ) =>
        [
            ("Sesame__Mode", "Sandbox"),
            ("Sesame__DataDirectory", Path.GetFullPath(dataDirectory)),
            ("Sesame__Listeners__Partner", Loopback(addresses.Partner)),
            ("Sesame__Listeners__Public", Loopback(addresses.Public)),
            ("Sesame__Listeners__Operator", Loopback(addresses.Operator)),
            ("Sesame__Listeners__Internal", Loopback(addresses.Internal)),
            ("Sesame__Listeners__PartnerUrl", addresses.PartnerUrl.GetLeftPart(UriPartial.Authority)),
            ("Sesame__Listeners__PublicUrl", addresses.PublicUrl.GetLeftPart(UriPartial.Authority)),
            ("Sesame__Tls__ServerCertificate", Path.GetFullPath(certificates.ServerPath)),
            ("Sesame__Tls__ServerKey", Path.GetFullPath(certificates.ServerKeyPath)),
            ("Sesame__Tls__PartnerCa", Path.GetFullPath(certificates.CaPath)),
            ("Sesame__Tls__OperatorCa", Path.GetFullPath(certificates.CaPath)),
            ("Sesame__Tls__PartnerCrl", Path.GetFullPath(certificates.RevocationListPath)),
            ("Sesame__Onboarding__ServerCa", Path.GetFullPath(certificates.CaPath)),
            ("Sesame__Onboarding__IssuerCertificate", Path.GetFullPath(certificates.CaPath)),
            ("Sesame__Onboarding__IssuerKey", Path.GetFullPath(certificates.CaKeyPath)),
            ("Sesame__Rail__Url", addresses.RailUrl.GetLeftPart(UriPartial.Authority)),
            ("Sesame__Rail__Ca", Path.GetFullPath(certificates.CaPath)),
            ("Sesame__Rail__ClientCertificate", Path.GetFullPath(certificates.Gateway.CertificatePath)),
            ("Sesame__Rail__ClientKey", Path.GetFullPath(certificates.Gateway.KeyPath)),
            // So that `sesame logs tail` finds what a line is about.
            ("Logging__Console__FormatterName", "json"),
            ("Logging__Console__FormatterOptions__TimestampFormat", "yyyy-MM-dd'T'HH:mm:ss.fff'Z'"),
            ("Logging__Console__FormatterOptions__UseUtcTimestamp", "true"),
        ];

    /// <summary>The settings of the payment system beside it.</summary>
    public static IEnumerable<(string Name, string Value)> ForRail(
        GatewayAddresses addresses,
        string dataDirectory,
        DevelopmentCertificates certificates
    ) =>
        [
            ("SandboxRail__Port", $"{addresses.Rail}"),
            ("SandboxRail__Certificate", Path.GetFullPath(certificates.ServerPath)),
            ("SandboxRail__Key", Path.GetFullPath(certificates.ServerKeyPath)),
            ("SandboxRail__ClientCa", Path.GetFullPath(certificates.CaPath)),
            ("SandboxRail__Journal", Path.GetFullPath(Path.Combine(dataDirectory, "rail.jsonl"))),
        ];

    private static string Loopback(int port) => $"127.0.0.1:{port}";
}
