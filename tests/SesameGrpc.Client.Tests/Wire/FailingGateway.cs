using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using SesameGrpc.TestSupport;

namespace SesameGrpc.Client.Tests.Wire;

/// <summary>What a gateway looks like that fails every call: TLS and HTTP/2 are there, and every answer is UNAVAILABLE, as from a proxy with nothing behind it.</summary>
internal sealed class FailingGateway : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly TestAuthority authority = new();
    private readonly string folder = TestEnvironment.NewDirectory("failing");
    private readonly int port = TestEnvironment.FreePort();

    private FailingGateway()
    {
        PemFiles.Write(InFolder("ca.pem"), authority.Certificate);
        PemFiles.WriteWithKey(InFolder("bike.pem"), InFolder("bike.key.pem"), authority.Partner("bike"));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder
            .WebHost.UseKestrelCore()
            .UseKestrelHttpsConfiguration()
            .ConfigureKestrel(kestrel =>
                kestrel.Listen(
                    IPAddress.Loopback,
                    port,
                    listen =>
                    {
                        listen.Protocols = HttpProtocols.Http2;
                        listen.UseHttps(authority.Server());
                    }
                )
            );
        app = builder.Build();
        app.Run(http =>
        {
            Calls.Enqueue(http.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString()));
            http.Response.ContentType = "application/grpc";
            http.Response.Headers["grpc-status"] = "14";
            return Task.CompletedTask;
        });
    }

    /// <summary>The headers of the calls that have arrived.</summary>
    public ConcurrentQueue<IReadOnlyDictionary<string, string>> Calls { get; } = new();

    public static async Task<FailingGateway> StartAsync()
    {
        var gateway = new FailingGateway();
        await gateway.app.StartAsync();
        return gateway;
    }

    /// <summary>Options of a client that has a token already.</summary>
    public SesameClientOptions ClientOptions() =>
        new()
        {
            PartnerId = "bike",
            GatewayUrls = [new Uri($"https://localhost:{port}")],
            IssuerUrl = new Uri($"https://localhost:{port}"),
            Certificate = ClientCertificateOptions.FromPem(InFolder("bike.pem"), InFolder("bike.key.pem"), InFolder("ca.pem")),
            TokenProvider = _ => Task.FromResult("token"),
        };

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        authority.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private string InFolder(string name) => Path.Combine(folder, name);
}
