using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using SesameGrpc.Cli.Sandbox;

namespace SesameGrpc.Cli.Demo;

/// <summary>A kiosk and a library's system that have never heard of credit, and the SIP2 proxy between the two.</summary>
internal sealed class KioskScene(DemoStage stage)
{
    private const string Patron = "test-550";
    private const string Rest = "              00120261126    101500AOZJLIB|AA" + Patron + "|AELi Si|BLY|";
    private const string LibraryMessage = "AFPlease pay the deposit at the desk.|";

    public async Task<DemoStep> RunAsync(CancellationToken cancellationToken)
    {
        using var library = new TcpListener(IPAddress.Loopback, 0);
        library.Start();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var serving = ServeAsync(library, over.Token);
        var proxy = await stage.StartSip2ProxyAsync(
            DemoPartners.ZhejiangLibrary,
            ((IPEndPoint)library.LocalEndpoint).Port,
            cancellationToken
        );
        var answer = await AskAsync(proxy, $"23001{Rest[17..35]}AOZJLIB|AA{Patron}|AC|AD|\r", cancellationToken);
        await over.CancelAsync();
        await serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        var screen = answer.Split('|').FirstOrDefault(field => field.StartsWith("AF", StringComparison.Ordinal))?[2..];
        var isOpen = answer.StartsWith("24 ", StringComparison.Ordinal);
        return new DemoStep(
            "kiosk",
            $"{Patron} holds a card to a kiosk of Zhejiang Library, whose own system answers over SIP2 that the deposit is missing.",
            $"The SIP2 proxy asks the gateway and opens borrowing in the answer; the kiosk shows: {screen}",
            isOpen && screen?.StartsWith("No deposit needed.", StringComparison.Ordinal) == true,
            new JsonObject
            {
                ["patron"] = Patron,
                ["charge_denied_by_library"] = true,
                ["charge_denied_at_kiosk"] = !isOpen,
                ["screen_message"] = screen,
            }
        );
    }

    /// <summary>The library's system: whoever asks whatever is told that the deposit is missing.</summary>
    private static async Task ServeAsync(TcpListener library, CancellationToken cancellationToken)
    {
        while (true)
        {
            using var socket = await library.AcceptSocketAsync(cancellationToken);
            while (await ReadMessageAsync(socket, cancellationToken) is { Length: > 0 })
            {
                await socket.SendAsync(Encoding.Latin1.GetBytes($"24Y{Rest[1..]}{LibraryMessage}\r"), cancellationToken);
            }
        }
    }

    private static async Task<string> AskAsync(int port, string question, CancellationToken cancellationToken)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
        await socket.SendAsync(Encoding.Latin1.GetBytes(question), cancellationToken);
        return await ReadMessageAsync(socket, cancellationToken);
    }

    /// <summary>What comes, up to a carriage return or the end.</summary>
    private static async Task<string> ReadMessageAsync(Socket socket, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        var buffer = new byte[512];
        while (!text.ToString().EndsWith('\r') && await socket.ReceiveAsync(buffer, cancellationToken) is > 0 and var count)
        {
            text.Append(Encoding.Latin1.GetString(buffer, 0, count));
        }

        return text.ToString();
    }
}
