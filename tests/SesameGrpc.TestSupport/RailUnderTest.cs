using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SesameGrpc.SandboxRail;

namespace SesameGrpc.TestSupport;

/// <summary>The sandbox's payment system in this process, over mutual TLS with certificates minted for it; it can be stopped and started again.</summary>
internal sealed class RailUnderTest : IAsyncDisposable
{
    private readonly string directory = TestEnvironment.NewDirectory("rail");
    private readonly TestAuthority authority = new("Rail CA");
    private readonly int port = TestEnvironment.FreePort();
    private WebApplication? app;

    private RailUnderTest()
    {
        PemFiles.Write(Path("ca.pem"), authority.Certificate);
        PemFiles.WriteWithKey(Path("server.pem"), Path("server.key.pem"), authority.Server());
        ShowClient(authority.Client("urn:sesame:gateway:test"));
    }

    public TestAuthority Authority => authority;

    public CollectionBook Book => app!.Services.GetRequiredService<CollectionBook>();

    public static async Task<RailUnderTest> StartAsync()
    {
        var rail = new RailUnderTest();
        await rail.StartAgainAsync();
        return rail;
    }

    /// <summary>What a gateway needs to reach it.</summary>
    public Dictionary<string, string?> Settings(int collectAfterSeconds = 0) =>
        new(StringComparer.Ordinal)
        {
            ["Sesame:Rail:Url"] = $"https://localhost:{port}",
            ["Sesame:Rail:Ca"] = Path("ca.pem"),
            ["Sesame:Rail:ClientCertificate"] = Path("client.pem"),
            ["Sesame:Rail:ClientKey"] = Path("client.key.pem"),
            ["Sesame:Rail:CollectAfterSeconds"] = collectAfterSeconds.ToString(),
        };

    /// <summary>Replaces the certificate that the gateway shows.</summary>
    public void ShowClient(X509Certificate2 certificate) => PemFiles.WriteWithKey(Path("client.pem"), Path("client.key.pem"), certificate);

    public async Task StartAgainAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(
            new Dictionary<string, string?>
            {
                ["SandboxRail:Port"] = port.ToString(),
                ["SandboxRail:Certificate"] = Path("server.pem"),
                ["SandboxRail:Key"] = Path("server.key.pem"),
                ["SandboxRail:ClientCa"] = Path("ca.pem"),
                ["SandboxRail:Journal"] = Path("rail.jsonl"),
            }
        );
        builder.Logging.ClearProviders();
        app = RailHost.Build(builder);
        await app.StartAsync();
    }

    public async Task StopAsync()
    {
        if (app is not null)
        {
            await app.StopAsync();
            await app.DisposeAsync();
            app = null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        authority.Dispose();
        Directory.Delete(directory, recursive: true);
    }

    private string Path(string name) => System.IO.Path.Combine(directory, name);
}
