using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace SesameGrpc.Benchmarks.Measuring;

/// <summary>What a client connects with over mutual TLS; certificates and key are PEM.</summary>
internal static class ClientTls
{
    /// <summary>The client's certificate, and trust in this CA alone.</summary>
    public static SslClientAuthenticationOptions Of(string clientCertificate, string key, string ca)
    {
        using var fromPem = X509Certificate2.CreateFromPem(clientCertificate, key);
        var certificate = X509CertificateLoader.LoadPkcs12(fromPem.Export(X509ContentType.Pkcs12), null);
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(X509Certificate2.CreateFromPem(ca));
        return new SslClientAuthenticationOptions
        {
            CertificateChainPolicy = policy,
            ClientCertificateContext = SslStreamCertificateContext.Create(certificate, null, offline: true),
        };
    }
}
