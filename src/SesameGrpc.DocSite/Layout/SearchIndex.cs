using System.Text.Encodings.Web;
using System.Text.Json;

namespace SesameGrpc.DocSite.Layout;

/// <summary>What the search box looks through: titles, headings and names in code. A script and not a file of JSON, which a page that was opened from a disk may not read.</summary>
internal sealed class SearchIndex
{
    public const string Path = "search-index.js";

    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly List<object> entries = [];

    public void Add(SitePage page, PageBody body)
    {
        var headings = body.Headings.Select(heading => new[] { heading.Text, heading.Anchor });
        entries.Add(
            new
            {
                title = body.Title,
                path = page.Path,
                language = page.Language,
                headings,
                names = string.Join(' ', body.Names),
            }
        );
    }

    public string ToScript() => $"globalThis.searchIndex = {JsonSerializer.Serialize(entries, Plain)};\n";
}
