using Microsoft.AspNetCore.Http.Extensions;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Pages.Texts;

namespace SesameGrpc.Gateway.Pages;

/// <summary>What every page knows about the request: its language, the same page in the others, and whether somebody is logged in.</summary>
public sealed record PageContext(
    PageTexts Texts,
    IReadOnlyList<(PageTexts Texts, string Address)> Languages,
    bool IsLoggedIn,
    bool IsSandbox
)
{
    internal static PageContext Of(HttpContext http)
    {
        var mode = http.RequestServices.GetRequiredService<GatewayOptions>().Mode;
        return new PageContext(
            http.Texts(),
            [.. PageTexts.All.Select(texts => (texts, AddressIn(http.Request, texts)))],
            http.User.Identity?.IsAuthenticated == true,
            mode == GatewayMode.Sandbox
        );
    }

    // Of an answer to a POST there is no other language; the link leads to the page that had the form.
    private static string AddressIn(HttpRequest request, PageTexts texts)
    {
        var query = new QueryBuilder(
            from pair in request.Query
            where pair.Key != PageLanguage.Parameter
            from value in pair.Value
            select KeyValuePair.Create(pair.Key, value ?? "")
        );
        query.Add(PageLanguage.Parameter, texts.Code);
        return $"{request.Path}{query}";
    }
}
