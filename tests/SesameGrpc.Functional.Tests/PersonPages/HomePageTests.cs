using System.Net;
using System.Text;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.PersonPages;

/// <summary>A person's first page, and what holds for each of a person's own pages.</summary>
public sealed class HomePageTests
{
    private const int MostBytes = 20_000;

    private static readonly string[] All =
    [
        "/me",
        "/me/accesses",
        "/me/consents",
        "/me/consents/withdraw-all",
        "/me/obligations",
        "/me/fulfilments",
        "/me/disputes",
        "/me/disputes/new?about=score",
        "/me/opt-out",
        "/me/erase",
    ];

    [Theory]
    [InlineData("en", "My credit score", "Band: Good", "Active consents", "Contact network")]
    [InlineData("zh", "我的信用分", "等级：良好", "有效的同意", "人脉关系")]
    public async Task Home_ShowsScoreBandAndWhatIsOpen(string language, string title, string band, string consents, string absent)
    {
        await using var world = await PersonPageWorld.StartAsync(language: language);
        await world.LookAsync();

        var page = await world.Browser.OpenAsync("/me");

        Assert.Equal(HttpStatusCode.OK, page.Status);
        Assert.Contains(title, page.Text, StringComparison.Ordinal);
        Assert.Contains($"649 {band}", page.Text, StringComparison.Ordinal);
        Assert.Contains($"1 {consents}", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(absent, page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Home_OfAScoreWithParts_NamesAtMostFourFactors()
    {
        await using var world = await PersonPageWorld.StartAsync();
        await FeedPartsAsync(world.Gateway);

        var page = await world.Browser.OpenAsync("/me");

        Assert.Contains("Credit history", page.Text, StringComparison.Ordinal);
        Assert.Contains("Personal characteristics", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Contact network", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Home_OfANewcomer_SaysThatThereIsNoScoreYet()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var browser = await PersonPageWorld.LogInAsync(gateway, "test-650-notopted");

        var asked = await browser.OpenAsync("/me");
        var page = await browser.SubmitAsync(asked, "/opt-in");

        Assert.Equal("/me", page.Address.AbsolutePath);
        Assert.Contains("600 Band: Good", page.Text, StringComparison.Ordinal);
        Assert.Contains("No score has been computed for you yet.", page.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("en")]
    [InlineData("zh-CN")]
    public async Task EachPage_IsSmallAndHasNoScript_AndCarriesItsHeaders(string language)
    {
        await using var world = await PersonPageWorld.StartAsync(language: language);
        for (var look = 0; look < 25; look++)
        {
            await world.CheckAsync();
        }

        foreach (var address in All)
        {
            var page = await world.Browser.OpenAsync(address);

            Assert.Equal(HttpStatusCode.OK, page.Status);
            Assert.Equal(address.Split('?')[0], page.Address.AbsolutePath);
            Assert.InRange(Encoding.UTF8.GetByteCount(page.Html), 1000, MostBytes);
            Assert.DoesNotContain("<script", page.Html, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(" style=", page.Html, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(" onclick=", page.Html, StringComparison.OrdinalIgnoreCase);
            Assert.Contains($"<html lang=\"{language}\"", page.Html, StringComparison.Ordinal);
            Assert.StartsWith("default-src 'none';", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
            Assert.True(page.Headers.CacheControl!.NoStore);
        }
    }

    [Fact]
    public async Task EachPage_OfNobody_IsTheLogin()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var browser = new PageBrowser(gateway.PublicUrl, gateway.Handler(null));

        foreach (var address in (string[])[.. All, "/me/accesses/0", "/me/export"])
        {
            var page = await browser.OpenAsync(address);

            Assert.Equal("/login", page.Address.AbsolutePath);
            Assert.Equal(address, page.FormOf("/login")["return"]);
        }
    }

    private static async Task FeedPartsAsync(GatewayUnderTest gateway)
    {
        var row = new ScoreRow
        {
            Line = 1,
            Person = "test-649",
            Version = 2,
            CreditHistory = 400,
            FulfilmentCapacity = 500,
            BehaviourPreference = 600,
            PersonalCharacteristics = 600,
            ContactNetwork = 350,
            AsOfUnixMicros = gateway.Service<TimeProvider>().GetUtcNow().ToUnixTimeMilliseconds() * 1000,
        };
        using var call = gateway.ScoreFeed.ImportScores();
        await call.RequestStream.WriteAsync(
            new ImportScoresRequest
            {
                ImportId = "parts",
                ModelVersion = "test",
                Rows = { row },
                Last = true,
            }
        );
        await call.RequestStream.CompleteAsync();
        Assert.Equal(1, (await call).ScoreImport.AppliedRows);
    }
}
