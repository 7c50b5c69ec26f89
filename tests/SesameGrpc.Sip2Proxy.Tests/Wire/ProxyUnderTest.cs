using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Sip2Proxy.Tests.Wire;

/// <summary>The proxy in this process, between a library's system made for it and a gateway.</summary>
internal sealed class ProxyUnderTest : IAsyncDisposable
{
    public const string Partner = "city-library";

    private readonly string folder = TestEnvironment.NewDirectory("sip2-proxy");
    private readonly int port = TestEnvironment.FreePort();
    private WebApplication? app;

    public LibraryDouble Library { get; } = new();

    public LogRecorder Log { get; } = new();

    public static Task<ProxyUnderTest> StartAsync(GatewayUnderTest gateway, params (string Key, string Value)[] settings) =>
        StartAsync(gateway.PartnerUrl, gateway.PublicUrl, gateway.Authority, TimeProvider.System, settings);

    /// <summary>Starts it for a gateway at these addresses, which need not be one.</summary>
    public static async Task<ProxyUnderTest> StartAsync(
        Uri gateway,
        Uri issuer,
        TestAuthority authority,
        TimeProvider time,
        params (string Key, string Value)[] settings
    )
    {
        var proxy = new ProxyUnderTest();
        using var certificate = authority.Partner(Partner);
        await proxy.StartAsync(gateway, issuer, authority.Certificate, certificate, time, settings);
        return proxy;
    }

    public Task<Kiosk> ConnectAsync() => Kiosk.ConnectAsync(port);

    /// <summary>Writes a file of patrons.</summary>
    public static string PatronsFile(string content)
    {
        var path = Path.Combine(TestEnvironment.NewDirectory("patrons"), "patrons.csv");
        File.WriteAllText(path, content);
        return path;
    }

    public async ValueTask DisposeAsync()
    {
        if (app is not null)
        {
            await app.StopAsync();
            await app.DisposeAsync();
        }

        await Library.DisposeAsync();
        Directory.Delete(folder, recursive: true);
        Log.ThrowOnUndeclaredErrors();
        Assert.DoesNotContain(
            Log.Lines,
            line =>
                line.Contains("test-", StringComparison.Ordinal)
                || line.Contains(LibraryDouble.Password, StringComparison.Ordinal)
                || line.Contains("Li Si", StringComparison.Ordinal)
        );
    }

    private async Task StartAsync(
        Uri gateway,
        Uri issuer,
        X509Certificate2 ca,
        X509Certificate2 certificate,
        TimeProvider time,
        (string Key, string Value)[] settings
    )
    {
        PemFiles.Write(At("ca.pem"), ca);
        PemFiles.WriteWithKey(At("client.pem"), At("client.key.pem"), certificate);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(
            new Dictionary<string, string?>
            {
                ["Sip2Proxy:Listen"] = $"127.0.0.1:{port}",
                ["Sip2Proxy:Library"] = $"127.0.0.1:{Library.Port}",
                ["Sip2Proxy:GatewayUrl"] = gateway.ToString(),
                ["Sip2Proxy:IssuerUrl"] = issuer.ToString(),
                ["Sip2Proxy:Partner"] = Partner,
                ["Sip2Proxy:Certificate"] = At("client.pem"),
                ["Sip2Proxy:Key"] = At("client.key.pem"),
                ["Sip2Proxy:Ca"] = At("ca.pem"),
                ["Sip2Proxy:Subjects"] = "Identifier",
                ["Sip2Proxy:GatewayTimeoutMilliseconds"] = "10000",
            }
        );
        builder.Configuration.AddInMemoryCollection(
            settings.Select(setting => KeyValuePair.Create("Sip2Proxy:" + setting.Key, (string?)setting.Value))
        );
        builder.Logging.ClearProviders().AddProvider(Log);
        builder.Services.AddSingleton(time);
        app = ProxyHost.Build(builder);
        await app.StartAsync();
    }

    private string At(string name) => Path.Combine(folder, name);
}
