using System.Net;
using System.Reflection;
using System.Text;

namespace SesameGrpc.DocSite.Layout;

/// <summary>The frame of every page: skip link, contents, the other language, the body.</summary>
internal sealed class PageLayout(Site site)
{
    public const string StylePath = "site.css";
    public const string ScriptPath = "site.js";

    private static readonly Dictionary<string, (string Contents, string Skip, string Other, string OnPage)> Words = new()
    {
        ["en"] = ("Contents", "Skip to the text", "中文", "On this page"),
        ["zh-CN"] = ("目录", "跳到正文", "English", "本页内容"),
    };

    private readonly HashSet<string> paths = [.. site.Pages.Select(page => page.Path)];

    /// <summary>One of the site's own files.</summary>
    public static string Asset(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    public string Html(SitePage page, PageBody body)
    {
        var words = Words[page.Language];
        string To(string path) => LinkMap.Relative(page.Path, path);
        return $"""
            <!doctype html>
            <html lang="{page.Language}" data-root="{To("index.html")[..^"index.html".Length]}">
            <head>
            <meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{Encode(body.Title)} · SesameGrpc</title>
            <link rel="stylesheet" href="{To(StylePath)}"><script src="{To(ScriptPath)}" defer></script>
            </head>
            <body>
            <a class="skip" href="#text">{words.Skip}</a>
            <header><a class="product" href="{To(HomeOf(page.Language))}">SesameGrpc</a><div id="search"></div>{OtherLanguage(
                page,
                words.Other
            )}</header>
            <div class="columns">
            <nav class="contents" aria-label="{words.Contents}"><details open><summary>{words.Contents}</summary>
            {ContentsOf(page)}</details></nav>
            <main id="text" tabindex="-1">
            {body.Html.Replace("</h1>\n", "</h1>\n" + OnThisPage(page, body, words.OnPage), StringComparison.Ordinal)}</main>
            </div>
            </body>
            </html>

            """;
    }

    private string ContentsOf(SitePage page)
    {
        var html = new StringBuilder();
        foreach (var (title, links) in site.Contents[page.Language].Sections)
        {
            html.Append($"<h2>{Encode(title)}</h2>\n<ul>\n");
            foreach (var (text, target) in links)
            {
                var path = site.Links.Find(target)!;
                var current = path == page.Path ? " aria-current=\"page\"" : "";
                html.Append($"<li><a href=\"{LinkMap.Relative(page.Path, path)}\"{current}>{Encode(text)}</a></li>\n");
            }

            html.Append("</ul>\n");
        }

        return html.ToString();
    }

    // Long pages of the reference begin with a list of what they have.
    private static string OnThisPage(SitePage page, PageBody body, string title) =>
        page.Path.StartsWith("reference/", StringComparison.Ordinal) && body.Headings.Count > 3
            ? $"<details class=\"on-page\"><summary>{title}</summary><ul>{string.Concat(body.Headings.Select(heading => $"<li><a href=\"#{heading.Anchor}\">{Encode(heading.Text)}</a></li>"))}</ul></details>\n"
            : "";

    private string OtherLanguage(SitePage page, string name)
    {
        var isEnglish = page.Language == "en";
        var twin = isEnglish ? page.Path[..^".html".Length] + ".zh.html" : page.Path[..^".zh.html".Length] + ".html";
        var language = isEnglish ? "zh-CN" : "en";
        var target = paths.Contains(twin) ? twin : HomeOf(language);
        return $"<a class=\"language\" lang=\"{language}\" hreflang=\"{language}\" href=\"{LinkMap.Relative(page.Path, target)}\">{name}</a>";
    }

    private static string HomeOf(string language) => language == "en" ? "index.html" : "index.zh.html";

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
