using System.Net;
using System.Text.RegularExpressions;

namespace SesameGrpc.TestSupport;

/// <summary>A person's browser without scripts: keeps cookies, follows redirects on the pages, and fills in the forms that a page has.</summary>
public sealed partial class PageBrowser : IDisposable
{
    private const int MostRedirects = 10;
    private readonly HttpClient http;
    private readonly Uri pages;

    public PageBrowser(Uri pages, SocketsHttpHandler handler, string language = "en")
    {
        this.pages = pages;
        handler.AllowAutoRedirect = false;
        handler.UseCookies = true;
        handler.CookieContainer = Cookies;
        http = new HttpClient(handler);
        http.DefaultRequestHeaders.AcceptLanguage.ParseAdd(language);
    }

    public CookieContainer Cookies { get; } = new();

    /// <summary>A place elsewhere whose redirects are followed too: a login's provider.</summary>
    public Uri? AlsoFollows { get; init; }

    public async Task<BrowsedPage> OpenAsync(string address)
    {
        var target = new Uri(pages, address);
        using var request = new HttpRequestMessage(HttpMethod.Get, target);
        return await FollowAsync(await http.SendAsync(request), target);
    }

    /// <summary>Sends the page's form with this action, with the values that it has and these.</summary>
    public async Task<BrowsedPage> SubmitAsync(BrowsedPage page, string action, params (string Name, string Value)[] fields)
    {
        var values = page.FormOf(action);
        foreach (var (name, value) in fields)
        {
            values[name] = value;
        }

        var target = new Uri(page.Address, action);
        using var content = new FormUrlEncodedContent(values);
        return await FollowAsync(await http.PostAsync(target, content), target);
    }

    /// <summary>Logs a sandbox person in, coming from this page.</summary>
    public async Task<BrowsedPage> LogInAsync(string person, string returnTo = "/me") =>
        await SubmitAsync(await OpenAsync($"/login?return={Uri.EscapeDataString(returnTo)}"), "/login", ("person", person));

    public void Dispose() => http.Dispose();

    // A redirect to elsewhere is not followed: it is what the test looks at.
    private async Task<BrowsedPage> FollowAsync(HttpResponseMessage response, Uri address)
    {
        for (var redirects = 0; ; redirects++)
        {
            var next = response.Headers.Location is { } location ? new Uri(address, location) : null;
            if (next is null || redirects == MostRedirects || !(pages.IsBaseOf(next) || AlsoFollows?.IsBaseOf(next) == true))
            {
                var page = new BrowsedPage(
                    address,
                    response.StatusCode,
                    await response.Content.ReadAsStringAsync(),
                    response.Headers,
                    next
                );
                response.Dispose();
                return page;
            }

            response.Dispose();
            address = next;
            response = await http.GetAsync(address);
        }
    }
}

/// <summary>What a browser came to: a page, or a redirect to elsewhere.</summary>
public sealed partial record BrowsedPage(
    Uri Address,
    HttpStatusCode Status,
    string Html,
    System.Net.Http.Headers.HttpResponseHeaders Headers,
    Uri? RedirectsTo
)
{
    /// <summary>The page's words, without markup.</summary>
    public string Text => WebUtility.HtmlDecode(Spaces().Replace(Tags().Replace(Html, " "), " "));

    /// <summary>The parameters of the redirect.</summary>
    public IReadOnlyDictionary<string, string> RedirectQuery =>
        (RedirectsTo?.Query ?? "")
            .TrimStart('?')
            .Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split('=', 2))
            .ToDictionary(pair => pair[0], pair => Uri.UnescapeDataString(pair.Length > 1 ? pair[1].Replace('+', ' ') : ""));

    /// <summary>The hidden and filled-in fields of the form with this action.</summary>
    public IDictionary<string, string> FormOf(string action)
    {
        var form =
            Forms().Matches(Html).Select(match => match.Value).FirstOrDefault(text => Attribute(text, "action") == action)
            ?? throw new InvalidOperationException($"{Address} ({Status}) has no form to {action}:\n{Html}");
        return Inputs()
            .Matches(form)
            .Select(match => (Name: Attribute(match.Value, "name"), Value: Attribute(match.Value, "value")))
            .Where(input => input.Name is not null)
            .ToDictionary(input => input.Name!, input => input.Value ?? "");
    }

    private static string? Attribute(string element, string name)
    {
        var match = Regex.Match(element, $"\\s{name}=\"([^\"]*)\"", RegexOptions.None, TimeSpan.FromSeconds(1));
        return match.Success ? WebUtility.HtmlDecode(match.Groups[1].Value) : null;
    }

    [GeneratedRegex("<form.*?</form>", RegexOptions.Singleline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Forms();

    [GeneratedRegex("<input[^>]*>", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Inputs();

    [GeneratedRegex("<[^>]*>", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Tags();

    [GeneratedRegex("\\s+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Spaces();
}
