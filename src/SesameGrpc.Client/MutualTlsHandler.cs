using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using SesameGrpc.Client.Connections;

namespace SesameGrpc.Client;

/// <summary>Makes HTTP handlers that present one client certificate and trust one CA file, never the machine's roots.</summary>
public static class MutualTlsHandler
{
    /// <summary>Reads the certificate once and returns a handler for HTTP/2 and HTTP/1.1; the caller disposes it.</summary>
    /// <param name="certificate">Certificate, key and CA.</param>
    /// <param name="resumeSessions">
    /// Whether TLS sessions are resumed. Sessions are remembered per host name, not per port: a handler that talks to
    /// listeners with and without client certificates on one host must not, or it offers the session of one to the other.
    /// </param>
    public static SocketsHttpHandler Create(ClientCertificateOptions certificate, bool resumeSessions)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return Create(CertificateMaterial.Read(certificate, TimeProvider.System.GetUtcNow()), resumeSessions);
    }

    internal static SocketsHttpHandler Create(CertificateMaterial material, bool resumeSessions)
    {
        var chain = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            // The development CA publishes no revocation list for servers; pinning the root is the check.
            RevocationMode = X509RevocationMode.NoCheck,
        };
        chain.CustomTrustStore.AddRange(material.Roots);
        return new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                ClientCertificateContext = SslStreamCertificateContext.Create(material.Certificate, material.Intermediates, offline: true),
                CertificateChainPolicy = chain,
                AllowTlsResume = resumeSessions,
            },
            EnableMultipleHttp2Connections = true,
            KeepAlivePingDelay = TimeSpan.FromSeconds(30),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(10),
        };
    }
}
