using System.Security.Cryptography.X509Certificates;
using SesameGrpc.Client;

namespace SesameGrpc.Cli.Doctor;

/// <summary>What a partner calls with, and what the checks so far have learned of it.</summary>
internal sealed class PartnerSetup(SesameClientOptions options, string? givenToken, TimeProvider time) : IDisposable
{
    /// <summary>Longest wait for one answer.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public SesameClientOptions Options { get; } = options;

    /// <summary>A token to look at instead of a new one.</summary>
    public string? GivenToken { get; } = givenToken;

    public TimeProvider Time { get; } = time;

    /// <summary>The partner's certificate, without its key, once it could be read.</summary>
    public X509Certificate2? Certificate { get; set; }

    /// <summary>The roots of the CA file, once they could be read.</summary>
    public X509Certificate2Collection? Roots { get; set; }

    /// <summary>What the servers showed of themselves, by address.</summary>
    public Dictionary<Uri, TlsHello> Hellos { get; } = [];

    /// <summary>How far this machine's clock is ahead of the gateway's.</summary>
    public TimeSpan? ClockAhead { get; set; }

    /// <summary>The token that calls are made with.</summary>
    public AccessToken? Token { get; set; }

    /// <summary>The partner listener.</summary>
    public Uri GatewayUrl => Options.GatewayUrls[0];

    /// <summary>The two addresses, with the options that say them.</summary>
    public IEnumerable<(string Option, Uri Url)> Addresses => [("--gateway", GatewayUrl), ("--issuer", Options.IssuerUrl!)];

    public void Dispose() => Certificate?.Dispose();
}
