using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Onboarding;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.Onboarding;

/// <summary>Partner and operator are warned before the newest certificate ends: once at each stage, whatever the number of instances; on both stores.</summary>
public abstract class ExpiryWarningTests(Stores stores, Store store)
{
    private readonly MovableTime time = new();

    [Fact]
    public async Task Certificate_ThatNobodyRenews_IsWarnedOfOnceAtEachStage()
    {
        var database = await stores.ConnectionStringAsync(store);
        await using var gateway = await GatewayUnderTest.StartAsync(new GatewaySetup { PostgreSql = database, Time = time });
        await gateway.OnboardAsync("bike");
        // Issued by the partner CA somewhere else: known once it has called.
        using var certificate = gateway.Authority.Partner("bike", time.GetUtcNow().AddDays(40));
        await gateway.TokenAsync("bike", certificate, "event.read");
        await SweepAsync(gateway);
        Assert.Empty(await WarningsAsync(gateway, certificate));

        time.Advance(TimeSpan.FromDays(11));
        await SweepAsync(gateway);
        await SweepAsync(gateway);
        time.Advance(TimeSpan.FromDays(22.5));
        await using var beside = await GatewayUnderTest.StartAsync(
            new GatewaySetup
            {
                PostgreSql = database,
                Time = time,
                Beside = gateway,
            }
        );
        await Task.WhenAll(SweepAsync(gateway), SweepAsync(beside));
        time.Advance(TimeSpan.FromDays(6));
        await SweepAsync(beside);
        var warnings = await WarningsAsync(gateway, certificate);

        Assert.Equal([30, 7, 1], warnings.Select(warning => warning.Days));
        Assert.All(warnings, warning => Assert.Equal(ThumbprintOf(certificate), warning.Thumbprint));
        Assert.Equal(
            [30, 7, 1],
            new[] { gateway, beside }
                .SelectMany(instance =>
                    instance.Log.Lines.Where(line => line.Contains("has no certificate beyond", StringComparison.Ordinal))
                )
                .Select(DaysOf)
        );
    }

    [Fact]
    public async Task Certificate_ThatWasRenewed_IsNotWarnedOf()
    {
        await using var gateway = await stores.StartGatewayAsync(store, new GatewaySetup { Time = time });
        await gateway.OnboardAsync("bike");
        using var old = gateway.Authority.Partner("bike", time.GetUtcNow().AddDays(20));
        using var applicant = new CertificateApplicant(gateway);
        using var renewed = applicant.WithKey(await applicant.AskWithCertificateAsync(old));
        await SweepAsync(gateway);
        Assert.Empty(await WarningsAsync(gateway, renewed));

        // Whose newer certificate is revoked has none beyond the old.
        await gateway.Partners.RevokePartnerCertificateAsync(
            new()
            {
                RequestId = "revoke",
                Partner = "bike",
                Thumbprint = ThumbprintOf(renewed),
            }
        );
        await SweepAsync(gateway);

        Assert.Equal([30], (await WarningsAsync(gateway, old)).Select(warning => warning.Days));
    }

    private static Task SweepAsync(GatewayUnderTest gateway) =>
        gateway.Service<CertificateExpiryWorker>().SweepAsync(CancellationToken.None);

    private static async Task<List<CertificateReference>> WarningsAsync(GatewayUnderTest gateway, X509Certificate2 certificate)
    {
        var bike = await gateway.ConnectOnboardedAsync("bike", certificate, "event.read");
        var events = (await bike.Events.ListEventsAsync(new())).Events;
        Assert.All(events, told => Assert.Equal((EventType.CertificateExpiring, ""), (told.Type, told.Subject)));
        return [.. events.Select(told => told.Certificate)];
    }

    private static string ThumbprintOf(X509Certificate2 certificate) => Convert.ToHexStringLower(SHA256.HashData(certificate.RawData));

    private static int DaysOf(string line) => int.Parse(line.Split("warning of ")[1].Split(' ')[0]);
}

public sealed class SqliteExpiryWarningTests(Stores stores) : ExpiryWarningTests(stores, Store.Sqlite);

public sealed class PostgreSqlExpiryWarningTests(Stores stores) : ExpiryWarningTests(stores, Store.PostgreSql);
