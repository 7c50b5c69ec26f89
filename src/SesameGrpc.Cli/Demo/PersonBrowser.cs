using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;

namespace SesameGrpc.Cli.Demo;

/// <summary>The browser of the story's person: keeps cookies, and fills in the forms of the gateway's pages, which need no script.</summary>
internal sealed partial class PersonBrowser : IDisposable
{
    private readonly HttpClient http;

    public PersonBrowser(Uri pages, string caPath)
    {
        var chain = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        chain.CustomTrustStore.ImportFromPemFile(caPath);
        http = new HttpClient(
            new SocketsHttpHandler
            {
                SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = chain },
                CookieContainer = new CookieContainer(),
                AllowAutoRedirect = false,
            }
        )
        {
            BaseAddress = pages,
        };
    }

    /// <summary>Opens an address; where there is a form to log in, logs this sandbox person in and goes on to where they wanted to.</summary>
    public async Task<string> OpenAsAsync(string address, string person, CancellationToken cancellationToken)
    {
        var page = await OpenAsync(address, cancellationToken);
        return page.Contains("action=\"/login\"", StringComparison.Ordinal)
            ? await FollowAsync(await SubmitAsync(page, "/login", "person", person, cancellationToken), cancellationToken)
            : page;
    }

    /// <summary>Sends the form with this action and this one value changed; where the answer leads.</summary>
    public async Task<Uri> SubmitAsync(string page, string action, string name, string value, CancellationToken cancellationToken)
    {
        var form =
            Forms().Matches(page).Select(match => match.Value).FirstOrDefault(text => AttributeOf(text, "action") == action)
            ?? throw new InvalidOperationException($"The page has no form to {action}: {page}");
        var fields = Inputs()
            .Matches(form)
            .Where(input => AttributeOf(input.Value, "name") is not null)
            .ToDictionary(input => AttributeOf(input.Value, "name")!, input => AttributeOf(input.Value, "value") ?? "");
        fields[name] = value;
        using var content = new FormUrlEncodedContent(fields);
        using var response = await http.PostAsync(new Uri(action, UriKind.Relative), content, cancellationToken);
        return response.Headers.Location is { } location
            ? new Uri(http.BaseAddress!, location)
            : throw new InvalidOperationException($"The form to {action} was answered {(int)response.StatusCode} without leading on.");
    }

    /// <summary>Opens an address, following where it leads.</summary>
    public async Task<string> OpenAsync(string address, CancellationToken cancellationToken)
    {
        using var response = await http.GetAsync(new Uri(address, UriKind.Relative), cancellationToken);
        return response.Headers.Location is { } location
            ? await FollowAsync(new Uri(http.BaseAddress!, location), cancellationToken)
            : await response.Content.ReadAsStringAsync(cancellationToken);
    }

    public void Dispose() => http.Dispose();

    private Task<string> FollowAsync(Uri address, CancellationToken cancellationToken) =>
        OpenAsync(address.PathAndQuery, cancellationToken);

    private static string? AttributeOf(string element, string name)
    {
        var match = Regex.Match(element, $"\\s{name}=\"([^\"]*)\"", RegexOptions.None, TimeSpan.FromSeconds(1));
        return match.Success ? WebUtility.HtmlDecode(match.Groups[1].Value) : null;
    }

    [GeneratedRegex("<form.*?</form>", RegexOptions.Singleline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Forms();

    [GeneratedRegex("<input[^>]*>", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Inputs();
}
