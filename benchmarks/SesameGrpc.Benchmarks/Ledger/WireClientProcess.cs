using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using SesameGrpc.Benchmarks.Measuring;
using SesameGrpc.TestSupport;

namespace SesameGrpc.Benchmarks.Ledger;

/// <summary>Clients that call a gateway over mutual TLS, in a process of their own.</summary>
internal sealed class WireClientProcess : IDisposable
{
    private readonly VerbProcess process = VerbProcess.Start("ledger-client");
    private readonly GatewayUnderTest gateway;
    private readonly X509Certificate2 certificate;

    private WireClientProcess(GatewayUnderTest gateway, X509Certificate2 certificate) =>
        (this.gateway, this.certificate) = (gateway, certificate);

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
        var client = new WireClientProcess(gateway, shown);
        await client.process.AskAsync<WireSetup, JsonElement>(setup);
        return client;
    }

    public async Task<LoadResult> RunAsync(int clients, double seconds)
    {
        // A new one for each window: tokens live for ten minutes.
        var token = await gateway.TokenAsync(LedgerWorld.PartnerId, certificate, "deposit_waiver.write");
        return await process.AskAsync<WireWindow, LoadResult>(new WireWindow(clients, seconds, token));
    }

    public void Dispose()
    {
        process.Dispose();
        certificate.Dispose();
    }
}
