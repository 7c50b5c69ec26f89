using Markdig;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace SesameGrpc.DocSite;

/// <summary>The order of the pages in one language: sections of links, as docs/contents.md lists them.</summary>
internal sealed class Contents
{
    /// <summary>The lists, by language.</summary>
    public static readonly IReadOnlyDictionary<string, string> Files = new Dictionary<string, string>
    {
        ["en"] = "docs/contents.md",
        ["zh-CN"] = "docs/contents.zh.md",
    };

    private Contents(IReadOnlyList<(string Title, IReadOnlyList<(string Title, string Target)> Links)> sections) => Sections = sections;

    /// <summary>Sections in order; a link's target is a path of the repository.</summary>
    public IReadOnlyList<(string Title, IReadOnlyList<(string Title, string Target)> Links)> Sections { get; }

    public static Contents Read(string root, string language) =>
        Parse(File.ReadAllText(Path.Combine(root, Files[language])), Files[language]);

    public static Contents Parse(string markdown, string source)
    {
        var sections = new List<(string, IReadOnlyList<(string, string)>)>();
        var title = "";
        foreach (var block in Markdown.Parse(markdown))
        {
            switch (block)
            {
                case HeadingBlock heading:
                    title = TextOf(heading.Inline);
                    break;
                case ListBlock list:
                    sections.Add(
                        (title, [.. list.Descendants<LinkInline>().Select(link => (TextOf(link), LinkMap.Resolve(source, link.Url!)))])
                    );
                    break;
            }
        }

        return new Contents(sections);
    }

    /// <summary>Fails unless every document is in a list, and every list names only what the site has.</summary>
    public static void RequireComplete(IEnumerable<Contents> lists, IEnumerable<string> documents, LinkMap links)
    {
        var listed = lists.SelectMany(list => list.Sections).SelectMany(section => section.Links).Select(link => link.Target).ToHashSet();
        var missing = documents.Where(document => !listed.Contains(document)).ToList();
        if (missing.Count > 0)
        {
            throw new DocumentationException(
                $"In no list of contents: {string.Join(", ", missing)}. Add a line to {string.Join(" or ", Files.Values)}."
            );
        }

        var strangers = listed.Where(target => links.Find(target) is null).ToList();
        if (strangers.Count > 0)
        {
            throw new DocumentationException(
                $"Listed in the contents, but no page of the site: {string.Join(", ", strangers)}. Correct the link."
            );
        }
    }

    private static string TextOf(ContainerInline? inline) =>
        string.Concat(inline?.Descendants<LiteralInline>().Select(text => text.ToString()) ?? []);
}
