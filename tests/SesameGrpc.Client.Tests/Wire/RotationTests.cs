using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Client.Tests.Wire;

/// <summary>Certificates that are replaced under calls, against a real gateway.</summary>
public sealed class RotationTests : IAsyncLifetime
{
    private const int Rotations = 8;
    private const int Callers = 8;
    private SesameTestGateway gateway = null!;
    private SesameClientOptions options = null!;
    private SesameClient client = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        gateway = await SesameTestGateway.StartAsync();
        await gateway.OnboardAsync("bike", PartnerKind.Sharing, "bike.deposit_free");
        await gateway.AddPersonAsync("p", 700);
        options = gateway.ClientOptions("bike");
        options.MaxRetries = 0;
        client = new SesameClient(options);
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await gateway.DisposeAsync();
    }

    [Fact]
    public async Task Calls_WhileTheCertificateIsReplacedAgainAndAgain_AllSucceed()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var callers = Enumerable.Range(0, Callers).Select(_ => CallAsync(stop.Token)).ToList();
        var bound = new HashSet<string?>();
        for (var rotation = 0; rotation < Rotations; rotation++)
        {
            _ = gateway.ClientOptions("bike");
            Assert.True(await client.RefreshCertificateAsync(Cancellation));
            bound.Add((await client.GetAccessTokenAsync(Cancellation)).BoundThumbprint);
            await ScoreAsync();
        }

        await stop.CancelAsync();
        var calls = await Task.WhenAll(callers);

        Assert.Equal(Rotations, bound.Count);
        Assert.All(calls, made => Assert.True(made > Rotations, $"{made} calls were made over {Rotations} rotations."));
    }

    [Fact]
    public async Task Subscription_CertificateReplaced_GoesOnOnTheNewConnection()
    {
        var interruptions = 0;
        await using var events = client
            .Events.SubscribeAsync(new StreamEventsRequest(), (_, _) => interruptions++, Cancellation)
            .Where(message => message.Event is not null)
            .GetAsyncEnumerator(Cancellation);
        var granted = await client.DepositWaivers.GrantDepositWaiverAsync(Ride(), cancellationToken: Cancellation);
        await events.MoveNextAsync();
        _ = gateway.ClientOptions("bike");
        Assert.True(await client.RefreshCertificateAsync(Cancellation));
        await client.DepositWaivers.CancelDepositWaiverAsync(
            new CancelDepositWaiverRequest { DepositWaiverId = granted.DepositWaiver.DepositWaiverId },
            cancellationToken: Cancellation
        );
        await events.MoveNextAsync();

        Assert.Equal(EventType.DepositWaiverCancelled, events.Current.Event.Type);
        Assert.Equal(1, interruptions);
    }

    [Fact]
    public async Task Refresh_CertificateThatTheGatewayDoesNotKnow_LeavesTheOldOneInForce()
    {
        var before = (await client.GetAccessTokenAsync(Cancellation)).BoundThumbprint;
        using var stranger = new TestAuthority("Stranger");
        PemFiles.WriteWithKey(options.Certificate.CertificatePath, options.Certificate.KeyPath, stranger.Partner("bike"));

        Assert.False(await client.RefreshCertificateAsync(Cancellation));
        await ScoreAsync();
        Assert.Equal(before, (await client.GetAccessTokenAsync(Cancellation)).BoundThumbprint);
    }

    [Fact]
    public async Task Refresh_HalfWrittenPair_LeavesTheOldOneInForceUntilItIsWhole()
    {
        using var renewed = gateway.Authority.Partner("bike");
        PemFiles.Write(options.Certificate.CertificatePath, renewed);
        Assert.False(await client.RefreshCertificateAsync(Cancellation));
        await ScoreAsync();
        PemFiles.WriteWithKey(options.Certificate.CertificatePath, options.Certificate.KeyPath, renewed);

        Assert.True(await client.RefreshCertificateAsync(Cancellation));
        Assert.False(await client.RefreshCertificateAsync(Cancellation));
        await ScoreAsync();
    }

    [Fact]
    public async Task Watch_AtItsInterval_TakesTheNewCertificateAndWarnsOfItsEnd()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        using var log = new LogRecorder();
        using var logging = LoggerFactory.Create(builder => builder.AddProvider(log));
        options.CertificateReloadInterval = TimeSpan.FromSeconds(1);
        using var watching = new SesameClient(options, time, logging);
        using var renewed = gateway.Authority.Partner("bike", time.GetUtcNow().AddDays(20));
        Assert.Empty(log.Lines);
        PemFiles.WriteWithKey(options.Certificate.CertificatePath, options.Certificate.KeyPath, renewed);
        while (!log.Lines.Any(line => line.Contains("put a new one in its place", StringComparison.Ordinal)))
        {
            time.Advance(options.CertificateReloadInterval);
            await Task.Delay(10, Cancellation);
        }

        var bound = (await watching.GetAccessTokenAsync(Cancellation)).BoundThumbprint;
        Assert.Equal(Base64Url.EncodeToString(renewed.GetCertHash(HashAlgorithmName.SHA256)), bound);
        Assert.Contains("in 20.0 days", log.Lines.Last(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_TokenThatTheGatewayDoesNotTakeAnyMore_GetsANewOne()
    {
        options.MaxRetries = 1;
        var revoked = await client.GetAccessTokenAsync(Cancellation);
        using var handler = MutualTlsHandler.Create(options.Certificate, resumeSessions: false);
        using var http = new HttpClient(handler) { BaseAddress = gateway.PartnerUrl };
        using var form = new FormUrlEncodedContent([new("client_id", "bike"), new("token", revoked.Value)]);
        using var answer = await http.PostAsync(new Uri("/connect/revoke", UriKind.Relative), form, Cancellation);
        Assert.True(answer.IsSuccessStatusCode, $"{answer.StatusCode}");
        await ScoreAsync();

        Assert.NotEqual(revoked.Value, (await client.GetAccessTokenAsync(Cancellation)).Value);
    }

    private static GrantDepositWaiverRequest Ride() =>
        new()
        {
            OrderId = "ride-1",
            Subject = "p",
            Programme = "bike.deposit_free",
        };

    private async Task<int> CallAsync(CancellationToken stop)
    {
        var calls = 0;
        while (!stop.IsCancellationRequested)
        {
            await ScoreAsync();
            calls++;
        }

        return calls;
    }

    private async Task ScoreAsync()
    {
        // Each call is made once: a failed one fails the test, not a retry.
        var response = await client.CreditScores.GetCreditScoreAsync(
            new GetCreditScoreRequest { Subject = "p" },
            cancellationToken: Cancellation
        );
        Assert.Equal(700, response.Score.Score);
    }
}
