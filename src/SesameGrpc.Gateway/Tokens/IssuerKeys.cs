using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Keys;

namespace SesameGrpc.Gateway.Tokens;

/// <summary>The issuer whose access tokens count, and its public keys.</summary>
internal sealed record IssuerKeySet(string Issuer, IReadOnlyList<SecurityKey> Keys);

/// <summary>Where the issuer's keys come from: the built-in authorization server, or an external one's metadata.</summary>
internal interface IIssuerKeys
{
    ValueTask<IssuerKeySet> CurrentAsync(CancellationToken cancellationToken);

    /// <summary>Asks for newer keys after a token with an unknown key; true when asking again may help.</summary>
    bool RequestRefresh();
}

/// <summary>The keys of the built-in authorization server, as they take turns.</summary>
internal sealed class BuiltInIssuerKeys(GatewayOptions options, KeyCalendar keys) : IIssuerKeys
{
    private readonly string issuer = new Uri(options.Listeners.PublicUrl).AbsoluteUri;

    public ValueTask<IssuerKeySet> CurrentAsync(CancellationToken cancellationToken) =>
        ValueTask.FromResult(new IssuerKeySet(issuer, keys.VerificationKeys));

    public bool RequestRefresh() => false;
}

/// <summary>The keys that an external RFC 8705 authorization server publishes (RFC 8414 metadata, jwks_uri).</summary>
internal sealed class ExternalIssuerKeys : IIssuerKeys, IDisposable
{
    private readonly HttpClient http;
    private readonly string issuer;
    private readonly ConfigurationManager<OpenIdConnectConfiguration> metadata;

    public ExternalIssuerKeys(GatewayOptions options)
    {
        issuer = options.Tokens.ExternalIssuer.TrimEnd('/');
        http = new HttpClient(Handler(options.Tokens.ExternalIssuerCa)) { Timeout = TimeSpan.FromSeconds(2) };
        metadata = new ConfigurationManager<OpenIdConnectConfiguration>(
            $"{issuer}/.well-known/openid-configuration",
            new OpenIdConnectConfigurationRetriever(),
            new HttpDocumentRetriever(http) { RequireHttps = true }
        )
        {
            RefreshInterval = TimeSpan.FromSeconds(5),
        };
    }

    public async ValueTask<IssuerKeySet> CurrentAsync(CancellationToken cancellationToken)
    {
        var configuration = await metadata.GetConfigurationAsync(cancellationToken);

        // RFC 8414 section 3.3: metadata that names another issuer must not be used.
        return configuration.Issuer.TrimEnd('/') == issuer
            ? new IssuerKeySet(configuration.Issuer, [.. configuration.SigningKeys])
            : throw new InvalidOperationException($"The metadata of {issuer} names the issuer {configuration.Issuer}.");
    }

    public bool RequestRefresh()
    {
        metadata.RequestRefresh();
        return true;
    }

    public void Dispose() => http.Dispose();

    private static SocketsHttpHandler Handler(string caFile)
    {
        var handler = new SocketsHttpHandler();
        if (caFile.Length > 0)
        {
            var policy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            policy.CustomTrustStore.ImportFromPemFile(caFile);
            handler.SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy };
        }

        return handler;
    }
}
