using System.Net;
using System.Text.RegularExpressions;
using Xunit;

namespace SesameGrpc.Functional.Tests.PersonPages;

/// <summary>Who looked, and why something was refused.</summary>
public sealed partial class AccessPageTests
{
    [Fact]
    public async Task Accesses_ShowALookADecisionAndARefusedLook_AtOnce()
    {
        await using var world = await PersonPageWorld.StartAsync();
        await world.LookAsync();
        await world.CheckAsync();
        var consents = await world.Browser.OpenAsync("/me/consents");
        await world.Browser.SubmitAsync(consents, "/me/consents", ("action", "withdraw"));
        await world.LookRefusedAsync();

        var page = await world.Browser.OpenAsync("/me/accesses");

        // Newest first.
        var entries = Entries().Matches(page.Html).Select(match => Words(match.Value)).ToList();
        Assert.Equal(4, entries.Count);
        Assert.Contains("Looked up your score", entries[0], StringComparison.Ordinal);
        Assert.Contains("Was told nothing", entries[0], StringComparison.Ordinal);
        Assert.StartsWith("You yourself", entries[1], StringComparison.Ordinal);
        Assert.Contains("Withdrew a consent", entries[1], StringComparison.Ordinal);
        Assert.Contains("Deposit-free shared bike", entries[2], StringComparison.Ordinal);
        Assert.Contains("No, the service is not open to you", entries[2], StringComparison.Ordinal);
        Assert.StartsWith("hello-bike", entries[3], StringComparison.Ordinal);
        Assert.Contains("Was told your score, its band", entries[3], StringComparison.Ordinal);
        Assert.Contains("What for Offer you a line of credit", entries[3], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("en", "Deposit-free shared bike", "Your credit score does not open this service yet.", "Dispute this refusal")]
    [InlineData("zh", "共享单车免押金", "您的信用分暂未达到该服务的要求。", "对这次拒绝提出异议")]
    public async Task Refusal_IsExplained(string language, string programme, string reason, string dispute)
    {
        await using var world = await PersonPageWorld.StartAsync(language: language);
        var decided = await world.CheckAsync();

        var list = await world.Browser.OpenAsync("/me/accesses");
        var page = await world.Browser.OpenAsync(Links().Match(list.Html).Groups["address"].Value);

        Assert.Equal(HttpStatusCode.OK, page.Status);
        Assert.Contains(programme, page.Text, StringComparison.Ordinal);
        Assert.Contains(reason, page.Text, StringComparison.Ordinal);
        Assert.Contains(decided.PolicyVersion, page.Text, StringComparison.Ordinal);
        Assert.Contains(dispute, page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RefusedLook_OfAPersonWhoNeverAgreed_IsShownAndExplained()
    {
        await using var world = await PersonPageWorld.StartAsync("test-650-noconsent", 650);
        await world.LookRefusedAsync();

        var list = await world.Browser.OpenAsync("/me/accesses");
        var page = await world.Browser.OpenAsync(Links().Match(list.Html).Groups["address"].Value);

        Assert.Contains("There was no consent of yours in force", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Dispute this refusal", page.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/me/accesses/999999")]
    [InlineData("/me/accesses/-1")]
    [InlineData("/me/accesses/first")]
    [InlineData("/me/accesses?before=yesterday")]
    public async Task Access_ThatIsNone_IsNotFound(string address)
    {
        await using var world = await PersonPageWorld.StartAsync();

        var page = await world.Browser.OpenAsync(address);

        Assert.Equal(HttpStatusCode.NotFound, page.Status);
        Assert.Contains("There is nothing here", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Access_OfSomebodyElse_IsNotFound()
    {
        await using var world = await PersonPageWorld.StartAsync();
        await world.CheckAsync();
        await world.Gateway.FeedAsync("test-700", 700);
        using var other = await PersonPageWorld.LogInAsync(world.Gateway, "test-700");

        var list = await world.Browser.OpenAsync("/me/accesses");
        var address = Links().Match(list.Html).Groups["address"].Value;
        var theirs = await other.OpenAsync(address);

        Assert.Equal(HttpStatusCode.OK, (await world.Browser.OpenAsync(address)).Status);
        Assert.Equal(HttpStatusCode.NotFound, theirs.Status);
        Assert.DoesNotContain("hello-bike", theirs.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Accesses_OfMany_ComePageByPage()
    {
        await using var world = await PersonPageWorld.StartAsync();
        for (var look = 0; look < 45; look++)
        {
            await world.LookAsync();
        }

        var counts = new List<int>();
        for (var address = "/me/accesses"; address.Length > 0; )
        {
            var page = await world.Browser.OpenAsync(address);
            counts.Add(Entries().Count(page.Html));
            address = Older().Match(page.Html).Groups["address"].Value;
        }

        Assert.Equal([20, 20, 5], counts);
    }

    private static string Words(string html) =>
        WebUtility.HtmlDecode(Regex.Replace(html, "(?:<[^>]*>|\\s)+", " ", RegexOptions.None, Limit)).Trim();

    private static TimeSpan Limit => TimeSpan.FromSeconds(1);

    [GeneratedRegex("<article.*?</article>", RegexOptions.Singleline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Entries();

    [GeneratedRegex("href=\"(?<address>/me/accesses/[0-9]+)\"", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Links();

    [GeneratedRegex("href=\"(?<address>/me/accesses\\?before=[^\"]+)\">Older", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Older();
}
