using System.Net;
using System.Reflection;
using Markdig;

namespace SesameGrpc.Gateway.ErrorReference;

/// <summary>Serves docs/errors.md on the public listener, so that the Help link of every error opens its cause and fix, offline too.</summary>
internal sealed class ErrorPages
{
    private const string Style =
        "body{font:16px/1.6 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#1b1f24;background:#fff}"
        + "code,pre{font:14px/1.5 ui-monospace,monospace;background:#f3f4f6;border-radius:4px}code{padding:.1em .3em}pre{padding:1em;overflow:auto}pre code{padding:0}"
        + "a{color:#0b57d0}h1,h2{line-height:1.25}@media(prefers-color-scheme:dark){body{color:#e6e6e6;background:#16181c}code,pre{background:#24272d}a{color:#8ab4f8}}";

    private readonly string overview;
    private readonly Dictionary<string, string> pages;

    public ErrorPages()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("errors.md")!;
        using var reader = new StreamReader(stream);
        var sections = reader.ReadToEnd().Split("\n## ");
        pages = sections
            .Skip(1)
            .ToDictionary(
                section => section[..section.IndexOf('\n', StringComparison.Ordinal)].Trim(),
                section => Page($"# {section}", "<p><a href=\"/errors\">All reasons</a></p>")
            );
        var list = string.Join('\n', pages.Keys.Select(reason => $"- [{reason}](/errors/{reason})"));
        overview = Page($"{sections[0]}\n\n{list}\n", "");
    }

    /// <summary>Writes the page of the reason in the path, or the overview.</summary>
    public Task WriteAsync(HttpContext http)
    {
        var page = http.Request.Path.Value?.TrimEnd('/').Split('/') switch
        {
            ["", "errors"] => overview,
            ["", "errors", var reason] => pages.GetValueOrDefault(reason),
            _ => null,
        };
        if (page is null)
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        http.Response.ContentType = "text/html; charset=utf-8";
        http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'";
        return http.Response.WriteAsync(page, http.RequestAborted);
    }

    private static string Page(string markdown, string foot)
    {
        var title = markdown.TrimStart('#', ' ').Split('\n')[0];
        return $"""
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{WebUtility.HtmlEncode(title)}</title><style>{Style}</style></head>
            <body><main>{Markdown.ToHtml(markdown)}{foot}</main></body></html>
            """;
    }
}
