using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using SesameGrpc.Benchmarks.Measuring;
using SesameGrpc.TestSupport;

namespace SesameGrpc.Benchmarks.Ledger;

/// <summary>Clients that call a gateway over mutual TLS, in a process of their own.</summary>
internal sealed class WireClientProcess : IDisposable
{
    private readonly Process process;

    private readonly GatewayUnderTest gateway;
    private readonly X509Certificate2 certificate;

    private WireClientProcess(Process process, GatewayUnderTest gateway, X509Certificate2 certificate) =>
        (this.process, this.gateway, this.certificate) = (process, gateway, certificate);

    public int ProcessId => process.Id;

    public static async Task<WireClientProcess> StartAsync(GatewayUnderTest gateway, LedgerWorld world)
    {
        var shown = gateway.Authority.Partner(LedgerWorld.PartnerId);
        using var key = shown.GetECDsaPrivateKey()!;
        var setup = new WireSetup(
            gateway.PartnerUrl,
            gateway.Authority.Certificate.ExportCertificatePem(),
            shown.ExportCertificatePem(),
            key.ExportPkcs8PrivateKeyPem(),
            world.Persons
        );
        var start = new ProcessStartInfo("dotnet", [typeof(WireClientProcess).Assembly.Location, "ledger-client"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var client = new WireClientProcess(Process.Start(start)!, gateway, shown);
        await client.AskAsync(setup);
        return client;
    }

    public async Task<LoadResult> RunAsync(int clients, double seconds)
    {
        // A new one for each window: tokens live for ten minutes.
        var token = await gateway.TokenAsync(LedgerWorld.PartnerId, certificate, "deposit_waiver.write");
        return JsonSerializer.Deserialize<LoadResult>(await AskAsync(new WireWindow(clients, seconds, token)))!;
    }

    public void Dispose()
    {
        process.StandardInput.Close();
        process.WaitForExit();
        process.Dispose();
        certificate.Dispose();
    }

    private async Task<string> AskAsync<T>(T question)
    {
        await process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(question));
        await process.StandardInput.FlushAsync();
        return await process.StandardOutput.ReadLineAsync()
            ?? throw new InvalidOperationException("The client process has ended; its errors are above.");
    }
}
