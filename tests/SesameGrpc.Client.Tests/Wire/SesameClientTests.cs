using Grpc.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using Xunit;

namespace SesameGrpc.Client.Tests.Wire;

/// <summary>The client against a real gateway.</summary>
public sealed class SesameClientTests(SesameClientTests.GatewayFixture fixture) : IClassFixture<SesameClientTests.GatewayFixture>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private SesameTestGateway Gateway => fixture.Gateway;

    [Fact]
    public async Task Mutation_WithoutRequestId_GetsOneOnTheCallersMessageAndRepeatsByIt()
    {
        using var client = Gateway.CreateClient("bike");
        var ride = Ride("p-1", "mutation-1");
        var first = client.DepositWaivers.GrantDepositWaiverAsync(ride, cancellationToken: Cancellation);
        Assert.Equal(first.RequestId, ride.RequestId);
        var granted = await first;
        var again = client.DepositWaivers.GrantDepositWaiverAsync(ride, cancellationToken: Cancellation);

        Assert.Equal(granted, await again);
        Assert.Null(first.ReplayedFrom);
        Assert.NotNull(again.ReplayedFrom);
    }

    [Fact]
    public async Task Refusal_OfTheGateway_IsOneExceptionWithAllThatItSays()
    {
        using var client = Gateway.CreateClient("bike");
        var ride = Ride("p-2", "refusal-1");
        await client.DepositWaivers.GrantDepositWaiverAsync(ride, cancellationToken: Cancellation);
        ride.OrderId = "refusal-2";
        var refused = await Assert.ThrowsAsync<SesameException>(async () =>
            await client.DepositWaivers.GrantDepositWaiverAsync(ride, cancellationToken: Cancellation)
        );

        Assert.Equal((StatusCode.InvalidArgument, ErrorReason.RequestIdReused), (refused.StatusCode, refused.Reason));
        Assert.NotEmpty(refused.RequestId!);
        Assert.Equal(new Uri(Gateway.PublicUrl, "/errors/REQUEST_ID_REUSED").ToString(), refused.HelpUrl);
        Assert.True(refused.Metadata.ContainsKey("first_used_time"));
        Assert.Null(refused.RetryAfter);
    }

    [Fact]
    public async Task PartnerThatNobodyKnows_IsToldSoByTheIssuer()
    {
        using var client = Gateway.CreateClient("nobody");
        var refused = await Assert.ThrowsAsync<SesameException>(async () =>
            await client.CreditScores.GetCreditScoreAsync(new GetCreditScoreRequest { Subject = "p-1" }, cancellationToken: Cancellation)
        );

        Assert.Equal((StatusCode.Unauthenticated, "invalid_client"), (refused.StatusCode, refused.ReasonName));
    }

    [Fact]
    public async Task ReadAll_OfSeveralPages_ReadsThemAllOnce()
    {
        using var client = Gateway.CreateClient("pages");
        var orders = Enumerable.Range(0, 5).Select(number => $"pages-{number}").ToList();
        foreach (var order in orders)
        {
            var answer = await client.DepositWaivers.GrantDepositWaiverAsync(Ride("p-3", order), cancellationToken: Cancellation);
            await client.DepositWaivers.CancelDepositWaiverAsync(
                new CancelDepositWaiverRequest { DepositWaiverId = answer.DepositWaiver.DepositWaiverId },
                cancellationToken: Cancellation
            );
        }

        var read = await client
            .DepositWaivers.ReadAllDepositWaiversAsync(new ListDepositWaiversRequest { PageSize = 2 }, Cancellation)
            .Select(waiver => waiver.OrderId)
            .ToListAsync(Cancellation);

        Assert.Equal(orders, read.Order());
    }

    [Fact]
    public async Task AddSesameClient_InAHost_GivesTheAreasAndStopsTheStartWithAWrongOption()
    {
        var good = Gateway.ClientOptions("bike");
        var settings = new Dictionary<string, string?>
        {
            ["Sesame:PartnerId"] = good.PartnerId,
            ["Sesame:GatewayUrls:0"] = good.GatewayUrls[0].ToString(),
            ["Sesame:IssuerUrl"] = good.IssuerUrl!.ToString(),
            ["Sesame:Scopes:0"] = PartnerScopes.ScoreRead,
            ["Sesame:Certificate:CertificatePath"] = good.Certificate.CertificatePath,
            ["Sesame:Certificate:KeyPath"] = good.Certificate.KeyPath,
            ["Sesame:Certificate:CaPath"] = good.Certificate.CaPath,
        };
        using (var host = Host(settings))
        {
            await host.StartAsync(Cancellation);
            var scores = host.Services.GetRequiredService<CreditScoresClient>();

            Assert.Equal(
                700,
                (await scores.GetCreditScoreAsync(new GetCreditScoreRequest { Subject = "p-1" }, cancellationToken: Cancellation))
                    .Score
                    .Score
            );
        }

        settings["Sesame:MaxRetries"] = "-1";
        using (var host = Host(settings))
        {
            var wrong = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(Cancellation));
            Assert.Equal("Sesame:MaxRetries is \"-1\"; allowed: 0 to 10.", wrong.Message);
        }

        settings.Remove("Sesame:MaxRetries");
        settings["Sesame:MaxRetrys"] = "1";
        using (var host = Host(settings))
        {
            var unknown = await Assert.ThrowsAsync<InvalidOperationException>(() => host.StartAsync(Cancellation));
            Assert.Contains("MaxRetrys", unknown.Message, StringComparison.Ordinal);
        }
    }

    private static IHost Host(IDictionary<string, string?> settings)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Services.AddSesameClient(builder.Configuration);
        return builder.Build();
    }

    private static GrantDepositWaiverRequest Ride(string person, string order) =>
        new()
        {
            OrderId = order,
            Subject = person,
            Programme = "bike.deposit_free",
        };

    public sealed class GatewayFixture : IAsyncLifetime
    {
        public SesameTestGateway Gateway { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Gateway = await SesameTestGateway.StartAsync();
            await Gateway.OnboardAsync("bike", PartnerKind.Sharing, "bike.deposit_free");
            await Gateway.OnboardAsync("pages", PartnerKind.Sharing, "bike.deposit_free");
            foreach (var person in new[] { "p-1", "p-2", "p-3" })
            {
                await Gateway.AddPersonAsync(person, 700);
            }
        }

        public ValueTask DisposeAsync() => Gateway.DisposeAsync();
    }
}
