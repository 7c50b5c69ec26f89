using System.Net;
using System.Text.RegularExpressions;
using Xunit;

[assembly: AssemblyFixture(typeof(SesameGrpc.DocSite.Tests.WrittenSite))]

namespace SesameGrpc.DocSite.Tests;

/// <summary>The repository's site, written once for all tests.</summary>
public sealed partial class WrittenSite : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("sesame-docsite-tests-");

    public WrittenSite()
    {
        Count = Site.Read(Repository.FindRoot()).Write(folder.FullName);
        Pages = Directory
            .EnumerateFiles(folder.FullName, "*.html", SearchOption.AllDirectories)
            .ToDictionary(file => Path.GetRelativePath(folder.FullName, file).Replace('\\', '/'), File.ReadAllText, StringComparer.Ordinal);
    }

    /// <summary>How many pages it says that it has.</summary>
    public int Count { get; }

    /// <summary>Its pages by their paths.</summary>
    public IReadOnlyDictionary<string, string> Pages { get; }

    public bool Has(string path) => File.Exists(Path.Combine(folder.FullName, path));

    public string Read(string path) => File.ReadAllText(Path.Combine(folder.FullName, path));

    /// <summary>Every address in a page, decoded: of links, styles and scripts.</summary>
    public static IEnumerable<string> AddressesIn(string html) =>
        Address().Matches(html).Select(match => WebUtility.HtmlDecode(match.Groups["address"].Value));

    public static IReadOnlySet<string> AnchorsIn(string html) =>
        Anchor().Matches(html).Select(match => WebUtility.HtmlDecode(match.Groups["id"].Value)).ToHashSet(StringComparer.Ordinal);

    public void Dispose() => folder.Delete(recursive: true);

    [GeneratedRegex("(?:href|src)=\"(?<address>[^\"]*)\"", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Address();

    [GeneratedRegex(" id=\"(?<id>[^\"]*)\"", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Anchor();
}
