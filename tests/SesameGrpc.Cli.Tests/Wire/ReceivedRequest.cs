using System.Net.Sockets;
using System.Text;

namespace SesameGrpc.Cli.Tests.Wire;

/// <summary>What a webhook receiver got.</summary>
internal sealed record ReceivedRequest(string Id, string Timestamp, string Signature, string Body)
{
    /// <summary>Reads one request and answers it.</summary>
    public static async Task<ReceivedRequest> AnswerOneAsync(TcpListener listener, string status, CancellationToken cancellationToken)
    {
        using var connection = await listener.AcceptTcpClientAsync(cancellationToken);
        await using var stream = connection.GetStream();
        using var reader = new StreamReader(stream, Encoding.ASCII);
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        await reader.ReadLineAsync(cancellationToken);
        while (await reader.ReadLineAsync(cancellationToken) is { Length: > 0 } line)
        {
            headers[line[..line.IndexOf(':', StringComparison.Ordinal)]] = line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
        }

        var body = new char[int.Parse(headers["content-length"])];
        await reader.ReadBlockAsync(body, cancellationToken);
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"),
            cancellationToken
        );
        return new ReceivedRequest(headers["webhook-id"], headers["webhook-timestamp"], headers["webhook-signature"], new string(body));
    }
}
