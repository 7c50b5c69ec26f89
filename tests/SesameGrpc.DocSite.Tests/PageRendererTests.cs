using SesameGrpc.DocSite.Layout;
using Xunit;

namespace SesameGrpc.DocSite.Tests;

public sealed class PageRendererTests
{
    [Theory]
    [InlineData("[a](errors.md#token_missing)", "<a href=\"../errors/TOKEN_MISSING.html\">a</a>")]
    [InlineData("[a](errors.md)", "<a href=\"../errors.html\">a</a>")]
    [InlineData("[a](#the-page)", "<a href=\"#the-page\">a</a>")]
    [InlineData("[a](https://example.com/x.md)", "<a href=\"https://example.com/x.md\">a</a>")]
    public void Link_ToWhatTheSiteHas_LeadsThere(string markdown, string html) =>
        Assert.Contains(html, Render(markdown), StringComparison.Ordinal);

    [Fact]
    public void Link_ToAnotherFile_IsNamed_OrLeadsToTheRepository()
    {
        Assert.Contains("<p>Read a.</p>", Render("Read [a](../README.md)."), StringComparison.Ordinal);
        Assert.Contains(
            "href=\"https://example.com/blob/README.md\"",
            Render("[a](../README.md)", "https://example.com/blob"),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Link_ToNothing_StopsTheBuild()
    {
        var fault = Assert.Throws<DocumentationException>(() => Render("[a](missing.md)"));

        Assert.Equal("docs/page.md: the link missing.md leads nowhere. Correct it.", fault.Message);
    }

    [Fact]
    public void Diagram_BecomesATableOfItsArrows()
    {
        var html = Render(
            "```mermaid\nflowchart LR\n    a[\"One<br/>more\"] -->|\"says\"| b[(\"Store\")]\n    subgraph in[\"Inside\"]\n        [*] --> c: begins\n    end\n```"
        );

        Assert.Contains("<td>One, more</td>\n<td>Store</td>\n<td>says</td>", html, StringComparison.Ordinal);
        Assert.Contains("<td>(begins)</td>\n<td>c</td>\n<td>begins</td>", html, StringComparison.Ordinal);
        Assert.DoesNotContain("mermaid", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Diagram_ThatCannotBeRead_StopsTheBuild()
    {
        var fault = Assert.Throws<DocumentationException>(() => Render("```mermaid\nflowchart LR\n    a ==> b\n```"));

        Assert.StartsWith("docs/page.md: the diagram's line \"a ==> b\" is no arrow.", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Markup_InAText_IsShownAsItIs() =>
        Assert.Contains("&lt;script&gt;", Render("<script>alert(1)</script>"), StringComparison.Ordinal);

    private static string Render(string markdown, string? repository = null)
    {
        var links = new LinkMap();
        links.Add("docs/errors.md", "errors.html");
        links.Add("docs/errors.md#token_missing", "errors/TOKEN_MISSING.html");
        var page = new SitePage("guides/page.html", "docs/page.md", "# The page\n\n" + markdown);
        return new PageRenderer(Repository.FindRoot(), links, repository).Render(page).Html;
    }
}
