using System.Net.Sockets;
using System.Text;

namespace SesameGrpc.Cli.Doctor;

/// <summary>Connections as the client library makes them: straight, or through the proxy that the environment names (HTTPS_PROXY, NO_PROXY).</summary>
internal static class Dialling
{
    /// <summary>The proxy that stands between here and an address; null where none does.</summary>
    public static Uri? ProxyOf(Uri url) => HttpClient.DefaultProxy.IsBypassed(url) ? null : HttpClient.DefaultProxy.GetProxy(url);

    /// <summary>Throws <see cref="SocketException"/>, <see cref="ProxyException"/>, or <see cref="OperationCanceledException"/> when nobody answers in time.</summary>
    public static async Task<Stream> ConnectAsync(Uri url, CancellationToken cancellationToken)
    {
        var proxy = ProxyOf(url);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync((proxy ?? url).IdnHost, (proxy ?? url).Port, cancellationToken);
            var stream = new NetworkStream(socket, ownsSocket: true);
            if (proxy is not null)
            {
                await PassAsync(stream, url, cancellationToken);
            }

            return stream;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    // RFC 9110 section 9.3.6: the proxy answers CONNECT with a status, and from then on passes bytes.
    private static async Task PassAsync(NetworkStream stream, Uri url, CancellationToken cancellationToken)
    {
        var target = $"{url.IdnHost}:{url.Port}";
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n"), cancellationToken);
        var answer = new StringBuilder();
        var one = new byte[1];
        while (!answer.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (answer.Length > 8192 || await stream.ReadAsync(one, cancellationToken) == 0)
            {
                throw new ProxyException("it broke off");
            }

            answer.Append((char)one[0]);
        }

        var status = answer.ToString().Split("\r\n")[0];
        if (status.Split(' ') is not [_, ['2', ..], ..])
        {
            throw new ProxyException($"it answered \"{status}\"");
        }
    }
}

/// <summary>The proxy does not pass on.</summary>
internal sealed class ProxyException(string message) : Exception(message);
