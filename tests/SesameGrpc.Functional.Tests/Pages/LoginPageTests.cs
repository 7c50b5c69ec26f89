using System.Net;
using Grpc.Core;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.Pages;

/// <summary>Logging in to the pages, the session, opting in, and what every page's answer carries.</summary>
public sealed class LoginPageTests
{
    [Fact]
    public async Task Login_OfASandboxPersonWhoTakesPart_GoesWhereItCameFrom()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        await gateway.FeedAsync("test-650", 650);
        using var browser = Browser(gateway);

        var asked = await browser.OpenAsync("/login?return=%2Fopt-in");
        var page = await browser.SubmitAsync(asked, "/login", ("person", "test-650"));

        Assert.Equal("/opt-in", page.Address.AbsolutePath);
        Assert.Equal(HttpStatusCode.OK, page.Status);
        Assert.Contains("Log out", page.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nobody")]
    [InlineData("")]
    [InlineData("<script>")]
    public async Task Login_OfNobody_SaysSoAndKeepsTheInput(string person)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var browser = Browser(gateway);

        var page = await browser.LogInAsync(person);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, page.Status);
        Assert.Contains("There is no such sandbox person.", page.Text, StringComparison.Ordinal);
        Assert.Equal(person, page.FormOf("/login")["person"]);
        Assert.DoesNotContain("<script", page.Html, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("https://elsewhere.example/")]
    [InlineData("//elsewhere.example/")]
    [InlineData("/\\elsewhere.example/")]
    [InlineData("javascript:alert(1)")]
    public async Task Login_WithAnAddressElsewhere_DoesNotLeadThere(string address)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        await gateway.FeedAsync("test-650", 650);
        using var browser = Browser(gateway);

        var asked = await browser.OpenAsync($"/login?return={Uri.EscapeDataString(address)}");
        var page = await browser.SubmitAsync(asked, "/login", ("person", "test-650"), ("return", address));

        Assert.Equal("/me", page.Address.AbsolutePath);
        Assert.Null(page.RedirectsTo);
    }

    [Fact]
    public async Task OptIn_OfAPersonWhoDidNotTakePart_IsAskedForAndAudited()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var browser = Browser(gateway);
        const string Person = "test-650-notopted";

        var page = await browser.LogInAsync(Person, "/opt-in");
        Assert.Contains("You do not take part yet", page.Text, StringComparison.Ordinal);
        var before = await RefusedCall.OfAsync(gateway.Persons.GetPersonAsync(new GetPersonRequest { Person = Person }));
        await browser.SubmitAsync(page, "/opt-in");
        var after = await gateway.Persons.GetPersonAsync(new GetPersonRequest { Person = Person });
        var log = await gateway.Audit.ListAuditEntriesAsync(new ListAuditEntriesRequest { Person = Person });

        Assert.Equal(StatusCode.NotFound, before.Code);
        Assert.True(after.Person.OptedIn);
        Assert.Contains(log.Records, found => found.Entry is { Caller: "person", Method: "person/OptIn" });
    }

    [Fact]
    public async Task Post_WithoutTheFormsToken_ChangesNothing()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var browser = Browser(gateway);
        var page = await browser.LogInAsync("test-650-notopted", "/opt-in");

        var refused = await browser.SubmitAsync(page, "/opt-in", ("__RequestVerificationToken", "forged"));

        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.Contains("This form does not count any more", refused.Text, StringComparison.Ordinal);
        await RefusedCall.OfAsync(gateway.Persons.GetPersonAsync(new GetPersonRequest { Person = "test-650-notopted" }));
    }

    [Fact]
    public async Task Session_EndsWhenIdleAndAfterEightHours()
    {
        var time = new MovableTime();
        await using var gateway = await GatewayUnderTest.StartAsync(new GatewaySetup { Time = time });
        await gateway.FeedAsync("test-650", 650);
        using var browser = Browser(gateway);

        await browser.LogInAsync("test-650", "/opt-in");
        Assert.True(await IsLoggedInAsync());
        time.Advance(TimeSpan.FromMinutes(16));
        Assert.False(await IsLoggedInAsync());

        await browser.LogInAsync("test-650", "/opt-in");
        for (var minutes = 0; minutes < 8 * 60; minutes += 10)
        {
            Assert.True(await IsLoggedInAsync());
            time.Advance(TimeSpan.FromMinutes(10));
        }

        time.Advance(TimeSpan.FromMinutes(1));
        Assert.False(await IsLoggedInAsync());

        async Task<bool> IsLoggedInAsync() => (await browser.OpenAsync("/opt-in")).Address.AbsolutePath == "/opt-in";
    }

    [Fact]
    public async Task Session_IsReadByEveryInstance_AndEndsWithLogout()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        await gateway.FeedAsync("test-650", 650);
        await using var second = await GatewayUnderTest.StartAsync(new GatewaySetup { Beside = gateway });
        using var browser = Browser(gateway);

        await browser.LogInAsync("test-650", "/opt-in");
        var elsewhere = await browser.OpenAsync(new Uri(second.PublicUrl, "/opt-in").ToString());
        var left = await browser.SubmitAsync(elsewhere, "/logout");
        var after = await browser.OpenAsync("/opt-in");

        Assert.Equal(HttpStatusCode.OK, elsewhere.Status);
        Assert.Contains("You are logged out", left.Text, StringComparison.Ordinal);
        Assert.Equal("/login", after.Address.AbsolutePath);
    }

    [Theory]
    [InlineData("zh-CN", "/login", "zh-CN")]
    [InlineData("de, en;q=0.5, zh;q=0.1", "/login", "en")]
    [InlineData("en", "/login?lang=zh", "zh-CN")]
    [InlineData("fr", "/login", "zh-CN")]
    public async Task Language_IsTheQuerysThenTheBrowsers(string preferred, string address, string language)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var browser = Browser(gateway, preferred);

        var page = await browser.OpenAsync(address);
        var next = await browser.OpenAsync("/login");

        Assert.Contains($"<html lang=\"{language}\"", page.Html, StringComparison.Ordinal);
        Assert.Contains($"<html lang=\"{language}\"", next.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_CarriesItsHeaders_AlsoWhenThereIsNone()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var browser = Browser(gateway);

        foreach (var page in new[] { await browser.OpenAsync("/login"), await browser.OpenAsync("/login/none") })
        {
            Assert.True(page.Headers.CacheControl!.NoStore);
            Assert.Equal("no-referrer", page.Headers.GetValues("Referrer-Policy").Single());
            var policy = page.Headers.GetValues("Content-Security-Policy").Single();
            Assert.StartsWith("default-src 'none'; style-src 'self'; form-action 'self';", policy, StringComparison.Ordinal);
            Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("<script", page.Html, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public async Task Pages_AreOnThePublicListenerAlone_AndNoCallIs()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var bike = await gateway.ConnectAsync("bike");
        using var partner = new HttpClient(gateway.Handler(bike.Certificate));

        using var page = await partner.GetAsync(new Uri(gateway.PartnerUrl, "/login"));
        using var call = gateway.Channel(gateway.PublicUrl, null);
        var refused = await Assert.ThrowsAsync<RpcException>(async () =>
            await new Contracts.Partner.V1.CreditScoreService.CreditScoreServiceClient(call).GetCreditScoreAsync(
                new Contracts.Partner.V1.GetCreditScoreRequest { Subject = "test-650" }
            )
        );

        Assert.NotEqual("text/html", page.Content.Headers.ContentType?.MediaType);
        Assert.Equal(StatusCode.Unimplemented, refused.StatusCode);
    }

    private static PageBrowser Browser(GatewayUnderTest gateway, string language = "en") =>
        new(gateway.PublicUrl, gateway.Handler(null), language);
}
