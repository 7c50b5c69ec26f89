using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace SesameGrpc.Tidy.Tests.Rules;

/// <summary>An error reason as the contracts name it and as C# names it: TOKEN_MISSING and TokenMissing.</summary>
internal sealed record Reason(string Name, string CSharpName);

/// <summary>Every error reason is explained, given and tested; nothing else is explained.</summary>
internal static partial class ErrorReasonRules
{
    public const string PagePath = "docs/errors.md";
    private static readonly string[] Parts = ["**Status**", "**Cause**", "**Fix**", "**See it**"];

    /// <summary>The page has one section per reason, each with its four parts and text in each.</summary>
    public static IEnumerable<Finding> CheckPage(TextFile? page, IReadOnlyCollection<Reason> reasons)
    {
        if (page is null)
        {
            yield return new Finding(
                PagePath,
                0,
                "the error reference is missing",
                "write a section for every ErrorReason: the Help links of errors lead there"
            );
            yield break;
        }

        var sections = SectionsOf(page).ToList();
        foreach (var reason in reasons.Where(reason => sections.All(section => section.Title != reason.Name)))
        {
            yield return new Finding(
                page.Path,
                0,
                $"{reason.Name} has no section",
                $"write \"## {reason.Name}\" with Status, Cause, Fix and See it"
            );
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (title, line, text) in sections)
        {
            if (reasons.All(reason => reason.Name != title) || !seen.Add(title))
            {
                yield return new Finding(
                    page.Path,
                    line,
                    $"the section {title} explains no ErrorReason, or one a second time",
                    "remove it; headings of level 2 are for reasons alone"
                );
                continue;
            }

            foreach (var part in Parts.Where(part => !HasPart(text, part)))
            {
                yield return new Finding(
                    page.Path,
                    line,
                    $"the section {title} lacks the part {part}",
                    "begin a line with it and say what it is"
                );
            }
        }
    }

    /// <summary>
    /// Every reason is named in the gateway's source, and not only in a static maker that nobody calls: none is documented
    /// that is never given.
    /// </summary>
    public static IEnumerable<Finding> CheckGiven(IReadOnlyCollection<TextFile> gateway, IEnumerable<Reason> reasons)
    {
        var references = gateway
            .SelectMany(file => file.Syntax.DescendantNodes().OfType<IdentifierNameSyntax>().Select(QualifiedNameOf))
            .ToHashSet();
        var given = gateway
            .SelectMany(file => file.Syntax.DescendantNodes().OfType<MemberAccessExpressionSyntax>())
            .Where(access => access.Expression.ToString().Split('.')[^1] == "ErrorReason" && IsReached(access, references))
            .Select(access => access.Name.Identifier.ValueText)
            .ToHashSet(StringComparer.Ordinal);
        return reasons
            .Where(reason => !given.Contains(reason.CSharpName))
            .Select(reason => new Finding(
                "src/SesameGrpc.Gateway",
                0,
                $"nothing gives ErrorReason.{reason.CSharpName}",
                "give it where it applies, or take it out of error_reason.proto before the release"
            ));
    }

    /// <summary>Every reason is named in a test, as ErrorReason.Name or as the quoted name of the wire.</summary>
    public static IEnumerable<Finding> CheckTested(IEnumerable<TextFile> tests, IEnumerable<Reason> reasons)
    {
        var texts = tests.Select(file => file.Text).ToList();
        var named = texts
            .SelectMany(text => CSharpName().Matches(text))
            .Select(match => match.Groups["name"].Value)
            .ToHashSet(StringComparer.Ordinal);
        var quoted = texts
            .SelectMany(text => QuotedName().Matches(text))
            .Select(match => match.Groups["name"].Value)
            .ToHashSet(StringComparer.Ordinal);
        return reasons
            .Where(reason => !named.Contains(reason.CSharpName) && !quoted.Contains(reason.Name))
            .Select(reason => new Finding(
                "tests",
                0,
                $"no test names {reason.Name}",
                $"provoke it in a test and expect ErrorReason.{reason.CSharpName}"
            ));
    }

    // A static maker Refuse.TokenMissing is reached through its name, bare or behind its type; any other code is reached by itself.
    private static bool IsReached(SyntaxNode node, HashSet<(string Type, string Name)> references)
    {
        var maker = node.FirstAncestorOrSelf<MethodDeclarationSyntax>();
        var type = node.FirstAncestorOrSelf<TypeDeclarationSyntax>()?.Identifier.ValueText ?? "";
        return maker is null
            || !maker.Modifiers.Any(SyntaxKind.StaticKeyword)
            || references.Contains((type, maker.Identifier.ValueText))
            || references.Contains(("", maker.Identifier.ValueText));
    }

    private static (string Type, string Name) QualifiedNameOf(IdentifierNameSyntax name) =>
        name.Parent is MemberAccessExpressionSyntax access && access.Name == name
            ? (access.Expression.ToString().Split('.')[^1], name.Identifier.ValueText)
            : ("", name.Identifier.ValueText);

    private static IEnumerable<(string Title, int Line, string Text)> SectionsOf(TextFile page)
    {
        var prose = MarkdownText.WithoutFences(page.Text);
        var headings = Heading().Matches(prose).ToList();
        for (var index = 0; index < headings.Count; index++)
        {
            var end = index + 1 < headings.Count ? headings[index + 1].Index : page.Text.Length;
            yield return (
                headings[index].Groups["title"].Value.Trim(),
                page.LineAt(headings[index].Index),
                page.Text[headings[index].Index..end]
            );
        }
    }

    // A part is there when something other than the next part follows it.
    private static bool HasPart(string section, string part)
    {
        var at = section.IndexOf("\n" + part, StringComparison.Ordinal);
        return at >= 0
            && section[(at + part.Length + 1)..].TrimStart(' ', ':', '.', '\n') is { Length: > 0 } rest
            && !rest.StartsWith("**", StringComparison.Ordinal);
    }

    [GeneratedRegex("^## +(?<title>.+)$", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking | RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"\bErrorReason\.(?<name>\w+)", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex CSharpName();

    [GeneratedRegex(@"[""'`](?<name>[A-Z][A-Z_]+)[""'`]", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex QuotedName();
}
