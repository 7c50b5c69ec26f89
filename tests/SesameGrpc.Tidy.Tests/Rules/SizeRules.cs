using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace SesameGrpc.Tidy.Tests.Rules;

/// <summary>How long files and methods may be.</summary>
internal static class SizeRules
{
    public const int MostFileLines = 400;
    public const int MostFileLinesOfMost = 200;
    public const int MostMethodLines = 70;
    private const double ShareOfMost = 0.95;

    // The files that a newcomer reads first.
    private static readonly (string Path, int MostLines)[] Entrances =
    [
        ("src/SesameGrpc.Gateway/Program.cs", 80),
        ("README.md", 150),
        ("docs/ARCHITECTURE.md", 500),
    ];

    /// <summary>No file above 400 lines, and 95 of 100 at most 200.</summary>
    public static IEnumerable<Finding> CheckFiles(IReadOnlyCollection<TextFile> files)
    {
        foreach (var file in files.Where(file => file.Lines.Count > MostFileLines))
        {
            yield return TooLong(file, MostFileLines);
        }

        var longest = files.Where(file => file.Lines.Count > MostFileLinesOfMost).OrderByDescending(file => file.Lines.Count).ToList();
        var spared = files.Count - (int)Math.Ceiling(files.Count * ShareOfMost);
        foreach (var file in longest.Skip(spared).Where(file => file.Lines.Count <= MostFileLines))
        {
            yield return new Finding(
                file.Path,
                MostFileLinesOfMost + 1,
                $"{file.Lines.Count} lines; {spared} of {files.Count} files may be longer than {MostFileLinesOfMost}, {longest.Count} are",
                "split one of them by responsibility"
            );
        }
    }

    /// <summary>No method, constructor, accessor, operator or local function above 70 lines, attributes and comments before it left out.</summary>
    public static IEnumerable<Finding> CheckMethods(IEnumerable<TextFile> files)
    {
        foreach (var file in files)
        {
            foreach (var method in file.Syntax.DescendantNodes().Where(IsMethod))
            {
                var start = method
                    .ChildNodesAndTokens()
                    .First(child => !child.IsKind(Microsoft.CodeAnalysis.CSharp.SyntaxKind.AttributeList))
                    .SpanStart;
                var first = file.LineAt(start);
                var lines = file.LineAt(method.Span.End) - first + 1;
                if (lines > MostMethodLines)
                {
                    yield return new Finding(
                        file.Path,
                        first,
                        $"{NameOf(method)} has {lines} lines, limit {MostMethodLines}",
                        "name its steps and make each a method"
                    );
                }
            }
        }
    }

    /// <summary>The files that a newcomer reads first are there and short.</summary>
    public static IEnumerable<Finding> CheckEntrances(Func<string, TextFile?> find)
    {
        foreach (var (path, mostLines) in Entrances)
        {
            if (find(path) is not { } file)
            {
                yield return new Finding(path, 0, "the file is missing", "write it: a newcomer reads it first");
            }
            else if (file.Lines.Count > mostLines)
            {
                yield return TooLong(file, mostLines);
            }
        }
    }

    private static Finding TooLong(TextFile file, int limit) =>
        new(file.Path, limit + 1, $"{file.Lines.Count} lines, limit {limit}", "split it by responsibility");

    private static bool IsMethod(SyntaxNode node) =>
        node
            is BaseMethodDeclarationSyntax
                or LocalFunctionStatementSyntax
                or AccessorDeclarationSyntax
                or PropertyDeclarationSyntax { ExpressionBody: not null }
                or IndexerDeclarationSyntax { ExpressionBody: not null };

    private static string NameOf(SyntaxNode node) =>
        node switch
        {
            MethodDeclarationSyntax method => method.Identifier.Text,
            ConstructorDeclarationSyntax constructor => constructor.Identifier.Text,
            LocalFunctionStatementSyntax function => function.Identifier.Text,
            PropertyDeclarationSyntax property => property.Identifier.Text,
            AccessorDeclarationSyntax accessor => accessor.Keyword.Text,
            _ => "this member",
        };
}
