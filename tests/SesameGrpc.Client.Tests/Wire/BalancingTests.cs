using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Client.Tests.Wire;

/// <summary>The client in front of two instances of a real gateway.</summary>
public sealed class BalancingTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Calls_TwoGateways_TakeTurnsAndGoOnWithTheOneThatIsLeft()
    {
        await using var first = await GatewayUnderTest.StartAsync();
        await first.OnboardAsync("bike");
        await using var second = await GatewayUnderTest.StartAsync(
            new GatewaySetup
            {
                Beside = first,
                // Instances have one issuer.
                Settings = new Dictionary<string, string?> { ["Sesame:Listeners:PublicUrl"] = first.PublicUrl.ToString().TrimEnd('/') },
            }
        );
        var (certificate, key) = (Path.Combine(first.DataDirectory, "bike.pem"), Path.Combine(first.DataDirectory, "bike.key.pem"));
        PemFiles.WriteWithKey(certificate, key, first.Authority.Partner("bike"));
        using var client = new SesameClient(
            new SesameClientOptions
            {
                PartnerId = "bike",
                GatewayUrls = [first.PartnerUrl, second.PartnerUrl],
                IssuerUrl = first.PublicUrl,
                Certificate = ClientCertificateOptions.FromPem(certificate, key, Path.Combine(first.CertificateDirectory, "ca.pem")),
            }
        );
        for (var call = 0; call < 1_000 && !(HasAnswered(first) && HasAnswered(second)); call++)
        {
            await RefusedAsync(client);
        }

        Assert.Equal((true, true), (HasAnswered(first), HasAnswered(second)));
        await second.DisposeAsync();
        for (var call = 0; call < 20; call++)
        {
            await RefusedAsync(client);
        }
    }

    // An instance logs the calls that it refuses.
    private static bool HasAnswered(GatewayUnderTest gateway) =>
        gateway.Log.Lines.Any(line => line.Contains("NotFound (RESOURCE_NOT_FOUND) for", StringComparison.Ordinal));

    private static async Task RefusedAsync(SesameClient client)
    {
        var refused = await Assert.ThrowsAsync<SesameException>(async () =>
            await client.CreditScores.GetCreditScoreAsync(new GetCreditScoreRequest { Subject = "nobody" }, cancellationToken: Cancellation)
        );
        Assert.Equal(ErrorReason.ResourceNotFound, refused.Reason);
    }
}
