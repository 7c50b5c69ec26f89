using SesameGrpc.DocSite.Layout;
using SesameGrpc.DocSite.Reference;

namespace SesameGrpc.DocSite;

/// <summary>The whole site: documents, the reference made of the contracts and of the gateway, a page for each reason of an error.</summary>
internal sealed class Site
{
    private const string Errors = "docs/errors.md";

    // The contracts in one file, as the build packs them.
    private const string Archive = "artifacts/sesame-protos.zip";

    private Site(string root, IReadOnlyList<SitePage> pages, IReadOnlyDictionary<string, Contents> contents, LinkMap links)
    {
        Root = root;
        Pages = pages;
        Contents = contents;
        Links = links;
    }

    public string Root { get; }

    public IReadOnlyList<SitePage> Pages { get; }

    public IReadOnlyDictionary<string, Contents> Contents { get; }

    public LinkMap Links { get; }

    /// <summary>Reads the sources; throws <see cref="DocumentationException"/> where they are not whole.</summary>
    public static Site Read(string root)
    {
        var documents = Repository.Documents(root).ToList();
        var contracts = ContractSet.Read();
        var reasons = ErrorPages.Read(Path.Combine(root, Errors));
        var links = new LinkMap();
        documents.ForEach(document => links.Add(document, SitePage.OfDocument(root, document).Path));
        contracts.Files.ToList().ForEach(file => links.Add(file.Source, ContractPage.PathOf(file)));
        reasons
            .Sections.ToList()
            .ForEach(section => links.Add($"{Errors}#{section.Reason.ToLowerInvariant()}", ErrorPages.PathOf(section.Reason)));
        links.Add("protos", ContractIndex.Path);
        links.Add(Archive, Path.GetFileName(Archive));
        links.Add(SettingsPage.Source, SettingsPage.Path);
        links.Add(MetricsPage.Source, MetricsPage.Path);
        links.Add(EventTypesPage.Source, EventTypesPage.Path);

        var text = new ContractText(contracts, reasons.Sections.Select(section => section.Reason));
        List<SitePage> pages =
        [
            .. documents.Where(document => document != Errors).Select(document => SitePage.OfDocument(root, document)),
            .. reasons.Pages(),
            ContractIndex.Create(contracts, text),
            .. contracts.Files.Select(file => ContractPage.Create(file, text)),
            SettingsPage.Create(),
            MetricsPage.Create(),
            EventTypesPage.Create(contracts, text),
        ];
        var contents = DocSite.Contents.Files.Keys.ToDictionary(language => language, language => DocSite.Contents.Read(root, language));
        DocSite.Contents.RequireComplete(contents.Values, documents, links);
        return new Site(root, pages, contents, links);
    }

    /// <summary>Writes the site into a folder, which is emptied first; returns how many pages it has.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="repository">Address at which the repository's files can be read; null: links to them are only named.</param>
    public int Write(string folder, string? repository = null)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        var renderer = new PageRenderer(Root, Links, repository);
        var layout = new PageLayout(this);
        var index = new SearchIndex();
        foreach (var page in Pages)
        {
            var body = renderer.Render(page);
            index.Add(page, body);
            WriteFile(folder, page.Path, layout.Html(page, body));
        }

        File.Copy(Path.Combine(Root, Archive), Path.Combine(folder, Path.GetFileName(Archive)));
        WriteFile(folder, SearchIndex.Path, index.ToScript());
        WriteFile(folder, PageLayout.StylePath, PageLayout.Asset(PageLayout.StylePath));
        WriteFile(folder, PageLayout.ScriptPath, PageLayout.Asset(PageLayout.ScriptPath));
        return Pages.Count;
    }

    private static void WriteFile(string folder, string path, string text)
    {
        var file = Path.Combine(folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }
}
