using System.Text;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.Webhooks;

/// <summary>Partners keep their endpoints; on both stores.</summary>
public abstract class WebhookServiceTests(Stores stores, Store store)
{
    // Nobody listens there, and nothing is sent.
    private const string Url = "http://localhost:9/hooks";

    [Fact]
    public async Task Create_Again_GivesTheSameSecret_WhichIsNowhereInTheStore()
    {
        await using var scene = await WebhookScene.StartAsync(stores, store);

        var first = await scene.AddAsync(Url);
        var again = await scene.AddAsync(Url);

        Assert.Equal(first, again);
        Assert.Equal(32, Convert.FromBase64String(first.SigningSecret["whsec_".Length..]).Length);
        Assert.Equal(first.WebhookEndpoint, await scene.GetAsync(first.WebhookEndpoint.WebhookEndpointId));
        var stored = await StoredBytesAsync(scene.Gateway);
        Assert.NotEmpty(stored);
        byte[][] forms =
        [
            Convert.FromBase64String(first.SigningSecret["whsec_".Length..]),
            Encoding.ASCII.GetBytes(first.SigningSecret["whsec_".Length..]),
        ];
        Assert.All(stored, bytes => Assert.All(forms, form => Assert.Equal(-1, bytes.AsSpan().IndexOf(form))));
    }

    [Fact]
    public async Task Create_TheEleventh_IsRefused_AlsoWhenManyComeAtOnce()
    {
        await using var scene = await WebhookScene.StartAsync(stores, store);

        var calls = await Task.WhenAll(
            Enumerable
                .Range(0, 14)
                .Select(async number =>
                {
                    try
                    {
                        await scene.AddAsync(Url, $"add-{number}");
                        return "";
                    }
                    catch (RpcException exception)
                    {
                        return RefusedCall.Of(exception).Reason;
                    }
                })
        );

        Assert.Equal(10, calls.Count(reason => reason.Length == 0));
        Assert.Equal(4, calls.Count(reason => reason == "TOO_MANY_WEBHOOK_ENDPOINTS"));
        var pages = await ListAsync(scene.Bike, pageSize: 4);
        Assert.Equal([4, 4, 2], pages.Select(page => page.Count));
        await scene.Bike.Webhooks.DeleteWebhookEndpointAsync(
            new DeleteWebhookEndpointRequest { RequestId = "delete", WebhookEndpointId = pages[0][0].WebhookEndpointId }
        );
        await scene.AddAsync(Url, "add-again");
    }

    [Fact]
    public async Task Update_NamedFields_ChangesThemAlone()
    {
        await using var scene = await WebhookScene.StartAsync(stores, store);
        var before = (await scene.AddAsync(Url)).WebhookEndpoint;

        var after = await UpdateAsync(
            scene,
            "update",
            new WebhookEndpoint { Url = "http://localhost:9/other", EventTypes = { EventType.DepositWaiverOverdue } },
            "url,event_types"
        );

        var expected = before.Clone();
        expected.Url = "http://localhost:9/other";
        expected.EventTypes.Add(EventType.DepositWaiverOverdue);
        expected.Revision = 2;
        expected.UpdateTime = after.UpdateTime;
        Assert.Equal(expected, after);
        Assert.Equal(after, await scene.GetAsync(before.WebhookEndpointId));
        Assert.False((await UpdateAsync(scene, "off", new WebhookEndpoint(), "enabled")).Enabled);

        async Task<WebhookEndpoint> UpdateAsync(WebhookScene on, string requestId, WebhookEndpoint values, string mask)
        {
            values.WebhookEndpointId = before.WebhookEndpointId;
            var request = new UpdateWebhookEndpointRequest
            {
                RequestId = requestId,
                WebhookEndpoint = values,
                UpdateMask = FieldMask.FromString(mask),
            };
            return (await on.Bike.Webhooks.UpdateWebhookEndpointAsync(request)).WebhookEndpoint;
        }
    }

    [Fact]
    public async Task Requests_OfAnotherForm_AreRefused()
    {
        await using var scene = await WebhookScene.StartAsync(stores, store);
        var id = (await scene.AddAsync(Url)).WebhookEndpoint.WebhookEndpointId;
        var hooks = scene.Bike.Webhooks;

        await AssertRefusedAsync("FIELD_INVALID", () => scene.AddAsync("http://user@localhost/", "bad"));
        await AssertRefusedAsync("FIELD_INVALID", async () => await hooks.UpdateWebhookEndpointAsync(Update("public_key")));
        await AssertRefusedAsync("FIELD_INVALID", async () => await hooks.UpdateWebhookEndpointAsync(Update("")));
        await AssertRefusedAsync("FIELD_INVALID", async () => await hooks.UpdateWebhookEndpointAsync(Update("url")));
        await AssertRefusedAsync("STATE_CONFLICT", async () => await hooks.UpdateWebhookEndpointAsync(Update("enabled", revision: 2)));
        await AssertRefusedAsync("FIELD_INVALID", async () => await hooks.RedeliverWebhookEventsAsync(Redeliver()));
        await AssertRefusedAsync("RESOURCE_NOT_FOUND", async () => await hooks.RedeliverWebhookEventsAsync(Redeliver("unknown")));
        await AssertRefusedAsync(
            "FIELD_INVALID",
            async () => await hooks.ListWebhookDeliveriesAsync(new ListWebhookDeliveriesRequest { WebhookEndpointId = id, PageToken = "x" })
        );

        UpdateWebhookEndpointRequest Update(string mask, long revision = 0) =>
            new()
            {
                RequestId = $"update-{mask}-{revision}",
                WebhookEndpoint = new WebhookEndpoint { WebhookEndpointId = id },
                UpdateMask = FieldMask.FromString(mask),
                ExpectedRevision = revision,
            };

        RedeliverWebhookEventsRequest Redeliver(params string[] events) =>
            new()
            {
                RequestId = $"again-{events.Length}",
                WebhookEndpointId = id,
                EventIds = { events },
            };
    }

    [Fact]
    public async Task Endpoint_OfAnotherPartner_IsNotThere()
    {
        await using var scene = await WebhookScene.StartAsync(stores, store);
        var id = (await scene.AddAsync(Url)).WebhookEndpoint.WebhookEndpointId;
        var other = (await scene.Gateway.ConnectAsync("other")).Webhooks;

        await AssertNotFoundAsync(async () => await other.GetWebhookEndpointAsync(new() { WebhookEndpointId = id }));
        await AssertNotFoundAsync(async () => await other.ListWebhookDeliveriesAsync(new() { WebhookEndpointId = id }));
        await AssertNotFoundAsync(async () => await other.DeleteWebhookEndpointAsync(new() { RequestId = "1", WebhookEndpointId = id }));
        await AssertNotFoundAsync(async () => await other.RotateWebhookSecretAsync(new() { RequestId = "2", WebhookEndpointId = id }));
        await AssertNotFoundAsync(async () =>
            await other.RedeliverWebhookEventsAsync(
                new()
                {
                    RequestId = "3",
                    WebhookEndpointId = id,
                    EventIds = { "e" },
                }
            )
        );
        await AssertNotFoundAsync(async () =>
            await other.UpdateWebhookEndpointAsync(
                new()
                {
                    RequestId = "4",
                    WebhookEndpoint = new WebhookEndpoint { WebhookEndpointId = id },
                    UpdateMask = FieldMask.FromString("enabled"),
                }
            )
        );
        Assert.Empty((await other.ListWebhookEndpointsAsync(new())).WebhookEndpoints);

        static Task AssertNotFoundAsync(Func<Task> call) => AssertRefusedAsync("RESOURCE_NOT_FOUND", call);
    }

    [Fact]
    public async Task Rotate_Once_SignsWithBothKeysForADay()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var scene = await WebhookScene.StartAsync(stores, store);
        var added = await scene.AddAsync(receiver.Url);
        var id = added.WebhookEndpoint.WebhookEndpointId;
        await scene.FeedAsync("p");
        await scene.FeedAsync("q");

        var rotated = await scene.Bike.Webhooks.RotateWebhookSecretAsync(new() { RequestId = "rotate", WebhookEndpointId = id });
        await scene.GrantAsync("p");
        await scene.WhenAsync(id, WebhookDeliveryState.Delivered, 1);
        await scene.AdvanceAsync(TimeSpan.FromHours(24));
        await scene.GrantAsync("q");
        await scene.WhenAsync(id, WebhookDeliveryState.Delivered, 2);

        Assert.NotEqual(added.SigningSecret, rotated.SigningSecret);
        Assert.Equal(
            rotated.WebhookEndpoint.UpdateTime.ToDateTimeOffset().AddHours(24),
            rotated.WebhookEndpoint.FormerKeyExpireTime.ToDateTimeOffset(),
            TimeSpan.FromSeconds(1)
        );
        Assert.Null((await scene.GetAsync(id)).FormerKeyExpireTime);
        Assert.Equal([true, true], receiver.Requests.Select(request => WebhookScene.IsSignedBy(request, rotated.SigningSecret)));
        Assert.Equal([true, false], receiver.Requests.Select(request => WebhookScene.IsSignedBy(request, added.SigningSecret)));
        Assert.Equal([2, 1], receiver.Requests.Select(request => request.Signature.Split(' ').Length));
    }

    [Fact]
    public async Task Ed25519_Endpoint_IsVerifiedByItsPublicKey()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var scene = await WebhookScene.StartAsync(stores, store);
        var added = await scene.Bike.Webhooks.CreateWebhookEndpointAsync(
            new CreateWebhookEndpointRequest
            {
                RequestId = "add",
                WebhookEndpoint = new WebhookEndpoint { Url = receiver.Url, SignatureScheme = WebhookSignatureScheme.Ed25519 },
            }
        );
        await scene.FeedAsync("p");

        await scene.GrantAsync("p");
        await scene.WhenAsync(added.WebhookEndpoint.WebhookEndpointId, WebhookDeliveryState.Delivered, 1);

        Assert.Empty(added.SigningSecret);
        var request = Assert.Single(receiver.Requests);
        var verifier = new Ed25519Signer();
        verifier.Init(
            forSigning: false,
            new Ed25519PublicKeyParameters(Convert.FromBase64String(added.WebhookEndpoint.PublicKey["whpk_".Length..]))
        );
        verifier.BlockUpdate(request.Signed, 0, request.Signed.Length);
        Assert.StartsWith("v1a,", request.Signature, StringComparison.Ordinal);
        Assert.True(verifier.VerifySignature(Convert.FromBase64String(request.Signature["v1a,".Length..])));
    }

    [Fact]
    public async Task Delete_AnEndpoint_TakesItsLogAndSendsNothingMore()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var scene = await WebhookScene.StartAsync(stores, store);
        receiver.Answer = (_, _) => Task.FromResult(500);
        var id = (await scene.AddAsync(receiver.Url)).WebhookEndpoint.WebhookEndpointId;
        await scene.LiveAsync("p");
        await Eventually.HoldsAsync(async () => (await scene.DeliveriesAsync(id)).Any(row => row.Attempts.Count == 1), "an attempt");

        await scene.Bike.Webhooks.DeleteWebhookEndpointAsync(new() { RequestId = "delete", WebhookEndpointId = id });
        await AssertRefusedAsync("RESOURCE_NOT_FOUND", () => scene.GetAsync(id));

        await using var connection = await scene.Gateway.Service<Database>().OpenAsync(CancellationToken.None);
        foreach (var table in new[] { "webhook_endpoints", "webhook_deliveries", "webhook_attempts" })
        {
            Assert.Equal(0, await connection.Command($"SELECT count(*) FROM {table}").ScalarInt64Async(CancellationToken.None));
        }
    }

    [Fact]
    public async Task Deliveries_InPagesAndByState_AreNewestFirst()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var scene = await WebhookScene.StartAsync(stores, store);
        receiver.Answer = (request, _) => Task.FromResult(request.Subject == "p" ? 404 : 200);
        var id = (await scene.AddAsync(receiver.Url)).WebhookEndpoint.WebhookEndpointId;
        await scene.LiveAsync("p");
        await scene.LiveAsync("q");
        await scene.WhenAsync(id, WebhookDeliveryState.Delivered, 4);
        await Eventually.HoldsAsync(async () => (await scene.DeliveriesAsync(id)).Sum(row => row.Attempts.Count) == 5, "five attempts");

        var told = (await scene.Bike.Events.ListEventsAsync(new ListEventsRequest())).Events.Select(item => item.EventId).Reverse();
        var paged = new List<WebhookDelivery>();
        var request = new ListWebhookDeliveriesRequest { WebhookEndpointId = id, PageSize = 3 };
        do
        {
            var page = await scene.Bike.Webhooks.ListWebhookDeliveriesAsync(request);
            paged.AddRange(page.Deliveries);
            request.PageToken = page.NextPageToken;
        } while (request.PageToken.Length > 0);

        Assert.Equal(told, paged.Select(row => row.EventId));
        var waiting = await scene.DeliveriesAsync(id, WebhookDeliveryState.Pending);
        Assert.Equal(4, waiting.Count);
        Assert.Equal([null, null, null, 404], waiting.Select(row => row.Attempts.FirstOrDefault()?.HttpStatus));
        Assert.Equal([false, false, false, true], waiting.Select(row => row.NextAttemptTime is not null));
        Assert.All(await scene.DeliveriesAsync(id, WebhookDeliveryState.Delivered), row => Assert.Null(row.NextAttemptTime));
    }

    private static async Task AssertRefusedAsync(string reason, Func<Task> call) =>
        Assert.Equal(reason, (await RefusedCall.OfAsync(call)).Reason);

    private static async Task<List<List<WebhookEndpoint>>> ListAsync(ConnectedPartner partner, int pageSize)
    {
        var pages = new List<List<WebhookEndpoint>>();
        var request = new ListWebhookEndpointsRequest { PageSize = pageSize };
        do
        {
            var page = await partner.Webhooks.ListWebhookEndpointsAsync(request);
            pages.Add([.. page.WebhookEndpoints]);
            request.PageToken = page.NextPageToken;
        } while (request.PageToken.Length > 0);

        return pages;
    }

    private static async Task<List<byte[]>> StoredBytesAsync(GatewayUnderTest gateway)
    {
        await using var connection = await gateway.Service<Database>().OpenAsync(CancellationToken.None);
        return await connection
            .Command(
                """
                SELECT response FROM requests WHERE response IS NOT NULL UNION ALL SELECT document FROM webhook_endpoints
                UNION ALL SELECT secret FROM webhook_endpoints UNION ALL SELECT entries FROM audit_groups
                """
            )
            .ListAsync(row => row.GetFieldValue<byte[]>(0), CancellationToken.None);
    }
}

public sealed class SqliteWebhookServiceTests(Stores stores) : WebhookServiceTests(stores, Store.Sqlite);

public sealed class PostgreSqlWebhookServiceTests(Stores stores) : WebhookServiceTests(stores, Store.PostgreSql);
