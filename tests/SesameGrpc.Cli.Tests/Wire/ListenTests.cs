using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace SesameGrpc.Cli.Tests.Wire;

public sealed class ListenTests(DevSandbox sandbox) : IClassFixture<DevSandbox>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Listen_Forwarding_SendsWhatAWebhookSendsUntilItIsTaken()
    {
        using var pushed = Receiver();
        using var forwarded = Receiver();
        var added = await sandbox.AsPartnerAsync("webhook", "add", Url(pushed), "--type", "deposit_waiver.granted");
        Assert.True(added.ExitCode == 0, added.Error);
        using var listening = Start("listen", "--forward-to", Url(forwarded), "--type", "deposit_waiver.granted", "--json");
        var greeting = JsonNode.Parse((await listening.StandardOutput.ReadLineAsync(Cancellation))!)!;

        await sandbox.AsPartnerAsync("waiver", "grant", "test-840", "bike.deposit_free", "--order-id", "listen-1");
        var byGateway = await ReceivedRequest.AnswerOneAsync(pushed, "204 Yes", Cancellation);
        var refused = await ReceivedRequest.AnswerOneAsync(forwarded, "500 No", Cancellation);
        var taken = await ReceivedRequest.AnswerOneAsync(forwarded, "204 Yes", Cancellation);

        Assert.Equal((byGateway.Id, byGateway.Body), (refused.Id, refused.Body));
        Assert.Equal((byGateway.Id, byGateway.Body), (taken.Id, taken.Body));
        var secret = Convert.FromBase64String(((string)greeting["signing_secret"]!)["whsec_".Length..]);
        var mac = HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes($"{taken.Id}.{taken.Timestamp}.{taken.Body}"));
        Assert.Equal("v1," + Convert.ToBase64String(mac), taken.Signature);
        Assert.Equal("DEPOSIT_WAIVER_GRANTED", (string?)(await NextAsync(listening))["type"]);
        var first = await NextAsync(listening);
        Assert.Equal(("500 No", false, 1), ((string?)first["answer"], (bool)first["delivered"]!, (int)first["next_attempt_in_seconds"]!));
        Assert.True((bool)(await NextAsync(listening))["delivered"]!);
        Assert.Equal(0, await DevSandbox.StopAsync(listening));

        var resent = sandbox.AsPartnerAsync("events", "resend", byGateway.Id);
        var again = await ReceivedRequest.AnswerOneAsync(pushed, "204 Yes", Cancellation);
        Assert.Equal(1, (int)(await resent).Json["redelivered_count"]!);
        Assert.Equal((byGateway.Id, byGateway.Body), (again.Id, again.Body));
    }

    [Fact]
    public async Task EventsResend_OfAnEventThatWasNeverPushed_Is3() =>
        Assert.Equal(3, (await sandbox.AsPartnerAsync("events", "resend", "0123")).ExitCode);

    [Theory]
    [InlineData]
    [InlineData("0123", "--since", "2026-01-01T00:00:00Z")]
    public async Task EventsResend_OfNothingOrOfTwoThings_IsWrongUsage(params string[] what) =>
        Assert.Equal(2, (await sandbox.AsPartnerAsync(["events", "resend", .. what])).ExitCode);

    [Theory]
    [InlineData("--secret", "nonsense")]
    [InlineData("--forward-to", "ftp://localhost")]
    public async Task Listen_WrittenWrongly_IsWrongUsage(params string[] options) =>
        Assert.Equal(2, (await sandbox.AsPartnerAsync(["listen", .. options])).ExitCode);

    private static TcpListener Receiver()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return listener;
    }

    private static string Url(TcpListener listener) => $"http://localhost:{((IPEndPoint)listener.LocalEndpoint).Port}/hooks";

    private static async Task<JsonNode> NextAsync(Process process) =>
        JsonNode.Parse((await process.StandardOutput.ReadLineAsync(Cancellation))!)!;

    private Process Start(params string[] args) => CliProcess.Start(sandbox.Variables, args);
}
