using System.Net;
using System.Net.Sockets;
using System.Text;
using SesameGrpc.Sip2Proxy.Messages;

namespace SesameGrpc.Sip2Proxy.Tests.Wire;

/// <summary>A library's system: answers in the shapes that real ones answer in, and keeps the bytes that came.</summary>
internal sealed class LibraryDouble : IAsyncDisposable
{
    public const string Password = "secret-pin";

    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly List<Task> conversations = [];
    private readonly Lock sync = new();
    private readonly List<byte> received = [];
    private readonly Task accepting;

    public LibraryDouble()
    {
        listener.Start();
        accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>What it answers to a line; null ends the connection.</summary>
    public Func<string, string?> Answer { get; set; } = AnswerAsUsual;

    /// <summary>Cuts what it sends into pieces of this size.</summary>
    public int SegmentLength { get; set; } = int.MaxValue;

    public string Received
    {
        get
        {
            lock (sync)
            {
                return Encoding.Latin1.GetString([.. received]);
            }
        }
    }

    /// <summary>Status, whether the patron is known, and what the screen says.</summary>
    private static readonly Dictionary<string, (string Status, char Known, string Screen)> Patrons = new(StringComparer.Ordinal)
    {
        ["test-700-card"] = ("              ", 'Y', ""),
        ["test-800-suspended"] = ("YYYY          ", 'Y', "AFYour account is suspended.|"),
        ["test-800-overdue"] = ("Y     Y       ", 'Y', "AFToo many items are overdue.|"),
        ["test-800-lost"] = ("Y   Y         ", 'Y', "AFThis card was reported lost.|"),
        ["test-800-unknown"] = ("YYYY          ", 'N', "AFWe do not know this card.|"),
        ["test-800-deposit-unknown"] = ("Y             ", 'N', ""),
    };

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Stop();
        await accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(conversations).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.Dispose();
    }

    /// <summary>The usual answers; patrons that are not in the table have no deposit.</summary>
    public static string? AnswerAsUsual(string line)
    {
        var trailer = line.IndexOf("AY", StringComparison.Ordinal) is >= 0 and var at ? line[at..] : "";
        if (trailer.Length == 9 && trailer[^4..] != Sip2Message.Checksum(Encoding.Latin1.GetBytes(line[..^4])))
        {
            return "96AZFEF6\r";
        }

        var patron = Field(line, "AA");
        var (status, known, screen) = Patrons.GetValueOrDefault(patron, ("Y             ", 'Y', "AFPlease pay the deposit at the desk.|"));
        var language = line.Length > 5 ? line[2..5] : "000";
        const string Date = "20261126    101502";
        var body =
            line.Length < 2
                ? null
                : line[..2] switch
                {
                    "99" => $"98YYYYNN300003{Date}2.00AOLIB|AMCity Library|BXYYYYYYYYYYYNYYYY|",
                    "93" => "941",
                    "11" => $"121NNY{Date}AOLIB|AA{patron}|AB3001|AJWater Margin|AH20261226|",
                    "09" => $"101YNN{Date}AOLIB|AB3001|AQShelf|",
                    "01" => $"24Y             000{Date}AOLIB|AA{patron}|AE|BLY|AFThe card was blocked.|",
                    "23" => $"24{status}{language}{Date}AOLIB|AA{patron}|AELi Si|BL{known}|CQ{known}|{screen}",
                    "63" =>
                        $"64{status}{language}{Date}000000000001000000000000AOLIB|AA{patron}|AELi Si|BZ0010|BL{known}|CQ{known}|AU3001|{screen}AGThank you|",
                    _ => null,
                };
        if (body is null)
        {
            return "96AZFEF6\r";
        }

        return trailer.Length == 9 ? WithChecksum($"{body}{trailer[..5]}") + "\r" : body + "\r";
    }

    public static string WithChecksum(string upToItsId) => upToItsId + Sip2Message.Checksum(Encoding.Latin1.GetBytes(upToItsId));

    private static string Field(string line, string id)
    {
        var start = line.IndexOf("|" + id, StringComparison.Ordinal);
        return start < 0 ? "" : line[(start + 3)..line.IndexOf('|', start + 3)];
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            var socket = await listener.AcceptSocketAsync(stop.Token);
            conversations.Add(TalkAsync(socket));
        }
    }

    private async Task TalkAsync(Socket socket)
    {
        using var owned = socket;
        socket.NoDelay = true;
        var buffer = new byte[4096];
        var pending = "";
        while (await socket.ReceiveAsync(buffer, stop.Token) is > 0 and var count)
        {
            lock (sync)
            {
                received.AddRange(buffer.AsSpan(0, count));
            }

            pending += Encoding.Latin1.GetString(buffer, 0, count);
            while (pending.IndexOfAny(['\r', '\n']) is >= 0 and var end)
            {
                var line = pending[..end];
                pending = pending[(end + 1)..];
                if (line.Length == 0)
                {
                    continue;
                }

                if (Answer(line) is not { } answer)
                {
                    return;
                }

                await SendAsync(socket, Encoding.Latin1.GetBytes(answer));
            }
        }
    }

    private async Task SendAsync(Socket socket, byte[] bytes)
    {
        foreach (var segment in bytes.Chunk(Math.Min(SegmentLength, Math.Max(1, bytes.Length))))
        {
            await socket.SendAsync(segment, stop.Token);
        }
    }
}
