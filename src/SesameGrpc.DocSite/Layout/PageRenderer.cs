using Markdig;
using Markdig.Extensions.AutoIdentifiers;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace SesameGrpc.DocSite.Layout;

/// <summary>A page's body as HTML, and what the layout and the search need of it.</summary>
internal sealed record PageBody(
    string Title,
    string Html,
    IReadOnlyList<(string Text, string Anchor)> Headings,
    IReadOnlyList<string> Names
);

/// <summary>Renders Markdown; links that mean a file of the repository are turned into links on the site.</summary>
/// <param name="root">The repository.</param>
/// <param name="links">What the site has.</param>
/// <param name="repository">Address at which the other files can be read; null: they are only named.</param>
internal sealed class PageRenderer(string root, LinkMap links, string? repository)
{
    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder()
        .UsePipeTables()
        .UseAutoIdentifiers(AutoIdentifierOptions.GitHub)
        .DisableHtml()
        .Build();

    public PageBody Render(SitePage page)
    {
        var document = Markdown.Parse(DiagramTable.ReplaceIn(page.Markdown, page.Source), Pipeline);
        document
            .OfType<ParagraphBlock>()
            .Where(paragraph => IsLanguageSwitch(paragraph, page))
            .ToList()
            .ForEach(paragraph => document.Remove(paragraph));
        document.Descendants<LinkInline>().ToList().ForEach(link => Redirect(page, link));
        var headings = document.Descendants<HeadingBlock>().Select(heading => (TextOf(heading), heading.GetAttributes().Id ?? "")).ToList();
        if (headings.Count == 0)
        {
            throw new DocumentationException($"{page.Source}: the page {page.Path} has no heading. Begin it with one.");
        }

        // A column without a name has no header. Wide tables and code scroll by themselves, with the keyboard too.
        var html = document
            .ToHtml(Pipeline)
            .Replace("<table>", "<div class=\"scroll\" tabindex=\"0\"><table>", StringComparison.Ordinal)
            .Replace("</table>", "</table></div>", StringComparison.Ordinal)
            .Replace("<th></th>", "<td></td>", StringComparison.Ordinal)
            .Replace("<pre>", "<pre tabindex=\"0\">", StringComparison.Ordinal);
        var names = document.Descendants<CodeInline>().Select(code => code.Content).Distinct(StringComparer.Ordinal);
        return new PageBody(headings[0].Item1, html, headings[1..], [.. names]);
    }

    // The frame has its own.
    private static bool IsLanguageSwitch(ParagraphBlock paragraph, SitePage page)
    {
        var name = Path.GetFileName(page.Source);
        var twin = name.EndsWith(".zh.md", StringComparison.Ordinal) ? name[..^".zh.md".Length] + ".md" : name[..^".md".Length] + ".zh.md";
        return paragraph.Inline?.FirstChild is LinkInline { NextSibling: null } link && link.Url == twin;
    }

    private void Redirect(SitePage page, LinkInline link)
    {
        var url = link.Url ?? "";
        if (url.StartsWith('#') || Uri.TryCreate(url, UriKind.Absolute, out _))
        {
            return;
        }

        var target = LinkMap.Resolve(page.Source, url);
        var file = target.Split('#')[0];
        if (links.Find(target) is { } place)
        {
            link.Url = LinkMap.Relative(page.Path, place);
        }
        else if (!Path.Exists(Path.Combine(root, file)))
        {
            throw new DocumentationException($"{page.Source}: the link {url} leads nowhere. Correct it.");
        }
        else if (repository is not null)
        {
            link.Url = repository.TrimEnd('/') + "/" + target;
        }
        else
        {
            link.ReplaceBy(new ContainerInline());
        }
    }

    private static string TextOf(HeadingBlock heading) =>
        string.Concat(
            heading
                .Inline?.Descendants()
                .Select(inline =>
                    inline switch
                    {
                        LiteralInline literal => literal.ToString(),
                        CodeInline code => code.Content,
                        _ => "",
                    }
                )
                ?? []
        );
}
