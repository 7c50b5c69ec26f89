using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace SesameGrpc.Tidy.Tests.Rules;

/// <summary>What no code here says: regions, wall clocks, blocking waits, notes to oneself.</summary>
internal static partial class WordRules
{
    private static readonly Dictionary<string, string> BannedAccess = new(StringComparer.Ordinal)
    {
        ["DateTime.Now"] = "take the time from TimeProvider",
        ["DateTime.UtcNow"] = "take the time from TimeProvider",
        ["DateTime.Today"] = "take the time from TimeProvider",
        ["DateTimeOffset.Now"] = "take the time from TimeProvider",
        ["DateTimeOffset.UtcNow"] = "take the time from TimeProvider",
        ["Thread.Sleep"] = "wait asynchronously, on a condition",
    };

    /// <summary>Regions and banned members, in C# code; comments and strings may name them.</summary>
    public static IEnumerable<Finding> CheckCode(IEnumerable<TextFile> files)
    {
        foreach (var file in files)
        {
            foreach (var region in file.Syntax.DescendantTrivia().Where(trivia => trivia.IsKind(SyntaxKind.RegionDirectiveTrivia)))
            {
                yield return new Finding(
                    file.Path,
                    file.LineAt(region.SpanStart),
                    "#region hides code",
                    "split the file by responsibility"
                );
            }

            foreach (var access in file.Syntax.DescendantNodes().OfType<MemberAccessExpressionSyntax>())
            {
                var parts = access.ToString().Split('.');
                if (parts.Length >= 2 && BannedAccess.TryGetValue($"{parts[^2]}.{parts[^1]}", out var fix))
                {
                    yield return new Finding(file.Path, file.LineAt(access), $"{parts[^2]}.{parts[^1]} is banned", fix);
                }
            }
        }
    }

    /// <summary>Notes of work left undone, in the comments of C# and proto files and of scripts.</summary>
    public static IEnumerable<Finding> CheckNotes(IEnumerable<TextFile> files) =>
        from file in files
        from comment in CommentsOf(file)
        from match in Note().Matches(comment.Text)
        select new Finding(
            file.Path,
            file.LineAt(comment.Position + match.Index),
            $"{match.Value} in a comment",
            "do it now, or open an issue"
        );

    private static IEnumerable<(string Text, int Position)> CommentsOf(TextFile file)
    {
        if (file.IsCSharp)
        {
            return file.Syntax.DescendantTrivia().Where(IsComment).Select(trivia => (trivia.ToFullString(), trivia.FullSpan.Start));
        }

        var comment = Path.GetExtension(file.Path) switch
        {
            ".proto" or ".js" or ".mjs" or ".ts" => SlashComment(),
            ".sh" or ".py" or ".yaml" or ".yml" or "" => HashComment(),
            _ => null,
        };
        return comment?.Matches(file.Text).Select(match => (match.Value, match.Index)) ?? [];
    }

    private static bool IsComment(SyntaxTrivia trivia) =>
        trivia.Kind()
            is SyntaxKind.SingleLineCommentTrivia
                or SyntaxKind.MultiLineCommentTrivia
                or SyntaxKind.SingleLineDocumentationCommentTrivia
                or SyntaxKind.MultiLineDocumentationCommentTrivia;

    [GeneratedRegex(@"\b(?:TODO|FIXME|HACK|XXX)\b", RegexOptions.NonBacktracking)]
    private static partial Regex Note();

    [GeneratedRegex("//.*", RegexOptions.NonBacktracking)]
    private static partial Regex SlashComment();

    [GeneratedRegex("#.*", RegexOptions.NonBacktracking)]
    private static partial Regex HashComment();
}
