using SesameGrpc.Client;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Functional.Tests.Waivers;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.Events;

/// <summary>The client library's subscription, against real gateways that end its streams.</summary>
public sealed class EventSubscriptionTests
{
    [Fact]
    public async Task Subscription_TokenThatExpires_GoesOnWhereItWasWithANewOne()
    {
        var time = new MovableTime();
        await using var gateway = await GatewayUnderTest.StartAsync(new GatewaySetup { Time = time });
        await gateway.FeedAsync("p", 700);
        var bike = await gateway.ConnectAsync("bike", new Enrolment { Programme = "bike.deposit_free" });
        using var client = Client(gateway, bike, time);
        var interruptions = 0;
        using var cancellation = new CancellationTokenSource();
        await using var messages = client
            .Events.SubscribeAsync(new StreamEventsRequest(), (_, _) => interruptions++, cancellation.Token)
            .GetAsyncEnumerator();
        var waiver = (await bike.GrantAsync("p", "bike.deposit_free", "1")).DepositWaiver;
        var first = await NextEventAsync(messages);
        time.Advance(TimeSpan.FromMinutes(11));
        var later = await gateway.ConnectOnboardedAsync("bike");
        await later.CancelAsync(waiver, "c");
        var second = await NextEventAsync(messages);
        await cancellation.CancelAsync();

        Assert.Equal((EventType.DepositWaiverGranted, EventType.DepositWaiverCancelled), (first.Type, second.Type));
        Assert.Equal(1, interruptions);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await messages.MoveNextAsync());
    }

    private static SesameClient Client(GatewayUnderTest gateway, ConnectedPartner partner, TimeProvider time)
    {
        var (certificate, key) = (Path.Combine(gateway.DataDirectory, "bike.pem"), Path.Combine(gateway.DataDirectory, "bike.key.pem"));
        PemFiles.WriteWithKey(certificate, key, partner.Certificate);
        return new SesameClient(
            new SesameClientOptions
            {
                PartnerId = "bike",
                GatewayUrls = [gateway.PartnerUrl],
                IssuerUrl = gateway.PublicUrl,
                Certificate = ClientCertificateOptions.FromPem(certificate, key, Path.Combine(gateway.CertificateDirectory, "ca.pem")),
                Scopes = [PartnerScopes.EventRead],
            },
            time
        );
    }

    private static async Task<Event> NextEventAsync(IAsyncEnumerator<StreamEventsResponse> messages)
    {
        while (await messages.MoveNextAsync())
        {
            if (messages.Current.Event is { } item)
            {
                return item;
            }
        }

        throw new InvalidOperationException("The subscription has ended.");
    }
}
