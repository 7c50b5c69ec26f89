namespace SesameGrpc.DocSite;

/// <summary>A page of the site.</summary>
/// <param name="Path">Where it lies in the site: "guides/bike.html".</param>
/// <param name="Source">The repository's file that its links are relative to.</param>
/// <param name="Markdown">Its text; the first heading is its title.</param>
internal sealed record SitePage(string Path, string Source, string Markdown)
{
    /// <summary>The language of the page, as HTML names it.</summary>
    public string Language => Path.EndsWith(".zh.html", StringComparison.Ordinal) ? "zh-CN" : "en";

    /// <summary>A page that is written as a file of docs/.</summary>
    public static SitePage OfDocument(string root, string source) =>
        new(PathOf(source), source, File.ReadAllText(System.IO.Path.Combine(root, source)).ReplaceLineEndings("\n"));

    /// <summary>A page that is made of other sources; its links are written as from a file of docs/.</summary>
    public static SitePage Made(string path, string markdown) => new(path, "docs/index.md", markdown);

    private static string PathOf(string source) => source["docs/".Length..^".md".Length] + ".html";
}
