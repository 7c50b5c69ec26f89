using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using SesameGrpc.Benchmarks.Measuring;

namespace SesameGrpc.Benchmarks.Calls;

/// <summary>What a caller connects with: TLS 1.3, its certificate, HTTP/2.</summary>
internal sealed class CallerCredentials
{
    private readonly SslClientAuthenticationOptions options;

    public CallerCredentials(Caller caller, string ca, bool allowResume = true)
    {
        Token = caller.Token;
        options = ClientTls.Of(caller.Certificate, caller.Key, ca);
        options.TargetHost = "localhost";
        options.AllowTlsResume = allowResume;
        options.EnabledSslProtocols = SslProtocols.Tls13;
        options.ApplicationProtocols = [SslApplicationProtocol.Http2];
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
