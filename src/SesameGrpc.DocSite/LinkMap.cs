namespace SesameGrpc.DocSite;

/// <summary>Where the repository's files are on the site: documents, contracts, and sources that a page is made of. A target may be one heading of a file.</summary>
internal sealed class LinkMap
{
    private readonly Dictionary<string, string> pages = new(StringComparer.Ordinal);

    public void Add(string target, string page) => pages.Add(target, page);

    /// <summary>The place on the site of a path of the repository, with its heading; null where the site does not have it.</summary>
    public string? Find(string target)
    {
        if (pages.TryGetValue(target, out var exact))
        {
            return exact;
        }

        var parts = target.Split('#', 2);
        return pages.TryGetValue(parts[0], out var page) ? page + (parts.Length > 1 ? "#" + parts[1] : "") : null;
    }

    /// <summary>The path of the repository that a relative link of a source means, with its heading.</summary>
    public static string Resolve(string source, string link)
    {
        var target = new Uri(new Uri("file:///" + source), link);
        return Uri.UnescapeDataString(target.AbsolutePath.Trim('/') + target.Fragment);
    }

    /// <summary>The link from one place of the site to another.</summary>
    public static string Relative(string from, string to)
    {
        var parts = to.Split('#', 2);
        var path = Path.GetRelativePath(Path.GetDirectoryName("/" + from)!, "/" + parts[0]).Replace('\\', '/');
        return path + (parts.Length > 1 ? "#" + parts[1] : "");
    }
}
