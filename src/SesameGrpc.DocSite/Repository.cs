namespace SesameGrpc.DocSite;

/// <summary>The files that the documentation is made of.</summary>
internal static class Repository
{
    /// <summary>The folder above this program that holds SesameGrpc.sln.</summary>
    public static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "SesameGrpc.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DocumentationException("No folder above the program holds SesameGrpc.sln: run it from the repository's build output.");
    }

    /// <summary>Paths of the Markdown files under docs/, relative to the root, without the lists of contents.</summary>
    public static IEnumerable<string> Documents(string root) =>
        Directory
            .EnumerateFiles(Path.Combine(root, "docs"), "*.md", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(root, path).Replace('\\', '/'))
            .Where(path => !Contents.Files.Values.Contains(path))
            .Order(StringComparer.Ordinal);
}
