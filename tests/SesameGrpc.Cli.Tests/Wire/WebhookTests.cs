using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace SesameGrpc.Cli.Tests.Wire;

public sealed class WebhookTests(DevSandbox sandbox) : IClassFixture<DevSandbox>
{
    [Fact]
    public async Task Webhook_FromAddToRemove_DeliversWhatTheSecretVerifies()
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var url = $"http://localhost:{((IPEndPoint)listener.LocalEndpoint).Port}/hooks";
        var added = await sandbox.AsPartnerAsync("webhook", "add", url, "--type", "deposit_waiver.granted", "--description", "shop");
        Assert.True(added.ExitCode == 0, added.Error);
        var id = (string)added.Json["webhook_endpoint_id"]!;

        await sandbox.AsPartnerAsync("waiver", "grant", "test-820", "bike.deposit_free", "--order-id", "webhook-1");
        var (id1, timestamp, signature, body) = await ReceivedRequest.AnswerOneAsync(listener, "500 No", cancellation);
        var secret = Convert.FromBase64String(((string)added.Json["signing_secret"]!)["whsec_".Length..]);
        var mac = HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes($"{id1}.{timestamp}.{body}"));
        Assert.Equal("v1," + Convert.ToBase64String(mac), signature);

        var again = sandbox.AsPartnerAsync("webhook", "redeliver", id, "--event", id1);
        var (id2, _, _, body2) = await ReceivedRequest.AnswerOneAsync(listener, "204 Yes", cancellation);
        Assert.Equal(0, (await again).ExitCode);
        Assert.Equal((id1, body), (id2, body2));

        var rotated = await sandbox.AsPartnerAsync("webhook", "rotate-secret", id);
        Assert.NotEqual((string)added.Json["signing_secret"]!, (string)rotated.Json["signing_secret"]!);
        var updated = await sandbox.AsPartnerAsync("webhook", "update", id, "--enabled", "false", "--all-types");
        Assert.False((bool)updated.Json["enabled"]!);
        Assert.Empty(updated.Json["event_types"]!.AsArray());
        var listed = Assert.Single((await sandbox.AsPartnerAsync("webhook", "list")).Lines, line => IsIt(line));
        Assert.Null(listed["signing_secret"]);
        Assert.Equal(0, (await sandbox.AsPartnerAsync("webhook", "remove", id)).ExitCode);
        Assert.DoesNotContain((await sandbox.AsPartnerAsync("webhook", "list")).Lines, line => IsIt(line));

        bool IsIt(JsonNode line) => (string?)line["webhook_endpoint_id"] == id;
    }

    [Fact]
    public async Task WebhookAdd_WithEd25519_ShowsAPublicKeyAndNoSecret()
    {
        var added = await sandbox.AsPartnerAsync("webhook", "add", "https://hooks.example.com/", "--ed25519");

        Assert.True(added.ExitCode == 0, added.Error);
        Assert.StartsWith("whpk_", (string?)added.Json["public_key"], StringComparison.Ordinal);
        Assert.Null(added.Json["signing_secret"]);
        var deliveries = await sandbox.AsPartnerAsync(
            "webhook",
            "deliveries",
            (string)added.Json["webhook_endpoint_id"]!,
            "--state",
            "failed"
        );
        Assert.True(deliveries.ExitCode == 0, deliveries.Error);
        Assert.Empty(deliveries.Lines);
    }

    [Fact]
    public async Task WebhookAdd_OfATypeThatIsNone_IsWrongUsage() =>
        Assert.Equal(2, (await sandbox.AsPartnerAsync("webhook", "add", "https://hooks.example.com/", "--type", "nonsense")).ExitCode);
}
