using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using SesameGrpc.TestSupport;

namespace SesameGrpc.Functional.Tests.Webhooks;

/// <summary>One request that a receiver got.</summary>
internal sealed record Received(string Path, string Id, string Timestamp, string Signature, byte[] Body)
{
    public JsonNode Json { get; } = JsonNode.Parse(Body)!;

    public string Subject => (string)Json["data"]!["subject"]!;

    public long Revision => (long)Json["data"]!["deposit_waiver"]!["revision"]!;

    /// <summary>What was signed.</summary>
    public byte[] Signed => [.. Encoding.ASCII.GetBytes($"{Id}.{Timestamp}."), .. Body];
}

/// <summary>A partner's real HTTP server on a loopback port; it answers as the test says, and can be stopped and started again.</summary>
internal sealed class WebhookReceiver : IAsyncDisposable
{
    private readonly ConcurrentQueue<Received> requests = new();
    private readonly X509Certificate2? certificate;
    private readonly int port = TestEnvironment.FreePort();
    private WebApplication? app;

    private WebhookReceiver(X509Certificate2? certificate) => this.certificate = certificate;

    public string Url => $"{(certificate is null ? "http" : "https")}://localhost:{port}/events";

    /// <summary>All requests so far, in the order in which they came.</summary>
    public IReadOnlyList<Received> Requests => [.. requests];

    /// <summary>Gives the status of the answer; by default 204.</summary>
    public Func<Received, HttpContext, Task<int>> Answer { get; set; } = (_, _) => Task.FromResult(StatusCodes.Status204NoContent);

    public static async Task<WebhookReceiver> StartAsync(X509Certificate2? certificate = null)
    {
        var receiver = new WebhookReceiver(certificate);
        await receiver.StartAgainAsync();
        return receiver;
    }

    public async Task StartAgainAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder
            .WebHost.UseKestrelHttpsConfiguration()
            .ConfigureKestrel(kestrel =>
                kestrel.Listen(
                    IPAddress.Loopback,
                    port,
                    listen =>
                    {
                        if (certificate is not null)
                        {
                            listen.UseHttps(certificate);
                        }
                    }
                )
            );
        app = builder.Build();
        app.Run(TakeAsync);
        await app.StartAsync();
    }

    /// <summary>Ends it at once; requests under way are cut off.</summary>
    public async Task StopAsync()
    {
        if (app is not null)
        {
            using var now = new CancellationTokenSource(0);
            await app.StopAsync(now.Token);
            await app.DisposeAsync();
            app = null;
        }
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private async Task TakeAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        var headers = http.Request.Headers;
        var received = new Received(
            http.Request.Path,
            headers["webhook-id"].ToString(),
            headers["webhook-timestamp"].ToString(),
            headers["webhook-signature"].ToString(),
            body.ToArray()
        );
        requests.Enqueue(received);
        http.Response.StatusCode = await Answer(received, http);
    }
}
