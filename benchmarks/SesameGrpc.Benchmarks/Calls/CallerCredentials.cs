using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace SesameGrpc.Benchmarks.Calls;

/// <summary>What a caller connects with: TLS 1.3, its certificate, HTTP/2.</summary>
internal sealed class CallerCredentials
{
    private readonly SslClientAuthenticationOptions options;

    public CallerCredentials(Caller caller, string ca, bool allowResume = true)
    {
        Token = caller.Token;
        using var fromPem = X509Certificate2.CreateFromPem(caller.Certificate, caller.Key);
        var certificate = X509CertificateLoader.LoadPkcs12(fromPem.Export(X509ContentType.Pkcs12), null);
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(X509Certificate2.CreateFromPem(ca));
        options = new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            AllowTlsResume = allowResume,
            EnabledSslProtocols = SslProtocols.Tls13,
            ApplicationProtocols = [SslApplicationProtocol.Http2],
            CertificateChainPolicy = policy,
            ClientCertificateContext = SslStreamCertificateContext.Create(certificate, null, offline: true),
        };
    }

    public string Token { get; }

    public async Task<SslStream> ConnectAsync(int port)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync("127.0.0.1", port);
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
        await stream.AuthenticateAsClientAsync(options);
        return stream;
    }
}
