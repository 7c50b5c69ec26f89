using System.Net;
using System.Net.Sockets;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Contracts.Rail.V1;
using SesameGrpc.Gateway.Collections;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.Collections;

public sealed class RailClientTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Rail_CollectedAndRefunded_AnswersInKind()
    {
        await using var rail = await RailUnderTest.StartAsync();
        await using var gateway = await GatewayUnderTest.StartAsync(new GatewaySetup { Settings = rail.Settings() });
        var client = gateway.Service<RailClient>();

        Assert.Equal(new RailAnswer(RailOutcome.Unknown, "NotFound"), await client.LookUpAsync("a.1", Cancellation));
        Assert.Equal(RailOutcome.Collected, (await client.CollectAsync(Request("a.1", "test-650"), Cancellation)).Outcome);
        Assert.Equal(RailOutcome.Collected, (await client.LookUpAsync("a.1", Cancellation)).Outcome);
        Assert.Equal(
            new RailAnswer(RailOutcome.Misunderstood, "AlreadyExists"),
            await client.CollectAsync(Request("a.1", "test-651"), Cancellation)
        );
        Assert.Equal(RailOutcome.Refunded, (await client.RefundAsync("a.1", Cancellation)).Outcome);
        Assert.Equal(
            new RailAnswer(RailOutcome.DeclinedForGood, "Refunded"),
            await client.CollectAsync(Request("a.1", "test-650"), Cancellation)
        );
        Assert.Equal(0, rail.Book.NetCollectedFen);
    }

    [Fact]
    public async Task Rail_PersonsWithModifiers_AnswerAsTheirIdsSay()
    {
        await using var rail = await RailUnderTest.StartAsync();
        await using var gateway = await GatewayUnderTest.StartAsync(new GatewaySetup { Settings = rail.Settings() });
        var client = gateway.Service<RailClient>();
        async Task<RailOutcome> CollectAsync(string id, string person) =>
            (await client.CollectAsync(Request(id, person), Cancellation)).Outcome;

        Assert.Equal(RailOutcome.DeclinedForGood, await CollectAsync("a.1", "test-650-declined"));
        Assert.Equal(RailOutcome.DeclinedForNow, await CollectAsync("b.1", "test-650-declinedonce"));
        Assert.Equal(RailOutcome.Collected, await CollectAsync("b.2", "test-650-declinedonce"));
        Assert.Equal(RailOutcome.Pending, await CollectAsync("c.1", "test-650-slowpay"));
        Assert.Equal(RailOutcome.Collected, (await client.LookUpAsync("c.1", Cancellation)).Outcome);
        Assert.Equal(RailOutcome.Unknown, await CollectAsync("d.1", "test-650-lostanswer"));
        Assert.Equal(RailOutcome.Collected, await CollectAsync("d.1", "test-650-lostanswer"));
        Assert.Equal(RailOutcome.Unknown, await CollectAsync("e.1", "test-650-railunavailable"));
        Assert.Equal(RailOutcome.Unknown, await CollectAsync("e.1", "test-650-railunavailable"));
        Assert.Equal(RailOutcome.Unknown, await CollectAsync("e.1", "test-650-railunavailable"));
        Assert.Equal(RailOutcome.Collected, await CollectAsync("e.1", "test-650-railunavailable"));
        Assert.Equal(4 * 500, rail.Book.NetCollectedFen);
    }

    [Fact]
    public async Task Rail_PartnersCertificate_IsRefusedAndANewFileIsTakenUp()
    {
        await using var rail = await RailUnderTest.StartAsync();
        rail.ShowClient(rail.Authority.Partner("bike"));
        await using var gateway = await GatewayUnderTest.StartAsync(new GatewaySetup { Settings = rail.Settings() });
        var client = gateway.Service<RailClient>();

        Assert.Equal(RailOutcome.Unknown, (await client.CollectAsync(Request("a.1", "test-650"), Cancellation)).Outcome);
        Assert.Empty(rail.Book.History);

        rail.ShowClient(rail.Authority.Client("urn:sesame:gateway:test"));
        await Eventually.HoldsAsync(
            async () => (await client.CollectAsync(Request("a.1", "test-650"), Cancellation)).Outcome == RailOutcome.Collected,
            "the new certificate is shown"
        );
        Assert.Contains(gateway.Log.Lines, line => line.Contains("[1701]", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Rail_NobodyThereOrMute_IsNoAnswerAfterTheTimeout()
    {
        await using var rail = await RailUnderTest.StartAsync();
        await rail.StopAsync();
        using var mute = new TcpListener(IPAddress.Loopback, TestEnvironment.FreePort());
        mute.Start();
        var settings = rail.Settings();
        await using var gateway = await GatewayUnderTest.StartAsync(new GatewaySetup { Settings = settings });
        settings["Sesame:Rail:Url"] = $"https://localhost:{((IPEndPoint)mute.LocalEndpoint).Port}";
        settings["Sesame:Rail:TimeoutSeconds"] = "1";
        await using var other = await GatewayUnderTest.StartAsync(new GatewaySetup { Settings = settings });

        var nobody = await gateway.Service<RailClient>().CollectAsync(Request("a.1", "test-650"), Cancellation);
        var silence = await other.Service<RailClient>().CollectAsync(Request("a.1", "test-650"), Cancellation);

        Assert.Equal((RailOutcome.Unknown, RailOutcome.Unknown), (nobody.Outcome, silence.Outcome));
    }

    private static CollectRequest Request(string collectionId, string person) =>
        new()
        {
            CollectionId = collectionId,
            ObligationId = collectionId.Split('.')[0],
            Person = person,
            Amount = new Money { CurrencyCode = "CNY", MinorUnits = 500 },
            Statement = new StatementDetails
            {
                Partner = "bike",
                OrderId = "ride",
                Programme = "bike.deposit_free",
            },
        };
}
