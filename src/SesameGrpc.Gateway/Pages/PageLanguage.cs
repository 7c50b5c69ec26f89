using SesameGrpc.Gateway.Pages.Texts;

namespace SesameGrpc.Gateway.Pages;

/// <summary>Chooses a page's language: the query's lang, which a cookie keeps; else that cookie; else what the browser prefers; else Chinese.</summary>
internal static class PageLanguage
{
    public const string Parameter = "lang";
    private const string Cookie = "__Host-lang";

    public static PageTexts Texts(this HttpContext http)
    {
        if (http.Items.TryGetValue(typeof(PageTexts), out var known))
        {
            return (PageTexts)known!;
        }

        var texts = Choose(http);
        http.Items[typeof(PageTexts)] = texts;
        return texts;
    }

    private static PageTexts Choose(HttpContext http)
    {
        if (PageTexts.Find(http.Request.Query[Parameter]) is { } asked)
        {
            var year = new CookieOptions
            {
                Secure = true,
                HttpOnly = true,
                SameSite = SameSiteMode.Lax,
                MaxAge = TimeSpan.FromDays(365),
                IsEssential = true,
            };
            http.Response.Cookies.Append(Cookie, asked.Code, year);
            return asked;
        }

        return PageTexts.Find(http.Request.Cookies[Cookie]) ?? Preferred(http.Request) ?? PageTexts.Chinese;
    }

    private static PageTexts? Preferred(HttpRequest request) =>
        request
            .GetTypedHeaders()
            .AcceptLanguage.OrderByDescending(language => language.Quality ?? 1)
            .Select(language => PageTexts.Find(language.Value.Value))
            .FirstOrDefault(texts => texts is not null);
}
