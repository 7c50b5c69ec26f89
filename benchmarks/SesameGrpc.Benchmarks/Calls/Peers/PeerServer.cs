using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SesameGrpc.Benchmarks.Measuring;

namespace SesameGrpc.Benchmarks.Calls.Peers;

/// <summary>What a server to compare with is told first; certificates are PEM. The last two are the tutorial's: its Redis, and the public key that tokens are signed for.</summary>
internal sealed record PeerSetup(int Port, string Ca, string Certificate, string Key, string Redis = "", string IssuerKey = "");

/// <summary>What it answers, then and to each line after: how much its process has allocated so far.</summary>
internal sealed record PeerState(long AllocatedBytes);

/// <summary>A server to compare the gateway with, in a process of its own: Grpc.AspNetCore over mutual TLS on the same Kestrel, set up as the gateway's partner listener is.</summary>
internal static class PeerServer
{
    /// <summary>Serves until the input ends.</summary>
    public static async Task<int> RunAsync(
        TextReader input,
        TextWriter output,
        Action<WebApplicationBuilder, PeerSetup> add,
        Action<WebApplication> map
    )
    {
        WebApplication? app = null;
        await VerbProcess.AnswerAsync<PeerSetup, PeerState>(
            input,
            output,
            async setup =>
            {
                app ??= await StartAsync(setup, add, map);
                return new PeerState(GC.GetTotalAllocatedBytes());
            }
        );
        await (app?.DisposeAsync() ?? ValueTask.CompletedTask);
        return 0;
    }

    private static async Task<WebApplication> StartAsync(
        PeerSetup setup,
        Action<WebApplicationBuilder, PeerSetup> add,
        Action<WebApplication> map
    )
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddGrpc();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Listen(kestrel, setup));
        add(builder, setup);
        var app = builder.Build();
        map(app);
        await app.StartAsync();
        return app;
    }

    private static void Listen(KestrelServerOptions kestrel, PeerSetup setup)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.Http2.MaxStreamsPerConnection = 256;
        using var fromPem = X509Certificate2.CreateFromPem(setup.Certificate, setup.Key);
        var certificate = X509CertificateLoader.LoadPkcs12(fromPem.Export(X509ContentType.Pkcs12), null);
        var authority = X509Certificate2.CreateFromPem(setup.Ca);
        kestrel.Listen(
            IPAddress.Loopback,
            setup.Port,
            listen =>
            {
                listen.Protocols = HttpProtocols.Http2;
                listen.UseHttps(https =>
                {
                    https.ServerCertificate = certificate;
                    https.SslProtocols = SslProtocols.Tls13;
                    https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
                    https.ClientCertificateValidation = (client, _, _) => IsIssuedBy(authority, client);
                });
            }
        );
    }

    private static bool IsIssuedBy(X509Certificate2 authority, X509Certificate2 client)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        return chain.Build(client);
    }
}
