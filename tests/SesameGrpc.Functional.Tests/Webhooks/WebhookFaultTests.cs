using Google.Protobuf.WellKnownTypes;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Webhooks;
using Xunit;
using Outcome = SesameGrpc.Contracts.Partner.V1.WebhookAttemptOutcome;

namespace SesameGrpc.Functional.Tests.Webhooks;

/// <summary>Receivers that fail, hang, die and come back; on both stores.</summary>
public abstract class WebhookFaultTests(Stores stores, Store store)
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Retry_WhileOneEventFails_ThePersonWaitsAndOthersGoOn()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var scene = await WebhookScene.StartAsync(stores, store);
        receiver.Answer = (request, _) => Task.FromResult(request.Subject == "p" ? 500 : 200);
        var endpoint = (await scene.AddAsync(receiver.Url)).WebhookEndpoint.WebhookEndpointId;

        await scene.LiveAsync("p");
        await scene.LiveAsync("q");
        await scene.WhenAsync(endpoint, WebhookDeliveryState.Delivered, 4);
        Assert.Single(receiver.Requests, request => request.Subject == "p");
        receiver.Answer = (_, _) => Task.FromResult(200);
        await scene.AdvanceAsync(TimeSpan.FromSeconds(18));
        await scene.WhenAsync(endpoint, WebhookDeliveryState.Delivered, 8);

        var ofP = receiver.Requests.Where(request => request.Subject == "p").ToList();
        Assert.Equal([1, 1, 2, 3, 4], ofP.Select(request => request.Revision));
        Assert.Equal((ofP[0].Id, ofP[0].Json.ToJsonString()), (ofP[1].Id, ofP[1].Json.ToJsonString()));
        Assert.NotEqual(ofP[0].Timestamp, ofP[1].Timestamp);
    }

    [Fact]
    public async Task Retry_TheWholeSchedule_GivesUpAndRedeliveryBeginsAnew()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var scene = await WebhookScene.StartAsync(stores, store);
        receiver.Answer = (request, _) => Task.FromResult(request.Revision == 1 ? 503 : 200);
        var endpoint = (await scene.AddAsync(receiver.Url)).WebhookEndpoint.WebhookEndpointId;
        await scene.LiveAsync("p");

        for (var attempt = 1; attempt < 9; attempt++)
        {
            await Eventually.HoldsAsync(
                async () => (await scene.DeliveriesAsync(endpoint)).LastOrDefault()?.Attempts.Count == attempt,
                $"attempt {attempt}"
            );
            Assert.NotNull((await scene.GetAsync(endpoint)).FailingSinceTime);
            await scene.AdvanceAsync(TimeSpan.FromHours(30));
        }

        await scene.WhenAsync(endpoint, WebhookDeliveryState.Failed, 1);
        await scene.WhenAsync(endpoint, WebhookDeliveryState.Delivered, 3);
        var failed = Assert.Single(await scene.DeliveriesAsync(endpoint, WebhookDeliveryState.Failed));
        Assert.Equal(Enumerable.Range(1, 9), failed.Attempts.Select(attempt => attempt.Number));
        Assert.All(failed.Attempts, attempt => Assert.Equal((Outcome.StatusRefused, 503), (attempt.Outcome, attempt.HttpStatus)));
        Assert.Null((await scene.GetAsync(endpoint)).FailingSinceTime);

        receiver.Answer = (_, _) => Task.FromResult(200);
        Assert.Equal(0, await RedeliverAsync("none", failed.Attempts[^1].AttemptTime.ToDateTimeOffset().AddSeconds(1)));
        Assert.Equal(1, await RedeliverAsync("again", failed.Attempts[^1].AttemptTime.ToDateTimeOffset()));
        await scene.WhenAsync(endpoint, WebhookDeliveryState.Delivered, 4);

        Assert.Equal(10, receiver.Requests.Count(request => request.Id == failed.EventId));

        async Task<long> RedeliverAsync(string requestId, DateTimeOffset since)
        {
            var request = new RedeliverWebhookEventsRequest
            {
                RequestId = requestId,
                WebhookEndpointId = endpoint,
                FailedSinceTime = Timestamp.FromDateTimeOffset(since),
            };
            return (await scene.Bike.Webhooks.RedeliverWebhookEventsAsync(request)).RedeliveredCount;
        }
    }

    [Fact]
    public async Task Redeliver_ByEventIds_SendsThemAgainUnderTheSameIdsInOrder()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var scene = await WebhookScene.StartAsync(stores, store);
        var endpoint = (await scene.AddAsync(receiver.Url)).WebhookEndpoint.WebhookEndpointId;
        await scene.LiveAsync("p");
        await scene.WhenAsync(endpoint, WebhookDeliveryState.Delivered, 4);
        var ids = receiver.Requests.Select(request => request.Id).ToList();

        var answer = await scene.Bike.Webhooks.RedeliverWebhookEventsAsync(
            new RedeliverWebhookEventsRequest
            {
                RequestId = "again",
                WebhookEndpointId = endpoint,
                EventIds = { ids[2], ids[0], ids[2] },
            }
        );
        await Eventually.HoldsAsync(() => Task.FromResult(receiver.Requests.Count == 6), "two more requests");

        Assert.Equal(2, answer.RedeliveredCount);
        Assert.Equal([.. ids, ids[0], ids[2]], receiver.Requests.Select(request => request.Id));
    }

    [Fact]
    public async Task Answer410_DisablesTheEndpoint_UntilItIsEnabledAgain()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var scene = await WebhookScene.StartAsync(stores, store);
        receiver.Answer = (_, _) => Task.FromResult(410);
        var endpoint = (await scene.AddAsync(receiver.Url)).WebhookEndpoint.WebhookEndpointId;
        await scene.LiveAsync("p");
        await Eventually.HoldsAsync(async () => !(await scene.GetAsync(endpoint)).Enabled, "disabled");

        var gone = await scene.GetAsync(endpoint);
        Assert.Equal(2, gone.Revision);
        Assert.NotNull(gone.GoneTime);
        receiver.Answer = (_, _) => Task.FromResult(200);
        await scene.AdvanceAsync(TimeSpan.FromHours(1));
        await scene.LiveAsync("q");
        Assert.Single(receiver.Requests);
        var entries = await scene.Gateway.Audit.ListAuditEntriesAsync(new ListAuditEntriesRequest { Caller = "gateway" });
        Assert.Equal(endpoint, Assert.Single(entries.Records).Entry.ResourceId);

        var enabled = await scene.Bike.Webhooks.UpdateWebhookEndpointAsync(
            new UpdateWebhookEndpointRequest
            {
                RequestId = "enable",
                WebhookEndpoint = new WebhookEndpoint { WebhookEndpointId = endpoint, Enabled = true },
                UpdateMask = FieldMask.FromString("enabled"),
            }
        );
        await scene.WhenAsync(endpoint, WebhookDeliveryState.Delivered, 8);

        Assert.Null(enabled.WebhookEndpoint.GoneTime);
        Assert.Equal(9, receiver.Requests.Count);
    }

    [Fact]
    public async Task ReceiverThatHangs_KeepsNobodyElseWaiting()
    {
        await using var hanging = await WebhookReceiver.StartAsync();
        await using var quick = await WebhookReceiver.StartAsync();
        await using var scene = await WebhookScene.StartAsync(stores, store);
        var release = new TaskCompletionSource();
        hanging.Answer = async (request, http) =>
        {
            if (request.Subject == "p")
            {
                await release.Task.WaitAsync(http.RequestAborted);
            }

            return 200;
        };
        var first = (await scene.AddAsync(hanging.Url, "first")).WebhookEndpoint.WebhookEndpointId;
        var second = (await scene.AddAsync(quick.Url, "second")).WebhookEndpoint.WebhookEndpointId;

        await scene.LiveAsync("p");
        await Eventually.HoldsAsync(() => Task.FromResult(hanging.Requests.Count == 1), "a request that hangs");
        await scene.LiveAsync("q");
        await scene.WhenAsync(second, WebhookDeliveryState.Delivered, 8);
        await scene.WhenAsync(first, WebhookDeliveryState.Delivered, 4);
        Assert.Single(hanging.Requests, request => request.Subject == "p");

        release.SetResult();
        await scene.WhenAsync(first, WebhookDeliveryState.Delivered, 8);
    }

    [Fact]
    public async Task ReceiverThatDiesAndComesBack_MissesNothing()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var scene = await WebhookScene.StartAsync(stores, store);
        var endpoint = (await scene.AddAsync(receiver.Url)).WebhookEndpoint.WebhookEndpointId;
        receiver.Answer = async (_, http) =>
        {
            await Task.Delay(Timeout.Infinite, http.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return 200;
        };
        await scene.LiveAsync("p");
        await Eventually.HoldsAsync(() => Task.FromResult(receiver.Requests.Count == 1), "a request under way");

        await receiver.StopAsync();
        await scene.LiveAsync("q");
        await Eventually.HoldsAsync(
            async () => (await scene.DeliveriesAsync(endpoint)).Count(row => row.Attempts.Count > 0) == 2,
            "both persons' first events have failed"
        );
        receiver.Answer = (_, _) => Task.FromResult(200);
        await receiver.StartAgainAsync();
        await scene.AdvanceAsync(TimeSpan.FromSeconds(18));
        await scene.WhenAsync(endpoint, WebhookDeliveryState.Delivered, 8);

        var delivered = receiver.Requests.Skip(1).ToList();
        Assert.Equal(8, delivered.Select(request => request.Id).Distinct().Count());
        Assert.Equal(receiver.Requests[0].Id, delivered.First(request => request.Subject == "p").Id);
        Assert.All(
            await scene.DeliveriesAsync(endpoint),
            row => Assert.All(row.Attempts.SkipLast(1), attempt => Assert.Equal(Outcome.ConnectionFailed, attempt.Outcome))
        );
    }

    /// <summary>An instance takes a delivery up and dies before it says how it went.</summary>
    [Fact]
    public async Task InstanceThatDies_LeavesItsDeliveryToAnotherAfterTheLease()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var scene = await WebhookScene.StartAsync(stores, store);
        receiver.Answer = (_, _) => Task.FromResult(500);
        var endpoint = (await scene.AddAsync(receiver.Url)).WebhookEndpoint.WebhookEndpointId;
        await scene.LiveAsync("p");
        await Eventually.HoldsAsync(async () => (await scene.DeliveriesAsync(endpoint)).Any(row => row.Attempts.Count == 1), "an attempt");

        // Suspended, so that this instance leaves the delivery to the one that dies.
        await scene.Gateway.Partners.SuspendPartnerAsync(new SuspendPartnerRequest { RequestId = "suspend", Partner = "bike" });
        scene.Time.Advance(TimeSpan.FromSeconds(18));
        var outbox = scene.Gateway.Service<WebhookOutbox>();
        Assert.Equal(2, Assert.Single(await outbox.TakeAsync(endpoint, 8, Lease, CancellationToken.None)).Attempt);
        Assert.Empty(await outbox.TakeAsync(endpoint, 8, Lease, CancellationToken.None));
        receiver.Answer = (_, _) => Task.FromResult(200);
        await scene.Gateway.Partners.ResumePartnerAsync(new ResumePartnerRequest { RequestId = "resume", Partner = "bike" });
        await scene.AdvanceAsync(Lease);
        await scene.WhenAsync(endpoint, WebhookDeliveryState.Delivered, 4);

        Assert.Equal([1, 3], (await scene.DeliveriesAsync(endpoint))[^1].Attempts.Select(attempt => attempt.Number));
        Assert.Equal([1, 1, 2, 3, 4], receiver.Requests.Select(request => request.Revision));
    }

    [Fact]
    public async Task RetryAfter_PutsTheNextAttemptOff()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var scene = await WebhookScene.StartAsync(stores, store);
        receiver.Answer = (_, http) =>
        {
            http.Response.Headers.RetryAfter = "7200";
            return Task.FromResult(429);
        };
        var endpoint = (await scene.AddAsync(receiver.Url)).WebhookEndpoint.WebhookEndpointId;
        await scene.FeedAsync("p");
        await scene.GrantAsync("p");
        await Eventually.HoldsAsync(async () => (await scene.DeliveriesAsync(endpoint)).Any(row => row.Attempts.Count == 1), "an attempt");

        var row = Assert.Single(await scene.DeliveriesAsync(endpoint));

        var wait = row.NextAttemptTime.ToDateTimeOffset() - row.Attempts[0].AttemptTime.ToDateTimeOffset();
        Assert.InRange(wait, TimeSpan.FromHours(2), TimeSpan.FromHours(2) + TimeSpan.FromMinutes(1));
    }
}

public sealed class SqliteWebhookFaultTests(Stores stores) : WebhookFaultTests(stores, Store.Sqlite);

public sealed class PostgreSqlWebhookFaultTests(Stores stores) : WebhookFaultTests(stores, Store.PostgreSql);
