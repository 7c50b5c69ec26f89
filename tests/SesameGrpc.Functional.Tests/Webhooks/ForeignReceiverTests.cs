using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.Webhooks;

/// <summary>Signatures are checked by programs that share no code with the gateway: a published library, Node's own crypto, and what docs/webhooks.md tells readers to write.</summary>
public sealed partial class ForeignReceiverTests(Stores stores, NodePackages node)
{
    [Theory]
    [InlineData(WebhookSignatureScheme.HmacSha256)]
    [InlineData(WebhookSignatureScheme.Ed25519)]
    public async Task NodeReceiver_GetsTheEventsOfAPerson(WebhookSignatureScheme scheme)
    {
        await node.RequireAsync();
        await using var scene = await WebhookScene.StartAsync(stores, Store.Sqlite);
        var port = TestEnvironment.FreePort();
        var added = await scene.Bike.Webhooks.CreateWebhookEndpointAsync(
            new CreateWebhookEndpointRequest
            {
                RequestId = "add",
                WebhookEndpoint = new WebhookEndpoint { Url = $"http://127.0.0.1:{port}/hooks", SignatureScheme = scheme },
            }
        );
        var key = scheme == WebhookSignatureScheme.Ed25519 ? added.WebhookEndpoint.PublicKey : added.SigningSecret;

        var running = ForeignProgram.RunAsync(
            "node",
            ["node/webhook-receiver.mjs", port.ToString(), key, "4"],
            new Dictionary<string, string>()
        );
        await Eventually.HoldsAsync(() => ListensAsync(port), "the receiver listens");
        await scene.LiveAsync("p");
        var run = await running;

        var told = (await scene.Bike.Events.ListEventsAsync(new ListEventsRequest())).Events;
        Assert.Equal(told.Select(item => item.EventId), run.Steps.Select(step => (string?)step["id"]));
        Assert.All(run.Steps, step => Assert.Equal("event", (string?)step["step"]));
    }

    [Fact]
    public async Task PythonOfTheDocumentation_TellsGenuineFromForged()
    {
        Stores.Require(File.Exists("/usr/bin/python3"), "python3");
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var scene = await WebhookScene.StartAsync(stores, Store.Sqlite);
        var added = await scene.AddAsync(receiver.Url);
        await scene.FeedAsync("p");
        await scene.GrantAsync("p");
        await scene.WhenAsync(added.WebhookEndpoint.WebhookEndpointId, WebhookDeliveryState.Delivered, 1);
        var page = await File.ReadAllTextAsync(Path.Combine(TestEnvironment.RepositoryRoot, "docs", "webhooks.md"));
        var request = receiver.Requests[0];

        Assert.Equal("True", await RunAsync(PythonBlock().Match(page).Groups["code"].Value, added.SigningSecret, request));
        Assert.Equal(
            "False",
            await RunAsync(
                PythonBlock().Match(page).Groups["code"].Value,
                added.SigningSecret,
                request with
                {
                    Body = [.. request.Body, 32],
                }
            )
        );
        Assert.Equal(
            "False",
            await RunAsync(PythonBlock().Match(page).Groups["code"].Value, added.SigningSecret, request with { Timestamp = "1700000000" })
        );
    }

    private static async Task<string> RunAsync(string code, string secret, Received request)
    {
        const string Driver = """

            import json, sys
            given = json.loads(sys.argv[1])
            print(verify(given["secret"], given["headers"], base64.b64decode(given["body"])))
            """;
        var given = new JsonObject
        {
            ["secret"] = secret,
            ["headers"] = new JsonObject
            {
                ["webhook-id"] = request.Id,
                ["webhook-timestamp"] = request.Timestamp,
                ["webhook-signature"] = request.Signature,
            },
            ["body"] = Convert.ToBase64String(request.Body),
        };
        var run = await ForeignProgram.RunAsync(
            "/usr/bin/python3",
            ["-c", code + Driver, given.ToJsonString()],
            new Dictionary<string, string>()
        );
        Assert.True(run.ExitCode == 0, run.Errors);
        return run.Output.Trim();
    }

    private static async Task<bool> ListensAsync(int port)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    [GeneratedRegex("```python\n(?<code>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PythonBlock();
}
