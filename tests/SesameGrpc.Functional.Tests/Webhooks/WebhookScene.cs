using System.Security.Cryptography;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Functional.Tests.Waivers;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.Webhooks;

/// <summary>A gateway, a partner with some persons, and what tests of webhooks do with them, in short.</summary>
internal sealed class WebhookScene : IAsyncDisposable
{
    // Nothing falls overdue, whatever a test does to the clock: flats are let for a year.
    private const string Programme = "apartment.deposit_free";
    private int orders;

    private WebhookScene(GatewayUnderTest gateway, ConnectedPartner bike, MovableTime time)
    {
        Gateway = gateway;
        Bike = bike;
        Time = time;
    }

    public GatewayUnderTest Gateway { get; }

    public ConnectedPartner Bike { get; private set; }

    public MovableTime Time { get; }

    public static async Task<WebhookScene> StartAsync(Stores stores, Store store, IReadOnlyDictionary<string, string?>? settings = null)
    {
        var time = new MovableTime();
        var setup = new GatewaySetup { Time = time, Settings = settings ?? new Dictionary<string, string?>() };
        var gateway = await stores.StartGatewayAsync(store, setup);
        return new WebhookScene(gateway, await gateway.ConnectAsync("bike", new Enrolment { Programme = Programme }), time);
    }

    /// <summary>Another instance on the same store.</summary>
    public async Task<GatewayUnderTest> StartBesideAsync() =>
        await GatewayUnderTest.StartAsync(
            new GatewaySetup
            {
                Beside = Gateway,
                Time = Time,
                PostgreSql = Gateway.Service<SesameGrpc.Gateway.Configuration.GatewayOptions>().Storage
                    is { Provider: SesameGrpc.Gateway.Configuration.StorageProvider.PostgreSql } storage
                    ? storage.ConnectionString
                    : null,
            }
        );

    public async Task<CreateWebhookEndpointResponse> AddAsync(string url, string requestId = "add", params EventType[] types) =>
        await Bike.Webhooks.CreateWebhookEndpointAsync(
            new CreateWebhookEndpointRequest
            {
                RequestId = requestId,
                WebhookEndpoint = new WebhookEndpoint { Url = url, EventTypes = { types } },
            }
        );

    /// <summary>Makes the person known.</summary>
    public Task FeedAsync(string person) => Gateway.FeedAsync(person, 700);

    /// <summary>Makes one event of the person.</summary>
    public async Task<DepositWaiver> GrantAsync(string person)
    {
        var response = await Bike.GrantAsync(person, Programme, $"order-{Interlocked.Increment(ref orders)}");
        return response.DepositWaiver ?? throw new InvalidOperationException($"Not granted: {response}");
    }

    /// <summary>Makes four events of the person, whose revisions are 1 to 4.</summary>
    public async Task LiveAsync(string person)
    {
        await FeedAsync(person);
        var waiver = await GrantAsync(person);
        var prefix = waiver.DepositWaiverId;
        await Bike.CompleteAsync(waiver, $"{prefix}-complete", 2_000);
        await Bike.CorrectAsync(waiver, $"{prefix}-correct", 1_000);
        await Bike.PayAsync(waiver, $"{prefix}-pay", 1_000);
    }

    /// <summary>Moves the clock, and fetches a new token, because tokens live for minutes.</summary>
    public async Task AdvanceAsync(TimeSpan time)
    {
        Time.Advance(time);
        Bike = await Gateway.ConnectOnboardedAsync("bike");
    }

    public async Task<List<WebhookDelivery>> DeliveriesAsync(string endpoint, WebhookDeliveryState state = default) =>
        [
            .. (
                await Bike.Webhooks.ListWebhookDeliveriesAsync(
                    new ListWebhookDeliveriesRequest
                    {
                        WebhookEndpointId = endpoint,
                        State = state,
                        PageSize = 1000,
                    }
                )
            ).Deliveries,
        ];

    public async Task<WebhookEndpoint> GetAsync(string endpoint) =>
        (await Bike.Webhooks.GetWebhookEndpointAsync(new GetWebhookEndpointRequest { WebhookEndpointId = endpoint })).WebhookEndpoint;

    /// <summary>Waits until so many of the endpoint's deliveries are in the state.</summary>
    public Task WhenAsync(string endpoint, WebhookDeliveryState state, int count) =>
        Eventually.HoldsAsync(async () => (await DeliveriesAsync(endpoint, state)).Count == count, $"{count} deliveries {state}");

    public ValueTask DisposeAsync() => Gateway.DisposeAsync();

    /// <summary>Whether one of the request's signatures is this secret's; computed here, from the specification.</summary>
    public static bool IsSignedBy(Received request, string secret)
    {
        Assert.StartsWith("whsec_", secret, StringComparison.Ordinal);
        var mac = HMACSHA256.HashData(Convert.FromBase64String(secret["whsec_".Length..]), request.Signed);
        return request.Signature.Split(' ').Contains($"v1,{Convert.ToBase64String(mac)}");
    }
}
