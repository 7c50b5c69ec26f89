using System.Net;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Functional.Tests.CodeFlow;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.Pages;

/// <summary>Production's login: at an OpenID Connect provider of somebody else, which here is a real one on a loopback port.</summary>
public sealed class UpstreamLoginTests
{
    [Fact]
    public async Task Login_AtTheProvider_ComesBackLoggedIn()
    {
        await using var upstream = await UpstreamIssuer.StartAsync();
        await using var sandbox = await GatewayUnderTest.StartAsync();
        await sandbox.FeedAsync("test-650", 650);
        await using var gateway = await ProductionAsync(sandbox, upstream);
        using var browser = Browser(gateway, upstream);

        var page = await browser.OpenAsync("/login?return=%2Fopt-in");

        Assert.Equal((HttpStatusCode.OK, "/opt-in"), (page.Status, page.Address.AbsolutePath));
        Assert.Contains("Log out", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Sandbox", page.Text, StringComparison.Ordinal);
        Assert.Equal(("code", "S256", "openid"), (Sent("response_type"), Sent("code_challenge_method"), Sent("scope")));
        Assert.Equal($"{gateway.PublicUrl}login/callback", Sent("redirect_uri"));

        string? Sent(string name) => upstream.LastRequest[name];
    }

    [Fact]
    public async Task Login_OfSomebodyNew_IsAskedToTakePart_AndKnownByTheProvidersId()
    {
        await using var upstream = await UpstreamIssuer.StartAsync();
        upstream.Person = "customer-4711";
        await using var sandbox = await GatewayUnderTest.StartAsync();
        await using var gateway = await ProductionAsync(sandbox, upstream);
        using var browser = Browser(gateway, upstream);

        var page = await browser.OpenAsync("/login?return=%2Fopt-in");
        await browser.SubmitAsync(page, "/opt-in");
        var person = await gateway.Persons.GetPersonAsync(new GetPersonRequest { Person = "customer-4711" });

        Assert.True(person.Person.OptedIn);
    }

    [Fact]
    public async Task Login_ThatTheProviderRefusesOrNobodyBegan_LogsNobodyIn()
    {
        await using var upstream = await UpstreamIssuer.StartAsync();
        await using var sandbox = await GatewayUnderTest.StartAsync();
        await using var gateway = await ProductionAsync(sandbox, upstream);
        using var browser = Browser(gateway, upstream);

        upstream.Person = null;
        var refused = await browser.OpenAsync("/login");
        upstream.Person = "not a person's id";
        var malformed = await browser.OpenAsync("/login");
        var forged = await browser.OpenAsync("/login/callback?code=x&state=y");
        var form = await browser.OpenAsync("/logout");

        foreach (var page in new[] { refused, malformed, forged })
        {
            Assert.Equal(HttpStatusCode.BadRequest, page.Status);
            Assert.Contains("The login was not completed", page.Text, StringComparison.Ordinal);
            Assert.DoesNotContain("Log out", page.Text, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("Log out", form.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Login_WhileTheProviderIsDown_SaysSo()
    {
        await using var sandbox = await GatewayUnderTest.StartAsync();
        var upstream = await UpstreamIssuer.StartAsync();
        await using var gateway = await ProductionAsync(sandbox, upstream);
        await upstream.DisposeAsync();
        using var browser = new PageBrowser(gateway.PublicUrl, gateway.Handler(null));

        var page = await browser.OpenAsync("/login");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, page.Status);
    }

    [Fact]
    public async Task Login_InProductionWithoutAProvider_IsNotThere()
    {
        await using var sandbox = await GatewayUnderTest.StartAsync();
        var settings = new Dictionary<string, string?> { ["Sesame:Mode"] = "Production" };
        await using var gateway = await GatewayUnderTest.StartAsync(new GatewaySetup { Beside = sandbox, Settings = settings });
        using var browser = new PageBrowser(gateway.PublicUrl, gateway.Handler(null));

        var page = await browser.OpenAsync("/login");

        Assert.Equal(HttpStatusCode.NotFound, page.Status);
    }

    [Fact]
    public async Task Consent_InProduction_NamesThePersonByAnIdOfThePartnersOwn()
    {
        await using var upstream = await UpstreamIssuer.StartAsync();
        await using var scene = await CodeFlowScene.StartAsync();
        await using var gateway = await ProductionAsync(scene.Gateway, upstream);
        using var browser = Browser(gateway, upstream);

        var pushed = await scene.At(gateway).PushedAsync();
        var page = await browser.OpenAsync(CodeFlowScene.AuthorizeAddress(pushed));
        var back = await CodeFlowScene.AnswerAsync(browser, page);
        var tokens = await scene.At(gateway).ExchangeAsync(back.RedirectQuery["code"]);

        var access = new Microsoft.IdentityModel.JsonWebTokens.JsonWebToken(tokens.Text("access_token"));
        Assert.Matches("^[0-9a-f]{32}$", access.Subject);
        Assert.Equal(access.Subject, new Microsoft.IdentityModel.JsonWebTokens.JsonWebToken(tokens.Text("id_token")).Subject);
        Assert.DoesNotContain("test-650", tokens.Json.GetRawText(), StringComparison.Ordinal);
    }

    private static Task<GatewayUnderTest> ProductionAsync(GatewayUnderTest sandbox, UpstreamIssuer upstream) =>
        GatewayUnderTest.StartAsync(new GatewaySetup { Beside = sandbox, Settings = upstream.Settings() });

    private static PageBrowser Browser(GatewayUnderTest gateway, UpstreamIssuer upstream)
    {
        var handler = gateway.Handler(null);
        upstream.TrustedBy(handler);
        return new PageBrowser(gateway.PublicUrl, handler) { AlsoFollows = upstream.Url };
    }
}
