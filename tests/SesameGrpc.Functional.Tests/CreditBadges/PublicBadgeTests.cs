using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using SesameGrpc.Functional.Tests.PersonPages;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.CreditBadges;

/// <summary>What everybody sees of a badge: the picture, the page, the key and the status list.</summary>
public sealed partial class PublicBadgeTests(Stores stores)
{
    [Fact]
    public async Task Picture_MayBeEmbeddedAnywhere_RunsNothing_AndIsKeptForHalfAMinute()
    {
        await using var scene = await BadgeScene.StartAsync(stores, Store.Sqlite);
        var id = (await scene.IssueAsync()).CreditBadge.CreditBadgeId;

        using var answer = await scene.Public.GetAsync(Picture(id, ""));

        Assert.Equal("image/svg+xml; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        Assert.Equal("public, must-revalidate, max-age=30", answer.Headers.CacheControl!.ToString());
        Assert.Equal("cross-origin", Header(answer, "Cross-Origin-Resource-Policy"));
        Assert.Equal("nosniff", Header(answer, "X-Content-Type-Options"));
        Assert.Equal("default-src 'none'; sandbox", Header(answer, "Content-Security-Policy"));
        Assert.False(answer.Headers.Contains("Set-Cookie"));
        Assert.False(answer.Headers.ETag!.IsWeak);
        Assert.InRange(answer.Content.Headers.ContentLength!.Value, 1, 4096);
    }

    [Fact]
    public async Task Picture_ThatIsKnown_IsNotSentAgain_UntilItChanges()
    {
        await using var scene = await BadgeScene.StartAsync(stores, Store.Sqlite);
        var id = (await scene.IssueAsync()).CreditBadge.CreditBadgeId;
        using var first = await scene.Public.GetAsync(Picture(id, ""));

        using var known = await AskAsync(scene, id, first.Headers.ETag!.ToString());
        using var amongOthers = await AskAsync(scene, id, $"\"x\", {first.Headers.ETag}");
        using var other = await AskAsync(scene, id, "\"x\"");
        await scene.WithdrawAsync();
        using var changed = await AskAsync(scene, id, first.Headers.ETag.ToString());

        Assert.Equal((HttpStatusCode.NotModified, HttpStatusCode.NotModified), (known.StatusCode, amongOthers.StatusCode));
        Assert.Equal(first.Headers.ETag, known.Headers.ETag);
        Assert.Empty(await known.Content.ReadAsByteArrayAsync());
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (other.StatusCode, changed.StatusCode));
        Assert.NotEqual(first.Headers.ETag, changed.Headers.ETag);
    }

    [Theory]
    [InlineData("lang=zh&size=s", "信用徽章：良好", "110")]
    [InlineData("lang=zh-CN&size=m", "信用徽章：良好", "154")]
    [InlineData("lang=en&size=l", "Credit badge: Good", "270")]
    [InlineData("lang=tlh&size=huge", "信用徽章：良好", "154")]
    [InlineData("", "信用徽章：良好", "154")]
    public async Task Picture_HasTheLanguageAndTheSizeThatWereAskedFor(string query, string title, string width)
    {
        await using var scene = await BadgeScene.StartAsync(stores, Store.Sqlite);
        var id = (await scene.IssueAsync()).CreditBadge.CreditBadgeId;

        var svg = await scene.PictureAsync(id, query);

        Assert.Contains($"<title>{WebUtility.HtmlEncode(title)}</title>", svg, StringComparison.Ordinal);
        Assert.Contains($" width=\"{width}\"", svg, StringComparison.Ordinal);
        Assert.Contains("role=\"img\"", svg, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Head_HasTheHeadersAlone()
    {
        await using var scene = await BadgeScene.StartAsync(stores, Store.Sqlite);
        var id = (await scene.IssueAsync()).CreditBadge.CreditBadgeId;
        using var request = new HttpRequestMessage(HttpMethod.Head, Picture(id, ""));

        using var answer = await scene.Public.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.NotNull(answer.Headers.ETag);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("\"onload=\"alert(1)")]
    [InlineData("']]><svg/onload=alert(1)>")]
    [InlineData("{{7*7}}&#x3c;b&gt;")]
    public async Task Profile_WhateverItIs_IsTextEverywhere(string profile)
    {
        await using var scene = await BadgeScene.StartAsync(stores, Store.Sqlite);
        var badge = (await scene.IssueAsync(profile: profile)).CreditBadge;

        var svg = await scene.PictureAsync(badge.CreditBadgeId, "size=l");
        var page = await scene.PageAsync(badge.CreditBadgeId, $"?profile={Uri.EscapeDataString(profile)}&lang=en");

        Assert.Equal(profile, badge.Profile);
        Assert.DoesNotContain(profile, svg + page.Html, StringComparison.Ordinal);
        Assert.Contains($"Yes: this badge belongs to the profile {profile} on {BadgeScene.Site}.", page.Text, StringComparison.Ordinal);
        Assert.Empty(Running().Matches(svg + page.Html));
        Assert.Contains("default-src 'none'", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_SaysForWhichProfileOnWhichSite_AndTellsACopy()
    {
        await using var scene = await BadgeScene.StartAsync(stores, Store.Sqlite);
        var id = (await scene.IssueAsync()).CreditBadge.CreditBadgeId;

        var page = await scene.PageAsync(id, "?lang=en");
        var own = await scene.PageAsync(id, "?lang=en&profile=zhang");
        var withSite = await scene.PageAsync(id, $"?lang=en&profile=zhang&site={Uri.EscapeDataString(BadgeScene.Site)}");
        var copied = await scene.PageAsync(id, "?lang=en&profile=li");
        var otherCase = await scene.PageAsync(id, "?lang=en&profile=Zhang");
        var elsewhere = await scene.PageAsync(id, "?lang=en&profile=zhang&site=https%3A%2F%2Felsewhere.example");
        var chinese = await scene.PageAsync(id, "?lang=zh&profile=li");

        Assert.Contains("Credit band Good", page.Text, StringComparison.Ordinal);
        Assert.Contains(BadgeScene.Site, page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("id=\"answer\"", page.Html, StringComparison.Ordinal);
        Assert.All(
            [own, withSite],
            it => Assert.Contains("Yes: this badge belongs to the profile zhang", it.Text, StringComparison.Ordinal)
        );
        Assert.All(
            [copied, otherCase, elsewhere],
            it => Assert.Contains("No: this badge belongs to another profile.", it.Text, StringComparison.Ordinal)
        );
        Assert.Contains("不是：此徽章属于另一个个人主页。", chinese.Text, StringComparison.Ordinal);
        Assert.Equal("no-store, no-cache", string.Join(", ", page.Headers.GetValues("Cache-Control")));
        Assert.All([page, own, chinese], it => Assert.DoesNotContain("620", it.Html, StringComparison.Ordinal));
        Assert.All([page, own, chinese], it => Assert.DoesNotContain(BadgeScene.Person, it.Html, StringComparison.Ordinal));
        Assert.DoesNotContain(await scene.Gateway.PersonIdAsync(BadgeScene.Person), page.Html, StringComparison.Ordinal);
    }

    /// <summary>Never was, has gone out, has ended: nobody can tell one from another.</summary>
    [Fact]
    public async Task WhatIsNotLit_IsTheSame_WhateverItIs()
    {
        await using var scene = await BadgeScene.StartAsync(stores, Store.Sqlite);
        var unlit = (await scene.IssueAsync()).CreditBadge.CreditBadgeId;
        await scene.WithdrawAsync();
        string[] ids = [unlit, new string('0', 32), new string('q', 32), $"{unlit}{unlit}"];

        var pictures = new List<string>();
        var pages = new List<string>();
        foreach (var id in ids)
        {
            pictures.Add(await scene.PictureAsync(id));
            pages.Add((await scene.PageAsync(id)).Html.Replace(id, "ID", StringComparison.Ordinal));
        }

        pictures.Add(await scene.PictureAsync("x"));
        Assert.Single(pictures.Distinct());
        Assert.Single(pages.Distinct());
        Assert.Contains("Not valid", pictures[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metadata_LeadsToTheKey_AndListsThatNobodyNeedsAreNotThere()
    {
        await using var scene = await BadgeScene.StartAsync(stores, Store.Sqlite);
        var issued = await scene.IssueAsync();
        var metadata = JsonDocument.Parse(await scene.Public.GetStringAsync("/.well-known/jwt-vc-issuer")).RootElement;
        var keys = JsonDocument.Parse(await scene.Public.GetStringAsync(metadata.GetProperty("jwks_uri").GetString()!)).RootElement;
        using var list = await scene.Public.GetAsync(new Uri("/badges/status/0", UriKind.Relative));
        var claims = BadgeScene.PayloadOf(await list.Content.ReadAsStringAsync());

        Assert.Equal(metadata.GetProperty("issuer").GetString(), BadgeScene.PayloadOf(issued.SdJwt).GetProperty("iss").GetString());
        Assert.Equal("ES256", keys.GetProperty("keys")[0].GetProperty("alg").GetString());
        Assert.Equal("application/statuslist+jwt", list.Content.Headers.ContentType!.ToString());
        Assert.Equal(TimeSpan.FromSeconds(15), list.Headers.CacheControl!.MaxAge);
        Assert.Equal((15, 60), (claims.GetProperty("ttl").GetInt32(), Seconds("exp") - Seconds("iat")));
        Assert.Equal(new Uri(scene.Gateway.PublicUrl, "/badges/status/0").ToString(), claims.GetProperty("sub").GetString());
        foreach (
            var address in new[]
            {
                "/badges/status/1",
                "/badges/status/-1",
                "/badges/status/x",
                "/badges/status/99999999999999999999",
                "/badges/",
                "/badges",
            }
        )
        {
            using var missing = await scene.Public.GetAsync(new Uri(address, UriKind.Relative));
            Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
        }

        long Seconds(string name) => claims.GetProperty(name).GetInt64();
    }

    /// <summary>No picture is better than one of which nobody knows whether it still holds.</summary>
    [Fact]
    public async Task WithoutAStore_NothingIsSaid()
    {
        Stores.Require(PostgresServer.IsInstalled, "postgresql-15");
        var server = await PostgresServer.StartAsync();
        await using var gateway = await GatewayUnderTest.StartAsync(new GatewaySetup { PostgreSql = await server.NewDatabaseAsync() });
        using var visitor = new HttpClient(gateway.Handler(null)) { BaseAddress = gateway.PublicUrl };
        var id = new string('0', 32);
        await server.DisposeAsync();

        foreach (var address in new[] { $"/badges/{id}.svg", $"/badges/{id}", "/badges/status/0" })
        {
            using var answer = await visitor.GetAsync(new Uri(address, UriKind.Relative));
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            Assert.NotEqual(true, answer.Headers.CacheControl?.Public);
        }
    }

    [Fact]
    public async Task Person_SeesTheBadges_AndWhatHappensToThem()
    {
        await using var scene = await BadgeScene.StartAsync(stores, Store.Sqlite);
        var badge = (await scene.IssueAsync()).CreditBadge;
        using var browser = await PersonPageWorld.LogInAsync(scene.Gateway, BadgeScene.Person);

        var page = await browser.OpenAsync("/me/consents");
        var withdrawn = await browser.SubmitAsync(page, "/me/consents", ("action", "withdraw"));
        var accesses = await browser.OpenAsync("/me/accesses");

        Assert.Contains($"href=\"/badges/{badge.CreditBadgeId}\"", page.Html, StringComparison.Ordinal);
        Assert.Contains("they go out within a minute", page.Text, StringComparison.Ordinal);
        Assert.Contains("The band of your score, to anybody who sees your profile", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(badge.CreditBadgeId, withdrawn.Html, StringComparison.Ordinal);
        Assert.Contains("Asked for a badge on your profile", accesses.Text, StringComparison.Ordinal);
        Assert.Contains("its band, to anybody who sees your profile", accesses.Text, StringComparison.Ordinal);
        Assert.Contains("Not valid", await scene.PictureAsync(badge.CreditBadgeId), StringComparison.Ordinal);
    }

    private static Uri Picture(string id, string query) => new($"/badges/{id}.svg{query}", UriKind.Relative);

    private static string Header(HttpResponseMessage answer, string name) => answer.Headers.GetValues(name).Single();

    private static async Task<HttpResponseMessage> AskAsync(BadgeScene scene, string id, string tags)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Picture(id, ""));
        request.Headers.TryAddWithoutValidation("If-None-Match", tags);
        return await scene.Public.SendAsync(request);
    }

    // A script, or an attribute that runs one.
    [GeneratedRegex("<script|<[^>]*\\son[a-z]+\\s*=", RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Running();
}
