using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace SesameGrpc.Cli.Doctor;

/// <summary>What a server shows in a handshake, whatever one thinks of it.</summary>
/// <param name="Certificate">The server's; null where it showed none, because it does not speak TLS.</param>
/// <param name="Chain">What it sent besides.</param>
/// <param name="SpeaksHttp2">Whether it agreed to HTTP/2 (RFC 7301).</param>
internal sealed record TlsHello(X509Certificate2? Certificate, X509Certificate2Collection Chain, bool SpeaksHttp2)
{
    /// <summary>Throws what <see cref="Dialling.ConnectAsync"/> does.</summary>
    public static async Task<TlsHello> AskAsync(Uri url, CancellationToken cancellationToken)
    {
        X509Certificate2? server = null;
        var sent = new X509Certificate2Collection();
        await using var connection = await Dialling.ConnectAsync(url, cancellationToken);
        await using var tls = new SslStream(connection);
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = url.IdnHost,
            ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
            RemoteCertificateValidationCallback = (_, certificate, chain, _) =>
            {
                server = certificate is null ? null : new X509Certificate2(certificate);
                sent.AddRange(chain?.ChainPolicy.ExtraStore ?? []);
                return server is not null;
            },
        };
        try
        {
            await tls.AuthenticateAsClientAsync(options, cancellationToken);
            return new TlsHello(server, sent, tls.NegotiatedApplicationProtocol == SslApplicationProtocol.Http2);
        }
        catch (Exception exception) when (exception is AuthenticationException or IOException)
        {
            // Also where the server went on until it missed a client certificate, which is not what is looked at here.
            return new TlsHello(server, sent, server is not null);
        }
    }

    /// <summary>Whether plain HTTP is spoken there.</summary>
    public static async Task<bool> IsPlainHttpAsync(Uri url, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await Dialling.ConnectAsync(url, cancellationToken);
            await connection.WriteAsync(Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: {url.Authority}\r\n\r\n"), cancellationToken);
            var answer = new byte[5];
            await connection.ReadExactlyAsync(answer, cancellationToken);
            return Encoding.ASCII.GetString(answer) == "HTTP/";
        }
        catch (IOException)
        {
            return false;
        }
    }
}
