using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Time.Testing;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Webhooks;
using SesameGrpc.TestSupport;
using Xunit;
using Outcome = SesameGrpc.Contracts.Partner.V1.WebhookAttemptOutcome;

namespace SesameGrpc.Functional.Tests.Webhooks;

/// <summary>What one attempt makes of what it meets on the wire.</summary>
public sealed class WebhookClientTests : IDisposable
{
    private readonly string directory = TestEnvironment.NewDirectory("webhooks");
    private readonly TestAuthority authority = new("Receivers CA");

    [Theory]
    [InlineData(200, Outcome.Delivered)]
    [InlineData(204, Outcome.Delivered)]
    [InlineData(299, Outcome.Delivered)]
    [InlineData(302, Outcome.StatusRefused)]
    [InlineData(404, Outcome.StatusRefused)]
    [InlineData(500, Outcome.StatusRefused)]
    public async Task Post_AnsweredWithAStatus_IsDeliveredWith2xxAlone(int status, Outcome outcome)
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answer = (_, http) =>
        {
            http.Response.Headers.Location = receiver.Url;
            http.Response.Headers.SetCookie = "session=1";
            return Task.FromResult(status);
        };
        using var client = NewClient();

        await PostAsync(client, receiver.Url);
        var answer = await PostAsync(client, receiver.Url);

        Assert.Equal((outcome, status, null), (answer.Outcome, answer.HttpStatus, answer.RetryAfter));
        Assert.Equal(2, receiver.Requests.Count);
    }

    [Fact]
    public async Task Post_OverTls_ReachesAReceiverWhoseCertificateIsTrusted()
    {
        await using var receiver = await WebhookReceiver.StartAsync(authority.Server());
        using var trusting = NewClient(Ca(authority.Certificate));
        using var doubting = NewClient();

        Assert.Equal(Outcome.Delivered, (await PostAsync(trusting, receiver.Url)).Outcome);
        Assert.Equal(Outcome.TlsFailed, (await PostAsync(doubting, receiver.Url)).Outcome);
        Assert.Equal(
            Outcome.TlsFailed,
            (await PostAsync(trusting, receiver.Url.Replace("localhost", "[::ffff:127.0.0.1]", StringComparison.Ordinal))).Outcome
        );
        Assert.Single(receiver.Requests);
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("127.0.0.1")]
    [InlineData("[::1]")]
    [InlineData("[::ffff:127.0.0.1]")]
    [InlineData("10.0.0.1")]
    [InlineData("169.254.169.254")]
    public async Task Post_InProduction_ConnectsToNoClosedAddress(string host)
    {
        await using var receiver = await WebhookReceiver.StartAsync(authority.Server());
        using var client = NewClient(Ca(authority.Certificate), GatewayMode.Production);

        var answer = await PostAsync(client, receiver.Url.Replace("localhost", host, StringComparison.Ordinal));

        Assert.Equal((Outcome.AddressRefused, 0), (answer.Outcome, answer.HttpStatus));
        Assert.Empty(receiver.Requests);
    }

    [Fact]
    public async Task Post_WithoutAnAnswer_TimesOutAfterFifteenSeconds()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var isHere = new TaskCompletionSource();
        receiver.Answer = async (_, http) =>
        {
            isHere.SetResult();
            await Task.Delay(Timeout.Infinite, http.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return 200;
        };
        var time = new FakeTimeProvider();
        using var client = new WebhookClient(new GatewayOptions { Mode = GatewayMode.Sandbox }, time);

        var posting = PostAsync(client, receiver.Url);
        await isHere.Task;
        time.Advance(TimeSpan.FromSeconds(14.9));
        Assert.False(posting.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(0.1));

        var answer = await posting;
        Assert.Equal((Outcome.TimedOut, TimeSpan.FromSeconds(15)), (answer.Outcome, answer.Duration));
    }

    [Fact]
    public async Task Post_ThatTheInstanceGivesUp_IsNoAnswer()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        using var stopping = new CancellationTokenSource();
        receiver.Answer = async (_, _) =>
        {
            await stopping.CancelAsync();
            return 200;
        };
        using var client = NewClient();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => PostAsync(client, receiver.Url, stopping.Token));
    }

    [Fact]
    public async Task Post_WhereNobodyIs_HasACause()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await receiver.StopAsync();
        using var client = NewClient();

        Assert.Equal(Outcome.ConnectionFailed, (await PostAsync(client, receiver.Url)).Outcome);
        Assert.Equal(Outcome.NameUnresolved, (await PostAsync(client, "https://nobody.invalid/")).Outcome);
    }

    /// <summary>A bare socket, whose writes wait for the other side: Kestrel drops what it writes to a connection that is gone.</summary>
    [Fact]
    public async Task Post_AnsweredWithoutEnd_ReadsOnlyTheBeginning()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = NewClient();

        var posting = PostAsync(client, $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/");
        using var connection = await listener.AcceptTcpClientAsync();
        await using var stream = connection.GetStream();
        await stream.WriteAsync("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n7fffffff\r\n"u8.ToArray());
        Assert.Equal(Outcome.Delivered, (await posting).Outcome);
        var written = await WriteUntilCutOffAsync(stream);

        // What the system's buffers hold at most, and far from all.
        Assert.InRange(written, 0, 50_000_000);
    }

    [Fact]
    public void Client_WithoutAUsableCaFile_StopsTheStart()
    {
        var path = Path.Combine(directory, "empty.pem");
        File.WriteAllText(path, "");

        Assert.Throws<ConfigurationException>(() => NewClient(path));
    }

    public void Dispose()
    {
        authority.Dispose();
        Directory.Delete(directory, recursive: true);
    }

    private string Ca(X509Certificate2 certificate)
    {
        var path = Path.Combine(directory, "ca.pem");
        PemFiles.Write(path, certificate);
        return path;
    }

    private static async Task<long> WriteUntilCutOffAsync(NetworkStream stream)
    {
        var block = new byte[65_536];
        var written = 0L;
        try
        {
            while (written < 1_000_000_000)
            {
                await stream.WriteAsync(block);
                written += block.Length;
            }
        }
        catch (IOException)
        {
            // The other side has closed the connection.
        }

        return written;
    }

    private static WebhookClient NewClient(string ca = "", GatewayMode mode = GatewayMode.Sandbox) =>
        new(
            new GatewayOptions
            {
                Mode = mode,
                Webhooks = new WebhookOptions { Ca = ca },
            },
            TimeProvider.System
        );

    private static Task<WebhookAnswer> PostAsync(WebhookClient client, string url, CancellationToken cancellationToken = default) =>
        client.PostAsync(
            new WebhookMessage(new Uri(url), "event", 1_700_000_000, "v1,signature", """{"data":{"subject":"p"}}"""u8.ToArray()),
            cancellationToken
        );
}
