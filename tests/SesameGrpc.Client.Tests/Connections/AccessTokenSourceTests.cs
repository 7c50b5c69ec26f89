using System.Net;
using Grpc.Core;
using Microsoft.Extensions.Time.Testing;
using SesameGrpc.Client.Connections;
using Xunit;

namespace SesameGrpc.Client.Tests.Connections;

public sealed class AccessTokenSourceTests : IDisposable
{
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly FakeIssuer issuer = new();
    private readonly AccessTokenSource source;

    public AccessTokenSourceTests() => source = new AccessTokenSource(Options(), issuer, time);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        source.Dispose();
        issuer.Dispose();
    }

    [Fact]
    public async Task Get_FirstTime_AsksTheMutualTlsAliasWithoutASecret()
    {
        var token = await source.GetAsync(Cancellation);

        Assert.Equal("token-1", token.Value);
        Assert.Equal(("Bearer", 600, "score.read"), (token.TokenType, token.ExpiresInSeconds, token.Scope));
        var request = Assert.Single(issuer.TokenRequests);
        Assert.Contains("grant_type=client_credentials", request, StringComparison.Ordinal);
        Assert.Contains("client_id=hello-bike", request, StringComparison.Ordinal);
        Assert.Contains("scope=score.read+eligibility.check", request, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", request, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(479, 1)]
    [InlineData(480, 2)]
    public async Task Get_Again_RenewsWhenAFifthOfTheLifetimeIsLeft(int seconds, int tokens)
    {
        await source.GetAsync(Cancellation);
        time.Advance(TimeSpan.FromSeconds(seconds));

        Assert.Equal($"token-{tokens}", (await source.GetAsync(Cancellation)).Value);
        Assert.Equal(tokens, issuer.Tokens);
    }

    [Fact]
    public async Task Get_AfterTheClockWasSetBack_AsksAgain()
    {
        await source.GetAsync(Cancellation);
        time.AdjustTime(time.GetUtcNow().AddHours(-1));

        Assert.Equal("token-2", (await source.GetAsync(Cancellation)).Value);
        Assert.Equal("token-2", (await source.GetAsync(Cancellation)).Value);
    }

    [Fact]
    public async Task Get_WhileAnotherRenews_GoesOnWithTheTokenAtHand()
    {
        await source.GetAsync(Cancellation);
        time.Advance(TimeSpan.FromSeconds(500));
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        issuer.Gate = gate.Task;
        var renewing = source.GetAsync(Cancellation).AsTask();

        Assert.Equal("token-1", (await source.GetAsync(Cancellation)).Value);
        gate.SetResult();
        Assert.Equal("token-2", (await renewing).Value);
    }

    [Fact]
    public async Task Get_IssuerDownWhileTheTokenCounts_GoesOnWithIt()
    {
        await source.GetAsync(Cancellation);
        time.Advance(TimeSpan.FromSeconds(599));
        issuer.IsDown = true;
        Assert.Equal("token-1", (await source.GetAsync(Cancellation)).Value);
        time.Advance(TimeSpan.FromSeconds(1));

        await Assert.ThrowsAsync<SesameException>(() => source.GetAsync(Cancellation).AsTask());
    }

    [Fact]
    public async Task Forget_ATokenThatIsNotTheLatest_ChangesNothing()
    {
        var first = await source.GetAsync(Cancellation);
        source.Forget(first);
        var second = await source.GetAsync(Cancellation);
        source.Forget(first);

        Assert.Equal("token-2", second.Value);
        Assert.Same(second, await source.GetAsync(Cancellation));
    }

    [Fact]
    public async Task Get_ManyAtOnce_AskTheIssuerOnce()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        issuer.Gate = gate.Task;
        var waiting = Enumerable.Range(0, 50).Select(_ => source.GetAsync(Cancellation).AsTask()).ToList();
        gate.SetResult();

        Assert.All(await Task.WhenAll(waiting), token => Assert.Equal("token-1", token.Value));
        Assert.Equal(1, issuer.Tokens);
    }

    [Fact]
    public async Task Get_Refused_ThrowsWithTheOAuthErrorAndTriesAgainNextTime()
    {
        issuer.TokenStatus = HttpStatusCode.BadRequest;
        var failure = await Assert.ThrowsAsync<SesameException>(() => source.GetAsync(Cancellation).AsTask());
        issuer.TokenStatus = HttpStatusCode.OK;

        Assert.Equal((StatusCode.Unauthenticated, "invalid_client"), (failure.StatusCode, failure.ReasonName));
        Assert.Equal("The certificate is not this client's.", failure.Message);
        Assert.Equal("token-2", (await source.GetAsync(Cancellation)).Value);
    }

    [Fact]
    public async Task Get_IssuerDown_ThrowsUnreachable()
    {
        issuer.IsDown = true;

        var failure = await Assert.ThrowsAsync<SesameException>(() => source.GetAsync(Cancellation).AsTask());

        Assert.True(failure.IsUnreachable);
        Assert.Contains("https://issuer.test", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_IssuerThatNeverAnswers_ThrowsUnreachable()
    {
        issuer.Gate = new TaskCompletionSource().Task;
        var options = Options();
        options.CallTimeout = TimeSpan.FromMilliseconds(20);
        using var impatient = new AccessTokenSource(options, issuer, time);

        Assert.True((await Assert.ThrowsAsync<SesameException>(() => impatient.GetAsync(Cancellation).AsTask())).IsUnreachable);
    }

    [Theory]
    [InlineData("e30.eyJjbmYiOnsieDV0I1MyNTYiOiJhYmMifX0.sig", "abc")]
    [InlineData("e30.e30.sig", null)]
    [InlineData("e30.!!!.sig", null)]
    [InlineData("opaque", null)]
    public void BoundThumbprint_OfToken_IsItsConfirmation(string token, string? thumbprint) =>
        Assert.Equal(thumbprint, new AccessToken(token, "Bearer", 600, "", default).BoundThumbprint);

    private static SesameClientOptions Options() =>
        new()
        {
            PartnerId = "hello-bike",
            GatewayUrls = [new Uri("https://mtls.test:7443")],
            IssuerUrl = new Uri("https://issuer.test"),
            Scopes = [PartnerScopes.ScoreRead, PartnerScopes.EligibilityCheck],
        };
}
