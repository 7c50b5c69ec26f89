using System.Net;
using System.Net.Sockets;
using System.Text;

namespace SesameGrpc.Sip2Proxy.Tests.Wire;

/// <summary>A kiosk: sends what it is told to and reads what comes, byte by byte.</summary>
internal sealed class Kiosk : IDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);
    private readonly Socket socket;

    private Kiosk(Socket socket) => this.socket = socket;

    public static async Task<Kiosk> ConnectAsync(int port)
    {
        var connecting = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await connecting.ConnectAsync(IPAddress.Loopback, port);
        return new Kiosk(connecting);
    }

    public Task SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    public async Task SendAsync(byte[] bytes)
    {
        for (var sent = 0; sent < bytes.Length; )
        {
            sent += await socket.SendAsync(bytes.AsMemory(sent));
        }
    }

    /// <summary>Says that nothing more will come.</summary>
    public void End() => socket.Shutdown(SocketShutdown.Send);

    /// <summary>Sends a message and returns the answer, up to and including its CR.</summary>
    public async Task<string> AskAsync(string message)
    {
        await SendAsync(message);
        return await ReadMessageAsync();
    }

    /// <summary>The next message with its CR; empty at the end of the connection.</summary>
    public async Task<string> ReadMessageAsync()
    {
        var text = new StringBuilder();
        while (await ReadAsync(1) is { Length: 1 } next)
        {
            text.Append(next);
            if (next == "\r")
            {
                break;
            }
        }

        return text.ToString();
    }

    /// <summary>So many bytes, or fewer at the end of the connection.</summary>
    public async Task<string> ReadAsync(int count)
    {
        using var limit = new CancellationTokenSource(Longest);
        var buffer = new byte[count];
        var read = 0;
        try
        {
            while (read < count && await socket.ReceiveAsync(buffer.AsMemory(read), limit.Token) is > 0 and var more)
            {
                read += more;
            }
        }
        catch (SocketException)
        {
            // Reset: an end, too.
        }

        return Encoding.Latin1.GetString(buffer, 0, read);
    }

    public void Dispose() => socket.Dispose();
}
