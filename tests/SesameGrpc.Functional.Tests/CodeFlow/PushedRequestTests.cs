using System.Net;
using Xunit;

namespace SesameGrpc.Functional.Tests.CodeFlow;

/// <summary>What is refused when a request is pushed, and when it is opened.</summary>
public sealed class PushedRequestTests
{
    // csharpier-ignore
    private static readonly (string Parameter, string Value, string Error)[] NotInTheProfile =
    [
        ("code_challenge", "", "invalid_request"),
        ("code_challenge_method", "", "invalid_request"),
        ("code_challenge_method", "plain", "invalid_request"),
        ("redirect_uri", "", "invalid_request"),
        ("redirect_uri", "https://bike.example/back", "invalid_request"),
        ("redirect_uri", "https://bike.example/back?from=sesame&more", "invalid_request"),
        ("redirect_uri", "https://bike.example:443/back?from=sesame", "invalid_request"),
        ("redirect_uri", "https://elsewhere.example/", "invalid_request"),
        ("response_type", "token", "unsupported_response_type"),
        ("response_type", "code id_token", "unsupported_response_type"),
        ("response_type", "", "invalid_request"),
        ("response_mode", "fragment", "invalid_request"),
        ("response_mode", "form_post", "invalid_request"),
        ("prompt", "none", "invalid_request"),
        ("request", "eyJhbGciOiJub25lIn0.e30.", "request_not_supported"),
        ("request_uri", "urn:ietf:params:oauth:request_uri:x", "invalid_request"),
        ("scope", "", "invalid_scope"),
        ("scope", "openid", "invalid_scope"),
        ("scope", "openid score.dimensions.read", "invalid_scope"),
        ("scope", "deposit_waiver.read", "invalid_scope"),
        ("scope", "offline_access eligibility.check", "invalid_request"),
    ];

    private static readonly string[] NoDetails =
    [
        "",
        "DEPOSIT_WAIVER",
        "{}",
        "[]",
        "[1]",
        """[{"purpose":"DEPOSIT_WAIVER","programmes":["bike.deposit_free"]}]""",
        """[{"type":"payment","purpose":"DEPOSIT_WAIVER","programmes":["bike.deposit_free"]}]""",
        """[{"type":"credit_consent","programmes":["bike.deposit_free"]}]""",
        """[{"type":"credit_consent","purpose":"UNSPECIFIED","programmes":["bike.deposit_free"]}]""",
        """[{"type":"credit_consent","purpose":"CREDIT_LINE","programmes":["bike.deposit_free"]}]""",
        """[{"type":"credit_consent","purpose":"DEPOSIT_WAIVER"}]""",
        """[{"type":"credit_consent","purpose":"DEPOSIT_WAIVER","programmes":["hotel.deposit_free"]}]""",
        """[{"type":"credit_consent","purpose":"DEPOSIT_WAIVER","programmes":["*"]}]""",
        """[{"type":"credit_consent","purpose":"DEPOSIT_WAIVER","programmes":["bike.deposit_free","bike.deposit_free"]}]""",
        """[{"type":"credit_consent","purpose":"DEPOSIT_WAIVER","programmes":["bike.deposit_free"],"days":0}]""",
        """[{"type":"credit_consent","purpose":"DEPOSIT_WAIVER","programmes":["bike.deposit_free"],"days":181}]""",
        """[{"type":"credit_consent","purpose":"DEPOSIT_WAIVER","programmes":["bike.deposit_free"],"days":"9"}]""",
        """[{"type":"credit_consent","purpose":"DEPOSIT_WAIVER","programmes":["bike.deposit_free"],"amount":1}]""",
        """[{"type":"credit_consent","purpose":"DEPOSIT_WAIVER","purpose":"TRIAL","programmes":["bike.deposit_free"]}]""",
    ];

    [Fact]
    public async Task Push_ThatTheProfileDoesNotAllow_IsRefused()
    {
        await using var scene = await CodeFlowScene.StartAsync();

        foreach (var (parameter, value, error) in NotInTheProfile)
        {
            var refused = await scene.PushAsync((parameter, value));
            Assert.Equal((parameter, value, HttpStatusCode.BadRequest, error), (parameter, value, refused.Status, refused.Error));
        }
    }

    [Fact]
    public async Task Push_WithDetailsThatDoNotSayWhat_IsRefused()
    {
        await using var scene = await CodeFlowScene.StartAsync();

        foreach (var details in NoDetails)
        {
            var refused = await scene.PushAsync(("authorization_details", details));
            Assert.Equal((details, "invalid_authorization_details"), (details, refused.Error));
            Assert.NotEqual("", refused.Text("error_description"));
        }
    }

    [Fact]
    public async Task Push_ByAnother_IsRefusedAlikeWhoeverItIs()
    {
        await using var scene = await CodeFlowScene.StartAsync();
        await CodeFlowScene.OnboardAsync(scene.Gateway, "other", CodeFlowScene.Redirect);
        using var other = scene.Gateway.Authority.Partner("other");

        var known = await scene.PostAsync("/connect/par", CodeFlowScene.Request(), other);
        var unknown = await scene.PostAsync("/connect/par", CodeFlowScene.Request(("client_id", "nobody")), other);

        Assert.Equal((HttpStatusCode.Unauthorized, "invalid_client"), (known.Status, known.Error));
        Assert.Equal(known.Json.GetRawText(), unknown.Json.GetRawText());
    }

    [Fact]
    public async Task StateAndNonce_OfAKilobyte_ComeBack_AndLargerOnesAreRefused()
    {
        await using var scene = await CodeFlowScene.StartAsync();
        using var browser = scene.Browser();
        var state = string.Concat(Enumerable.Repeat("Ab+/=&?%é~", 102)) + "1234";
        Assert.Equal(1024, state.Length);

        var page = await CodeFlowScene.OpenAsync(browser, await scene.PushedAsync(("state", state), ("nonce", state)));
        var back = await CodeFlowScene.AnswerAsync(browser, page);
        var tokens = await scene.ExchangeAsync(back.RedirectQuery["code"]);
        var longState = await scene.PushAsync(("state", state + "5"));
        var longNonce = await scene.PushAsync(("nonce", state + "5"));
        var huge = await scene.PushAsync(("state", new string('x', 20_000)));

        Assert.Equal(state, back.RedirectQuery["state"]);
        Assert.Equal(state, new Microsoft.IdentityModel.JsonWebTokens.JsonWebToken(tokens.Text("id_token")).GetClaim("nonce").Value);
        Assert.Equal("invalid_request", longState.Error);
        Assert.Equal("invalid_request", longNonce.Error);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, huge.Status);
    }

    [Fact]
    public async Task Authorization_WithoutAPushedRequest_IsAPageThatLeadsNowhere()
    {
        await using var scene = await CodeFlowScene.StartAsync();
        using var browser = scene.Browser();
        var query = string.Join('&', CodeFlowScene.Request().Select(pair => $"{pair.Key}={Uri.EscapeDataString(pair.Value)}"));

        string[] addresses =
        [
            $"/connect/authorize?{query}",
            "/connect/authorize",
            CodeFlowScene.AuthorizeAddress("urn:ietf:params:oauth:request_uri:unknown"),
            CodeFlowScene.AuthorizeAddress("https://elsewhere.example/request"),
            CodeFlowScene.AuthorizeAddress(await scene.PushedAsync(), "nobody"),
        ];
        foreach (var address in addresses)
        {
            var page = await browser.OpenAsync(address);
            Assert.Equal(HttpStatusCode.BadRequest, page.Status);
            Assert.Null(page.RedirectsTo);
            Assert.Contains("This request cannot be answered", page.Text, StringComparison.Ordinal);
            Assert.True(page.Headers.CacheControl!.NoStore);
        }
    }

    [Fact]
    public async Task PushedRequest_OfAnotherClient_OpensNothing()
    {
        await using var scene = await CodeFlowScene.StartAsync();
        await CodeFlowScene.OnboardAsync(scene.Gateway, "other", CodeFlowScene.Redirect);
        using var browser = scene.Browser();

        var page = await browser.OpenAsync(CodeFlowScene.AuthorizeAddress(await scene.PushedAsync(), "other"));

        Assert.Equal(HttpStatusCode.BadRequest, page.Status);
    }

    [Fact]
    public async Task PushedRequest_AnsweredOnce_CannotBeAnsweredAgain()
    {
        await using var scene = await CodeFlowScene.StartAsync();
        using var browser = scene.Browser();
        var request = await scene.PushedAsync();
        var page = await CodeFlowScene.OpenAsync(browser, request);
        await CodeFlowScene.AnswerAsync(browser, page);

        var opened = await browser.OpenAsync(CodeFlowScene.AuthorizeAddress(request));
        var answered = await CodeFlowScene.AnswerAsync(browser, page);

        Assert.Equal(HttpStatusCode.BadRequest, opened.Status);
        Assert.Equal(HttpStatusCode.BadRequest, answered.Status);
        Assert.Null(answered.RedirectsTo);
    }

    [Fact]
    public async Task PushedRequest_OpenedInTime_LeavesTimeToDecide_AndElseNone()
    {
        var time = new MovableTime();
        await using var scene = await CodeFlowScene.StartAsync(time);
        using var early = scene.Browser();
        using var late = scene.Browser();
        var request = await scene.PushedAsync();

        var page = await CodeFlowScene.OpenAsync(early, request);
        time.Advance(TimeSpan.FromSeconds(91));
        var tooLate = await late.OpenAsync(CodeFlowScene.AuthorizeAddress(request));
        var still = await early.OpenAsync(CodeFlowScene.AuthorizeAddress(request));
        time.Advance(TimeSpan.FromMinutes(9));
        var ended = await CodeFlowScene.AnswerAsync(early, page);

        Assert.Equal(HttpStatusCode.BadRequest, tooLate.Status);
        Assert.Equal(HttpStatusCode.OK, still.Status);
        Assert.Equal(HttpStatusCode.BadRequest, ended.Status);
        Assert.Null(ended.RedirectsTo);
    }
}
