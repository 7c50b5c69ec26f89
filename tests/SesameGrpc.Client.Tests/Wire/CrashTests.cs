using Microsoft.Extensions.Time.Testing;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Client.Tests.Wire;

/// <summary>The client against a gateway, a process of its own, that dies in the middle of a call.</summary>
public sealed class CrashTests
{
    private const string Programme = "bike.deposit_free";

    [Fact]
    public async Task Mutation_GatewayThatDiesAfterItsCommit_HasOneEffectUnderOneRequestId()
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var authority = new TestAuthority();
        using var site = new GatewaySite(TestEnvironment.NewDirectory("crash"), authority);
        site.WriteCertificates();
        var settings = site.Settings(postgreSql: null, redis: null);
        await using (var first = GatewayProcess.Start(site, settings))
        {
            Assert.True(await first.IsReadyAsync(), string.Join('\n', first.Output));
            await OnboardAsync(site);
        }

        // The answer to the third mutation is never sent: the process dies between its commit and its answer.
        await using var dying = GatewayProcess.Start(site, [.. settings, new("Sesame:Failpoint", "LedgerCommitted")]);
        Assert.True(await dying.IsReadyAsync(), string.Join('\n', dying.Output));

        // The client's clock stands still, so that its first retry waits for as long as the next gateway takes to start.
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        using var client = new SesameClient(ClientOptions(site), clock);
        var request = new GrantDepositWaiverRequest
        {
            OrderId = "ride-1",
            Subject = "p",
            Programme = Programme,
        };
        var call = client.DepositWaivers.GrantDepositWaiverAsync(request, cancellationToken: cancellation);
        Assert.Equal(GatewayProcess.KilledExitCode, await dying.WaitForExitAsync(cancellation));
        Assert.False(call.ResponseAsync.IsCompleted);
        await using var next = GatewayProcess.Start(site, settings);
        Assert.True(await next.IsReadyAsync(), string.Join('\n', next.Output));
        while (!call.ResponseAsync.IsCompleted)
        {
            clock.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Delay(TimeSpan.FromMilliseconds(10), cancellation);
        }

        var granted = await call;

        Assert.Equal((call.RequestId, 36), (request.RequestId, request.RequestId.Length));
        Assert.NotNull(call.ReplayedFrom);
        var waivers = await client.DepositWaivers.ReadAllDepositWaiversAsync(new(), cancellation).ToListAsync(cancellation);
        Assert.Equal(granted.DepositWaiver.DepositWaiverId, Assert.Single(waivers).DepositWaiverId);
    }

    private static async Task OnboardAsync(GatewaySite site)
    {
        using var channel = site.Channel(site.OperatorUrl, site.Authority.Operator("test"));
        var partner = new Partner
        {
            Partner_ = "bike",
            Kind = PartnerKind.Sharing,
            DisplayName = "Bike",
            Scopes = { PartnerScopes.WaiverRead, PartnerScopes.WaiverWrite },
            Enrolments = { new Enrolment { Programme = Programme } },
        };
        await new PartnerAdminService.PartnerAdminServiceClient(channel).CreatePartnerAsync(
            new CreatePartnerRequest { RequestId = "create", Partner = partner }
        );
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        using var feed = new ScoreFeedService.ScoreFeedServiceClient(channel).ImportScores();
        await feed.RequestStream.WriteAsync(
            new ImportScoresRequest
            {
                ImportId = "p",
                ModelVersion = "test",
                Rows =
                {
                    new ScoreRow
                    {
                        Line = 1,
                        Person = "p",
                        Version = 1,
                        Score = 700,
                        AsOfUnixMicros = now * 1000,
                        OptedInUnixMicros = 1,
                    },
                },
                Last = true,
            }
        );
        await feed.RequestStream.CompleteAsync();
        await feed;
    }

    private static SesameClientOptions ClientOptions(GatewaySite site)
    {
        var (certificate, key) = (
            Path.Combine(site.CertificateDirectory, "bike.pem"),
            Path.Combine(site.CertificateDirectory, "bike.key.pem")
        );
        PemFiles.WriteWithKey(certificate, key, site.Authority.Partner("bike"));
        return new SesameClientOptions
        {
            PartnerId = "bike",
            GatewayUrls = [site.PartnerUrl],
            IssuerUrl = site.PublicUrl,
            Certificate = ClientCertificateOptions.FromPem(certificate, key, Path.Combine(site.CertificateDirectory, "ca.pem")),
            CallTimeout = TimeSpan.FromMinutes(2),
        };
    }
}
