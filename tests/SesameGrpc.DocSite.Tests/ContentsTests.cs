using Xunit;

namespace SesameGrpc.DocSite.Tests;

public sealed class ContentsTests
{
    private const string List =
        "# Contents\n\n## Begin\n\n- [Start](index.md)\n- [Bike](guides/bike.md)\n\n## More\n\n- [Errors](errors.md)\n";

    [Fact]
    public void Parse_AList_GivesSectionsInOrder()
    {
        var contents = Contents.Parse(List, "docs/contents.md");

        Assert.Equal(["Begin", "More"], contents.Sections.Select(section => section.Title));
        Assert.Equal([("Start", "docs/index.md"), ("Bike", "docs/guides/bike.md")], contents.Sections[0].Links);
    }

    [Fact]
    public void RequireComplete_ADocumentInNoList_NamesIt()
    {
        var fault = Assert.Throws<DocumentationException>(() =>
            Check("docs/index.md", "docs/guides/bike.md", "docs/errors.md", "docs/new.md")
        );

        Assert.StartsWith("In no list of contents: docs/new.md.", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RequireComplete_ALinkToNoPage_NamesIt()
    {
        var fault = Assert.Throws<DocumentationException>(() => Check("docs/index.md", "docs/guides/bike.md"));

        Assert.StartsWith("Listed in the contents, but no page of the site: docs/errors.md.", fault.Message, StringComparison.Ordinal);
    }

    private static void Check(params string[] documents)
    {
        var links = new LinkMap();
        documents.ToList().ForEach(document => links.Add(document, document));
        Contents.RequireComplete([Contents.Parse(List, "docs/contents.md")], documents, links);
    }
}
