using System.Net;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using Xunit;

namespace SesameGrpc.Functional.Tests.CodeFlow;

/// <summary>From the partner's pushed request over the person's answer to a token about that person.</summary>
public sealed class ConsentPageTests
{
    [Fact]
    public async Task Agreement_GivesACodeAndATokenForThisPersonAlone()
    {
        await using var scene = await CodeFlowScene.StartAsync();
        using var browser = scene.Browser();
        var pushed = await scene.PushAsync();

        var page = await CodeFlowScene.OpenAsync(browser, pushed.Text("request_uri"));
        var back = await CodeFlowScene.AnswerAsync(browser, page);
        var tokens = await scene.ExchangeAsync(back.RedirectQuery["code"]);

        Assert.Equal(HttpStatusCode.Created, pushed.Status);
        Assert.Equal(90, pushed.Json.GetProperty("expires_in").GetInt32());
        Assert.StartsWith(CodeFlowScene.Redirect, back.RedirectsTo!.ToString(), StringComparison.Ordinal);
        Assert.Equal(scene.Gateway.PublicUrl.ToString(), back.RedirectQuery["iss"]);
        Assert.Equal("a state", back.RedirectQuery["state"]);
        Assert.Equal(HttpStatusCode.OK, tokens.Status);
        var access = new JsonWebToken(tokens.Text("access_token"));
        Assert.Equal(CodeFlowScene.Person, access.Subject);
        Assert.Equal("ES256", access.Alg);
        Assert.Contains("score.read", access.GetClaim("scope").Value, StringComparison.Ordinal);
        Assert.False(tokens.Json.TryGetProperty("refresh_token", out _));
        var identity = new JsonWebToken(tokens.Text("id_token"));
        Assert.Equal((CodeFlowScene.Person, "a nonce", "ES256"), (identity.Subject, identity.GetClaim("nonce").Value, identity.Alg));
        var granted = tokens.Json.GetProperty("authorization_details").EnumerateArray().Single();
        Assert.Equal("DEPOSIT_WAIVER", granted.GetProperty("purpose").GetString());
        Assert.Matches("^[0-9a-f]{32}$", granted.GetProperty("consent_id").GetString()!);

        var score = await scene
            .With(tokens.Text("access_token"))
            .Scores.GetCreditScoreAsync(new GetCreditScoreRequest { Subject = CodeFlowScene.Person });
        Assert.Equal(650, score.Score.Score);
    }

    [Fact]
    public async Task Agreement_IsAuditedAndKept_AndASecondOneReplacesTheFirst()
    {
        await using var scene = await CodeFlowScene.StartAsync();

        await scene.CodeAsync();
        await scene.CodeAsync(("scope", "openid eligibility.check"));
        var consents = await scene.Gateway.Persons.ListPersonConsentsAsync(new ListPersonConsentsRequest { Person = CodeFlowScene.Person });
        var log = await scene.Gateway.Audit.ListAuditEntriesAsync(new ListAuditEntriesRequest { Person = CodeFlowScene.Person });

        Assert.Equal(2, consents.Consents.Count);
        Assert.Contains(consents.Consents, consent => consent.Scopes.SequenceEqual(["eligibility.check"]) && consent.EndTime is null);
        Assert.Equal(3, log.Records.Count(record => record.Entry is { Caller: "person", Method: "person/GrantConsent" }));
    }

    [Fact]
    public async Task Page_SaysWhoAsksForWhatAndHowLong_InBothLanguages()
    {
        await using var scene = await CodeFlowScene.StartAsync();
        using var browser = scene.Browser();
        var page = await CodeFlowScene.OpenAsync(browser, await scene.PushedAsync());

        var chinese = await browser.OpenAsync($"{page.Address.PathAndQuery}&lang=zh");

        var until = scene.Gateway.Service<TimeProvider>().GetUtcNow().AddDays(90).ToString("yyyy-MM-dd");
        foreach (
            var text in new[]
            {
                "Hello <Bike> asks for your consent",
                "Lend or rent to you without a deposit",
                "Your credit score, a number from 350 to 950, and its band",
                "yes or no",
                until,
                "withdraw your consent at any time",
            }
        )
        {
            Assert.Contains(text, page.Text, StringComparison.Ordinal);
        }

        foreach (var text in new[] { "Hello <Bike> 请求您的同意", "免押金借用或租用", "350 到 950", until, "随时撤回" })
        {
            Assert.Contains(text, chinese.Text, StringComparison.Ordinal);
        }

        Assert.Contains(
            "form-action 'self' https: http:;",
            page.Headers.GetValues("Content-Security-Policy").Single(),
            StringComparison.Ordinal
        );
        Assert.DoesNotContain("<Bike>", page.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Decline_IsTheErrorAccessDenied_AndEndsTheRequest()
    {
        await using var scene = await CodeFlowScene.StartAsync();
        using var browser = scene.Browser();
        var request = await scene.PushedAsync();
        var page = await CodeFlowScene.OpenAsync(browser, request);

        var back = await CodeFlowScene.AnswerAsync(browser, page, "decline");
        var again = await browser.OpenAsync(CodeFlowScene.AuthorizeAddress(request));
        var consents = await scene.Gateway.Persons.ListPersonConsentsAsync(new ListPersonConsentsRequest { Person = CodeFlowScene.Person });

        Assert.Equal(
            ("access_denied", "a state", scene.Gateway.PublicUrl.ToString()),
            (back.RedirectQuery["error"], back.RedirectQuery["state"], back.RedirectQuery["iss"])
        );
        Assert.StartsWith(CodeFlowScene.Redirect, back.RedirectsTo!.ToString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, again.Status);
        Assert.Empty(consents.Consents);
    }

    [Fact]
    public async Task Person_WhoDoesNotTakePart_IsAskedThatFirst()
    {
        await using var scene = await CodeFlowScene.StartAsync();
        using var browser = scene.Browser();

        var page = await CodeFlowScene.OpenAsync(browser, await scene.PushedAsync(), "test-700-notopted");
        Assert.Equal("/opt-in", page.Address.AbsolutePath);
        var consent = await browser.SubmitAsync(page, "/opt-in");
        var back = await CodeFlowScene.AnswerAsync(browser, consent);
        var tokens = await scene.ExchangeAsync(back.RedirectQuery["code"]);

        Assert.Equal("test-700-notopted", new JsonWebToken(tokens.Text("access_token")).Subject);
    }

    [Fact]
    public async Task Form_SentTwice_CountsOnce()
    {
        await using var scene = await CodeFlowScene.StartAsync();
        using var browser = scene.Browser();
        var page = await CodeFlowScene.OpenAsync(browser, await scene.PushedAsync());

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => CodeFlowScene.AnswerAsync(browser, page)));
        var consents = await scene.Gateway.Persons.ListPersonConsentsAsync(new ListPersonConsentsRequest { Person = CodeFlowScene.Person });

        Assert.Single(answers, answer => answer.RedirectQuery.ContainsKey("code"));
        Assert.Single(consents.Consents);
    }

    [Fact]
    public async Task Metadata_NamesWhatTheProfileAsksFor()
    {
        await using var scene = await CodeFlowScene.StartAsync();
        using var http = new HttpClient(scene.Gateway.Handler(null));

        var text = await http.GetStringAsync(new Uri(scene.Gateway.PublicUrl, "/.well-known/openid-configuration"));
        var metadata = JsonDocument.Parse(text).RootElement;

        Assert.Equal($"{scene.Gateway.PublicUrl}connect/authorize", metadata.GetProperty("authorization_endpoint").GetString());
        Assert.True(metadata.GetProperty("require_pushed_authorization_requests").GetBoolean());
        Assert.True(metadata.GetProperty("authorization_response_iss_parameter_supported").GetBoolean());
        Assert.True(metadata.GetProperty("tls_client_certificate_bound_access_tokens").GetBoolean());
        Assert.Equal(["S256"], List("code_challenge_methods_supported"));
        Assert.Equal(["code"], List("response_types_supported"));
        Assert.Equal(["query"], List("response_modes_supported"));
        Assert.Equal(["pairwise"], List("subject_types_supported"));
        Assert.Equal(["credit_consent"], List("authorization_details_types_supported"));
        Assert.Equal(["client_credentials", "authorization_code"], List("grant_types_supported").OrderDescending());
        Assert.Equal(["ES256"], List("id_token_signing_alg_values_supported"));
        var aliases = metadata.GetProperty("mtls_endpoint_aliases");
        foreach (
            var (name, path) in new[]
            {
                ("pushed_authorization_request_endpoint", "par"),
                ("token_endpoint", "token"),
                ("revocation_endpoint", "revoke"),
            }
        )
        {
            Assert.Equal($"{scene.Gateway.PartnerUrl}connect/{path}", aliases.GetProperty(name).GetString());
        }

        IEnumerable<string?> List(string name) => metadata.GetProperty(name).EnumerateArray().Select(item => item.GetString());
    }
}
