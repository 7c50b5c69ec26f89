using System.Net;
using Grpc.Core;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Tokens;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.CodeFlow;

/// <summary>Codes are for one client, once, within a minute; tokens end when they are revoked, or when their code comes twice.</summary>
public sealed class CodeTests(Stores stores)
{
    private static readonly GetCreditScoreRequest Lookup = new() { Subject = CodeFlowScene.Person };

    [Theory]
    [InlineData("another-code-verifier-of-at-least-43-characters-012345", "invalid_grant")]
    [InlineData("", "invalid_request")]
    public async Task Exchange_WithoutTheVerifier_IsRefused(string verifier, string error)
    {
        await using var scene = await CodeFlowScene.StartAsync();
        var code = await scene.CodeAsync();

        var refused = await scene.ExchangeAsync(code, verifier);

        Assert.Equal((HttpStatusCode.BadRequest, error), (refused.Status, refused.Error));
    }

    [Fact]
    public async Task Exchange_ByAnotherClientOrCertificateOrAddress_IsRefused()
    {
        await using var scene = await CodeFlowScene.StartAsync();
        await CodeFlowScene.OnboardAsync(scene.Gateway, "other", CodeFlowScene.Redirect);
        using var other = scene.Gateway.Authority.Partner("other");
        using var authority = new TestAuthority("Elsewhere");
        using var stranger = authority.Partner(CodeFlowScene.Partner);
        var code = await scene.CodeAsync();

        var client = await scene.ExchangeAsync(code, client: "other", certificate: other);
        var certificate = await scene.ExchangeAsync(code, certificate: other);
        var untrusted = await scene.ExchangeAsync(code, certificate: stranger);
        var address = await scene.ExchangeAsync(code, redirect: "https://bike.example/back");
        var right = await scene.ExchangeAsync(code);

        Assert.Equal("invalid_grant", client.Error);
        Assert.Equal("invalid_client", certificate.Error);
        Assert.Equal("invalid_client", untrusted.Error);
        Assert.Equal("invalid_grant", address.Error);
        Assert.Equal(HttpStatusCode.OK, right.Status);
    }

    [Fact]
    public async Task Code_AfterAMinute_IsRefused()
    {
        var time = new MovableTime();
        await using var scene = await CodeFlowScene.StartAsync(time);
        var code = await scene.CodeAsync();

        time.Advance(TimeSpan.FromSeconds(61));
        var refused = await scene.ExchangeAsync(code);

        Assert.Equal("invalid_grant", refused.Error);
    }

    [Fact]
    public async Task Code_UsedTwice_EndsTheFirstTokenOnEveryInstance()
    {
        await using var scene = await CodeFlowScene.StartAsync();
        await using var second = await scene.StartSecondAsync();
        var code = await scene.CodeAsync();
        var token = (await scene.ExchangeAsync(code)).Text("access_token");
        var (here, there) = (scene.With(token), scene.With(token, second));
        await here.Scores.GetCreditScoreAsync(Lookup);
        await there.Scores.GetCreditScoreAsync(Lookup);

        var replayed = await scene.ExchangeAsync(code);

        Assert.Equal("invalid_grant", replayed.Error);
        Assert.Equal("TOKEN_INVALID", (await RefusedCall.OfAsync(here.Scores.GetCreditScoreAsync(Lookup))).Reason);
        await Eventually.HoldsAsync(async () => await IsRefusedAsync(there), "the other instance refuses the token");
    }

    [Fact]
    public async Task Code_UsedManyTimesAtOnce_GivesOneToken()
    {
        await using var scene = await CodeFlowScene.StartAsync();
        var code = await scene.CodeAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => scene.ExchangeAsync(code)));

        Assert.InRange(answers.Count(answer => answer.Status == HttpStatusCode.OK), 0, 1);
        Assert.All(answers.Where(answer => answer.Status != HttpStatusCode.OK), answer => Assert.Equal("invalid_grant", answer.Error));
    }

    [Fact]
    public async Task Token_OnAnotherCertificate_IsRefused()
    {
        await using var scene = await CodeFlowScene.StartAsync();
        var token = (await scene.ExchangeAsync(await scene.CodeAsync())).Text("access_token");
        using var second = scene.Gateway.Authority.Partner(CodeFlowScene.Partner);

        var thief = new ConnectedPartner(scene.Gateway.Channel(scene.Gateway.PartnerUrl, second), second, token);
        var refused = await RefusedCall.OfAsync(thief.Scores.GetCreditScoreAsync(Lookup));

        Assert.Equal((StatusCode.Unauthenticated, "TOKEN_BINDING_MISMATCH"), (refused.Code, refused.Reason));
    }

    [Fact]
    public async Task Token_FromAConsent_IsForItsPersonAlone()
    {
        await using var scene = await CodeFlowScene.StartAsync();
        await scene.Gateway.FeedAsync("test-700", 700);
        var usual = scene.With(
            await scene.Gateway.TokenAsync(CodeFlowScene.Partner, scene.Certificate, "score.read", "deposit_waiver.write")
        );
        var other = await usual.GrantAsync("test-700", "bike.deposit_free", "ride-1");
        var own = scene.With(
            (await scene.ExchangeAsync(await scene.CodeAsync(("scope", "score.read deposit_waiver.write")))).Text("access_token")
        );

        var lookup = await RefusedCall.OfAsync(own.Scores.GetCreditScoreAsync(new GetCreditScoreRequest { Subject = "test-700" }));
        var change = await RefusedCall.OfAsync(
            own.Waivers.CancelDepositWaiverAsync(
                new CancelDepositWaiverRequest { RequestId = "cancel", DepositWaiverId = other.DepositWaiver.DepositWaiverId }
            )
        );
        var granted = await own.GrantAsync(CodeFlowScene.Person, "bike.deposit_free", "ride-2");

        Assert.Equal("RESOURCE_NOT_FOUND", lookup.Reason);
        Assert.Equal("RESOURCE_NOT_FOUND", change.Reason);
        Assert.Equal(CodeFlowScene.Person, granted.DepositWaiver.Subject);
        await usual.Scores.GetCreditScoreAsync(new GetCreditScoreRequest { Subject = "test-700" });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Revocation_EndsATokenOnEveryInstance(bool fromConsent)
    {
        await using var scene = await CodeFlowScene.StartAsync();
        await using var second = await scene.StartSecondAsync();
        var token = fromConsent
            ? (await scene.ExchangeAsync(await scene.CodeAsync())).Text("access_token")
            : await scene.Gateway.TokenAsync(CodeFlowScene.Partner, scene.Certificate, "score.read");
        var (here, there) = (scene.With(token), scene.With(token, second));
        await here.Scores.GetCreditScoreAsync(Lookup);
        await there.Scores.GetCreditScoreAsync(Lookup);

        var revoked = await RevokeAsync(scene, token);
        var again = await RevokeAsync(scene, token);

        Assert.Equal(HttpStatusCode.OK, revoked.Status);
        Assert.Equal(HttpStatusCode.OK, again.Status);
        Assert.Equal("TOKEN_INVALID", (await RefusedCall.OfAsync(here.Scores.GetCreditScoreAsync(Lookup))).Reason);
        await Eventually.HoldsAsync(async () => await IsRefusedAsync(there), "the other instance refuses the token");
    }

    [Fact]
    public async Task Revocation_ByAnother_ChangesNothing()
    {
        await using var scene = await CodeFlowScene.StartAsync();
        await CodeFlowScene.OnboardAsync(scene.Gateway, "other", CodeFlowScene.Redirect);
        using var other = scene.Gateway.Authority.Partner("other");
        var token = (await scene.ExchangeAsync(await scene.CodeAsync())).Text("access_token");

        var asOther = await scene.PostAsync("/connect/revoke", new() { ["client_id"] = "other", ["token"] = token }, other);
        var asPartner = await scene.PostAsync("/connect/revoke", new() { ["client_id"] = CodeFlowScene.Partner, ["token"] = token }, other);
        var nonsense = await RevokeAsync(scene, "nonsense");

        Assert.Equal("invalid_client", asPartner.Error);
        Assert.Equal(HttpStatusCode.OK, nonsense.Status);
        Assert.DoesNotContain("\"revoked\"", asOther.Json.GetRawText(), StringComparison.Ordinal);
        await scene.With(token).Scores.GetCreditScoreAsync(Lookup);
    }

    [Theory]
    [InlineData(Store.Sqlite)]
    [InlineData(Store.PostgreSql)]
    public async Task Leftovers_ArePruned_WhenNoTokenCanReferToThem(Store store)
    {
        var time = new MovableTime();
        await using var scene = await CodeFlowScene.StartAsync(time, await stores.ConnectionStringAsync(store));
        var token = (await scene.ExchangeAsync(await scene.CodeAsync())).Text("access_token");
        await scene.PushedAsync();
        await RevokeAsync(scene, token);
        Assert.Equal((3, 1, 1), await CountAsync(scene));

        await scene.Gateway.Service<TokenPruneWorker>().PruneAsync(CancellationToken.None);
        Assert.Equal((3, 1, 1), await CountAsync(scene));
        time.Advance(TimeSpan.FromMinutes(26));
        await scene.Gateway.Service<TokenPruneWorker>().PruneAsync(CancellationToken.None);

        Assert.Equal((0, 0, 0), await CountAsync(scene));
    }

    [Fact]
    public async Task Writes_OfTheAuthorizationServer_WaitInLineWithAllOthers()
    {
        await using var scene = await CodeFlowScene.StartAsync();
        var database = scene.Gateway.Service<Gateway.Storage.Database>();
        var release = new TaskCompletionSource();
        var writing = database.WriteAsync(
            async (_, _) =>
            {
                await release.Task;
                return 0;
            },
            CancellationToken.None
        );

        var push = scene.PushAsync();
        await Eventually.HoldsAsync(() => Task.FromResult(database.WaitingWriters == 1), "the pushed request waits for its place");
        release.SetResult();
        await writing;

        Assert.Equal(HttpStatusCode.Created, (await push).Status);
    }

    private static Task<OAuthAnswer> RevokeAsync(CodeFlowScene scene, string token) =>
        scene.PostAsync("/connect/revoke", new() { ["client_id"] = CodeFlowScene.Partner, ["token"] = token });

    private static async Task<bool> IsRefusedAsync(ConnectedPartner partner)
    {
        try
        {
            await partner.Scores.GetCreditScoreAsync(Lookup);
            return false;
        }
        catch (RpcException refused) when (refused.StatusCode == StatusCode.Unauthenticated)
        {
            return true;
        }
    }

    private static async Task<(long Tokens, long Authorizations, long Revoked)> CountAsync(CodeFlowScene scene)
    {
        await using var connection = await scene.Gateway.Service<Gateway.Storage.Database>().OpenAsync(CancellationToken.None);
        return (await OfAsync("\"OpenIddictTokens\""), await OfAsync("\"OpenIddictAuthorizations\""), await OfAsync("revoked_tokens"));

        async Task<long> OfAsync(string table)
        {
            await using var command = connection.CreateCommand();
            command.CommandText = $"SELECT count(*) FROM {table}";
            return Convert.ToInt64(await command.ExecuteScalarAsync());
        }
    }
}
