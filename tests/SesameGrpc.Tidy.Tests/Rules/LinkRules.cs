using System.Text.RegularExpressions;

namespace SesameGrpc.Tidy.Tests.Rules;

/// <summary>Relative links in Markdown lead to a file that is there, and to a heading that is there.</summary>
internal static partial class LinkRules
{
    /// <summary>Checks the links of all Markdown files against the paths of the repository.</summary>
    public static IEnumerable<Finding> Check(IReadOnlyCollection<TextFile> files, IReadOnlyCollection<string> paths)
    {
        var known = paths.ToHashSet(StringComparer.Ordinal);
        foreach (var folder in paths.SelectMany(FoldersOf))
        {
            known.Add(folder);
        }

        var pages = files.Where(file => file.IsMarkdown).ToDictionary(file => file.Path, StringComparer.Ordinal);
        foreach (var page in pages.Values)
        {
            var prose = MarkdownText.WithoutCode(page.Text);
            foreach (var match in Link().Matches(prose).Concat(Reference().Matches(prose)))
            {
                var link = match.Groups["target"].Value;
                if (!Absolute().IsMatch(link) && FaultOf(page, link, known, pages) is { } fault)
                {
                    yield return new Finding(page.Path, page.LineAt(match.Index), fault, "correct the link");
                }
            }
        }
    }

    private static string? FaultOf(TextFile page, string link, HashSet<string> known, Dictionary<string, TextFile> pages)
    {
        var parts = link.Split('#', 2);
        var target = parts[0].Length == 0 ? page.Path : Resolve(page.Path, Uri.UnescapeDataString(parts[0]));
        if (!known.Contains(target))
        {
            return $"the link {link} leads nowhere";
        }

        var hasHeading =
            parts.Length < 2 || !pages.TryGetValue(target, out var other) || MarkdownText.AnchorsOf(other.Text).Contains(parts[1]);
        return hasHeading ? null : $"{target} has no heading for #{parts[1]}";
    }

    private static string Resolve(string page, string link)
    {
        var start = new Uri("file:///" + page);
        return new Uri(start, link).LocalPath.Trim('/');
    }

    private static IEnumerable<string> FoldersOf(string path)
    {
        for (var at = path.LastIndexOf('/'); at > 0; at = path.LastIndexOf('/', at - 1))
        {
            yield return path[..at];
        }
    }

    [GeneratedRegex(@"\]\(<?(?<target>[^)\s>]+)>?[^)]*\)", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Link();

    [GeneratedRegex(
        @"^\[[^\]]+\]:\s+<?(?<target>[^\s>]+)",
        RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking | RegexOptions.Multiline
    )]
    private static partial Regex Reference();

    [GeneratedRegex("^(?:[a-z][a-z0-9+.-]*:|//)", RegexOptions.NonBacktracking)]
    private static partial Regex Absolute();
}
