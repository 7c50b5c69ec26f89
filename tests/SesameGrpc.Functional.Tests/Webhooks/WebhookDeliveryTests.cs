using System.Text.Json.Nodes;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using Xunit;

namespace SesameGrpc.Functional.Tests.Webhooks;

/// <summary>Events reach a real receiver: each, signed, in order per person; on both stores.</summary>
public abstract class WebhookDeliveryTests(Stores stores, Store store)
{
    [Fact]
    public async Task Deliver_EventsOfSeveralPersons_EachOnceSignedAndInOrderPerPerson()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var scene = await WebhookScene.StartAsync(stores, store);
        var added = await scene.AddAsync(receiver.Url);
        string[] persons = ["p1", "p2", "p3", "p4", "p5"];

        await Task.WhenAll(persons.Select(scene.LiveAsync));
        await scene.WhenAsync(added.WebhookEndpoint.WebhookEndpointId, WebhookDeliveryState.Delivered, 20);

        var told = (await scene.Bike.Events.ListEventsAsync(new ListEventsRequest())).Events.ToDictionary(item => item.EventId);
        Assert.Equal(told.Keys.Order(), receiver.Requests.Select(request => request.Id).Order());
        Assert.All(persons, person => Assert.Equal([1, 2, 3, 4], RevisionsOf(receiver, person)));
        Assert.All(receiver.Requests, request => Assert.True(WebhookScene.IsSignedBy(request, added.SigningSecret)));
        Assert.All(
            receiver.Requests,
            request =>
                Assert.Equal(
                    told[request.Id].EventTime,
                    Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(DateTimeOffset.Parse((string)request.Json["timestamp"]!))
                )
        );
    }

    [Fact]
    public async Task Deliver_AGrant_IsThinJsonWithoutAmounts()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var scene = await WebhookScene.StartAsync(stores, store);
        var endpoint = (await scene.AddAsync(receiver.Url)).WebhookEndpoint;
        await scene.FeedAsync("p");

        var waiver = await scene.GrantAsync("p");
        await scene.WhenAsync(endpoint.WebhookEndpointId, WebhookDeliveryState.Delivered, 1);

        var request = Assert.Single(receiver.Requests);
        var json = request.Json.AsObject();
        json.Remove("timestamp");
        var expected = $$$$"""
            {"type":"deposit_waiver.granted","data":{"subject":"p","deposit_waiver":{"deposit_waiver_id":"{{{{waiver.DepositWaiverId}}}}",
            "order_id":"order-1","programme":"apartment.deposit_free","state":"ACTIVE","revision":1}}}
            """;
        Assert.Equal(JsonNode.Parse(expected)!.ToJsonString(), json.ToJsonString());
        Assert.Equal("/events", request.Path);
        Assert.InRange(long.Parse(request.Timestamp), waiver.GrantTime.Seconds, scene.Time.GetUtcNow().ToUnixTimeSeconds());
    }

    [Fact]
    public async Task Deliver_OnTwoInstances_EachEventOnce()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var scene = await WebhookScene.StartAsync(stores, store);
        await using var beside = await scene.StartBesideAsync();
        var endpoint = (await scene.AddAsync(receiver.Url)).WebhookEndpoint.WebhookEndpointId;
        var persons = Enumerable.Range(0, 15).Select(number => $"p{number}").ToList();

        await Parallel.ForEachAsync(persons, async (person, _) => await scene.LiveAsync(person));
        await scene.WhenAsync(endpoint, WebhookDeliveryState.Delivered, 60);

        Assert.Equal(60, receiver.Requests.Count);
        Assert.Equal(60, receiver.Requests.Select(request => request.Id).Distinct().Count());
        Assert.All(persons, person => Assert.Equal([1, 2, 3, 4], RevisionsOf(receiver, person)));
        Assert.All(await scene.DeliveriesAsync(endpoint), delivery => Assert.Equal(1, delivery.AttemptCount));
    }

    [Fact]
    public async Task Deliver_ToANewEndpoint_BeginsWithWhatHappensThen()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var scene = await WebhookScene.StartAsync(stores, store);
        await scene.LiveAsync("p");
        var endpoint = (await scene.AddAsync(receiver.Url)).WebhookEndpoint.WebhookEndpointId;

        var second = await scene.GrantAsync("p");
        await scene.WhenAsync(endpoint, WebhookDeliveryState.Delivered, 1);

        Assert.Equal(
            second.DepositWaiverId,
            (string?)Assert.Single(receiver.Requests).Json["data"]!["deposit_waiver"]!["deposit_waiver_id"]
        );
    }

    [Fact]
    public async Task Deliver_OnlySomeTypes_LeavesTheOthersOut()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var scene = await WebhookScene.StartAsync(stores, store);
        EventType[] types = [EventType.DepositWaiverCompleted, EventType.DepositWaiverSettled];
        var endpoint = (await scene.AddAsync(receiver.Url, "add", types)).WebhookEndpoint.WebhookEndpointId;

        await scene.LiveAsync("p");
        await scene.WhenAsync(endpoint, WebhookDeliveryState.Delivered, 2);

        Assert.Equal([2, 4], RevisionsOf(receiver, "p"));
        Assert.Equal(types.Reverse(), (await scene.DeliveriesAsync(endpoint)).Select(delivery => delivery.EventType));
    }

    [Fact]
    public async Task Deliver_ToASuspendedPartner_WaitsUntilItIsResumed()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var scene = await WebhookScene.StartAsync(stores, store);
        var other = await scene.Gateway.ConnectAsync("other", new Enrolment { Programme = "apartment.deposit_free" });
        var endpoint = (await scene.AddAsync(receiver.Url)).WebhookEndpoint.WebhookEndpointId;
        await scene.FeedAsync("p");
        await scene.FeedAsync("q");
        await other.Webhooks.CreateWebhookEndpointAsync(
            new CreateWebhookEndpointRequest
            {
                RequestId = "add",
                WebhookEndpoint = new WebhookEndpoint { Url = receiver.Url },
            }
        );

        receiver.Answer = (request, _) => Task.FromResult(request.Subject == "p" ? 500 : 204);
        await scene.GrantAsync("p");
        await Eventually.HoldsAsync(async () => (await scene.DeliveriesAsync(endpoint)).Any(row => row.Attempts.Count == 1), "an attempt");
        await scene.Gateway.Partners.SuspendPartnerAsync(new SuspendPartnerRequest { RequestId = "suspend", Partner = "bike" });
        receiver.Answer = (_, _) => Task.FromResult(204);
        scene.Time.Advance(TimeSpan.FromMinutes(1));
        other = await scene.Gateway.ConnectOnboardedAsync("other");
        await other.GrantAsync("q", "apartment.deposit_free", "order-q");
        await Eventually.HoldsAsync(() => Task.FromResult(receiver.Requests.Any(request => request.Subject == "q")), "the other's event");
        Assert.Single(receiver.Requests, request => request.Subject == "p");

        await scene.Gateway.Partners.ResumePartnerAsync(new ResumePartnerRequest { RequestId = "resume", Partner = "bike" });
        await scene.AdvanceAsync(TimeSpan.Zero);
        await scene.WhenAsync(endpoint, WebhookDeliveryState.Delivered, 1);
    }

    private static IEnumerable<long> RevisionsOf(WebhookReceiver receiver, string person) =>
        receiver.Requests.Where(request => request.Subject == person).Select(request => request.Revision);
}

public sealed class SqliteWebhookDeliveryTests(Stores stores) : WebhookDeliveryTests(stores, Store.Sqlite);

public sealed class PostgreSqlWebhookDeliveryTests(Stores stores) : WebhookDeliveryTests(stores, Store.PostgreSql);
