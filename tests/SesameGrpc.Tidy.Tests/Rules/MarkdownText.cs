using System.Text.RegularExpressions;

namespace SesameGrpc.Tidy.Tests.Rules;

/// <summary>The little of Markdown that the rules need.</summary>
internal static partial class MarkdownText
{
    /// <summary>The text with fenced and inline code blanked out; every position stays where it was.</summary>
    public static string WithoutCode(string text) => CodeSpan().Replace(WithoutFences(text), match => Blank(match.Value));

    /// <summary>The text with fenced code blanked out; every position stays where it was.</summary>
    public static string WithoutFences(string text)
    {
        var inside = false;
        return string.Join(
            '\n',
            text.Split('\n')
                .Select(line =>
                {
                    var isFence = line.TrimStart().StartsWith("```", StringComparison.Ordinal);
                    var isCode = inside || isFence;
                    inside ^= isFence;
                    return isCode ? Blank(line) : line;
                })
        );
    }

    /// <summary>What stands between single backticks outside of fences, with its position.</summary>
    public static IEnumerable<(string Code, int Position)> CodeSpansOf(string text) =>
        CodeSpan().Matches(WithoutFences(text)).Select(match => (match.Value.Trim('`'), match.Index));

    /// <summary>The anchors of the headings, as the usual renderers form them.</summary>
    public static IReadOnlySet<string> AnchorsOf(string text)
    {
        var anchors = new HashSet<string>(StringComparer.Ordinal);
        foreach (var title in Heading().Matches(WithoutFences(text)).Select(match => match.Groups["title"].Value))
        {
            var kept = title
                .Trim()
                .ToLowerInvariant()
                .Where(character => char.IsLetterOrDigit(character) || character is ' ' or '-' or '_');
            var anchor = string.Concat(kept).Replace(' ', '-');
            for (var count = 1; !anchors.Add(count == 1 ? anchor : $"{anchor}-{count - 1}"); count++) { }
        }

        return anchors;
    }

    private static string Blank(string text) => new([.. text.Select(character => character == '\n' ? '\n' : ' ')]);

    [GeneratedRegex("`[^`\n]+`", RegexOptions.NonBacktracking)]
    private static partial Regex CodeSpan();

    [GeneratedRegex("^#{1,6} +(?<title>.+)$", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking | RegexOptions.Multiline)]
    private static partial Regex Heading();
}
