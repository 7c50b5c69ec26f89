using System.Text.RegularExpressions;

namespace SesameGrpc.Tidy.Tests.Rules;

/// <summary>Every fenced block of a page says what it is: run by a test, for a person to run, or an output or a form that nothing can run.</summary>
internal static partial class FenceRules
{
    /// <summary>What is shown and not run, and commands that take too long for a test or never end.</summary>
    private static readonly HashSet<string> Shown = new(StringComparer.Ordinal)
    {
        "arrows",
        "csv",
        "html",
        "http",
        "json",
        "mermaid",
        "sh by-hand",
        "text",
    };

    // GuideTests runs every command of these.
    private static readonly string[] Run = ["docs/", "README.md", "certs/README.md"];

    /// <summary>Checks Markdown files against the sources of the tests: code of a page must be in the hands of a test that names the page.</summary>
    public static IEnumerable<Finding> Check(IEnumerable<TextFile> files, IReadOnlyCollection<TextFile> tests)
    {
        foreach (var page in files.Where(file => file.IsMarkdown))
        {
            foreach (var match in Opening().Matches(page.Text).Where((_, index) => index % 2 == 0))
            {
                var kind = match.Groups["kind"].Value.Trim();
                var isRun = kind == "sh" && Run.Any(path => page.Path.StartsWith(path, StringComparison.Ordinal));
                if (Shown.Contains(kind) || isRun || (kind.Length > 0 && tests.Any(test => Names(test, page))))
                {
                    continue;
                }

                yield return new Finding(
                    page.Path,
                    page.LineAt(match.Index),
                    kind.Length == 0 ? "the block does not say what it is" : $"no test runs the block of {kind}",
                    "say text for an output, sh by-hand for what a person runs, or read the page in a test that runs the block"
                );
            }
        }
    }

    private static bool Names(TextFile test, TextFile page) =>
        test.Text.Contains($"{Path.GetFileName(page.Path)}\"", StringComparison.Ordinal);

    [GeneratedRegex("^ *```(?<kind>.*)$", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking | RegexOptions.Multiline)]
    private static partial Regex Opening();
}
