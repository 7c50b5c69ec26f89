using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace SesameGrpc.Tidy.Tests.Rules;

/// <summary>The folders of the gateway see each other only along the arrows drawn in docs/ARCHITECTURE.md.</summary>
internal static class FolderArrowRules
{
    /// <summary>Checks that every file's namespace is its project's name and its folders.</summary>
    public static IEnumerable<Finding> CheckNamespaces(IEnumerable<TextFile> files)
    {
        foreach (var file in files)
        {
            var expected = string.Join('.', file.Path.Split('/')[1..^1]);
            foreach (var declared in file.Syntax.DescendantNodes().OfType<BaseNamespaceDeclarationSyntax>())
            {
                if (declared.Name.ToString() != expected)
                {
                    yield return new Finding(
                        file.Path,
                        file.LineAt(declared),
                        $"namespace {declared.Name} is not the folder's",
                        $"declare namespace {expected}, or move the file"
                    );
                }
            }

            if (file.Syntax.ChildNodes().OfType<MemberDeclarationSyntax>().FirstOrDefault(IsType) is { } bare)
            {
                yield return new Finding(
                    file.Path,
                    file.LineAt(bare),
                    "a type stands outside of any namespace",
                    $"declare namespace {expected}"
                );
            }
        }
    }

    /// <summary>Checks every use of one folder by another against the arrows, and every arrow against the folders.</summary>
    public static IEnumerable<Finding> CheckUses(IReadOnlyCollection<TextFile> files, IReadOnlyCollection<Arrow> arrows)
    {
        var folders = FolderUse.FoldersOf(files);
        var uses = FolderUse.FindAll(files);
        var drawn = arrows.Select(arrow => (arrow.From, arrow.To)).ToHashSet();
        var undrawn = uses.Where(use => !drawn.Contains((use.From, use.To)) && !drawn.Contains((ArrowDrawing.AnyFolder, use.To)));
        foreach (var places in undrawn.GroupBy(use => (use.From, use.To)))
        {
            var first = places.First();
            yield return new Finding(
                first.Path,
                first.Line,
                $"{first.From} uses {first.To} without an arrow, in {places.Count()} place(s)",
                $"remove the use, or draw \"{first.From} -> {first.To}\" in {ArrowDrawing.Path} and say why there"
            );
        }

        var used = uses.Select(use => (use.From, use.To)).ToHashSet();
        foreach (var arrow in arrows)
        {
            var missing = new[] { arrow.From, arrow.To }.FirstOrDefault(folder =>
                folder != ArrowDrawing.AnyFolder && !folders.Contains(folder)
            );
            if (missing is not null)
            {
                yield return new Finding(
                    ArrowDrawing.Path,
                    arrow.Line,
                    $"the arrow names {missing}, which is no folder of {FolderUse.GatewayFolder}",
                    "correct the name or remove the arrow"
                );
            }
            else if (arrow.From != ArrowDrawing.AnyFolder && !used.Contains((arrow.From, arrow.To)))
            {
                yield return new Finding(
                    ArrowDrawing.Path,
                    arrow.Line,
                    $"no file follows the arrow {arrow.From} -> {arrow.To}",
                    "remove it: the drawing shows what is"
                );
            }
        }
    }

    /// <summary>Checks that nothing hides an arrow: no using of a gateway namespace counts for more than its own file.</summary>
    public static IEnumerable<Finding> CheckGlobalUsings(IEnumerable<TextFile> files)
    {
        foreach (var file in files.Where(file => file.IsCSharp))
        {
            foreach (
                var directive in FolderUse
                    .UsingsOf(file)
                    .Where(directive => directive.GlobalKeyword.Text.Length > 0 && FolderUse.IsGateway(directive))
            )
            {
                yield return new Finding(
                    file.Path,
                    file.LineAt(directive),
                    "a global using hides an arrow",
                    "write the using in each file that needs it"
                );
            }
        }

        foreach (var file in files.Where(file => file.Path.EndsWith(".csproj", StringComparison.Ordinal)))
        {
            var at = file.Text.IndexOf($"<Using Include=\"{FolderUse.GatewayNamespace}.", StringComparison.Ordinal);
            if (at >= 0)
            {
                yield return new Finding(
                    file.Path,
                    file.LineAt(at),
                    "a project-wide using hides an arrow",
                    "write the using in each file that needs it"
                );
            }
        }
    }

    /// <summary>Checks that drawn and followed arrows together lead nowhere in a circle; one finding per knot, with all of its arrows.</summary>
    public static IEnumerable<Finding> CheckCircles(IReadOnlyCollection<TextFile> files, IReadOnlyCollection<Arrow> arrows)
    {
        var edges = arrows
            .Where(arrow => arrow.From != ArrowDrawing.AnyFolder)
            .Select(arrow => (arrow.From, arrow.To, Place: $"{ArrowDrawing.Path}:{arrow.Line}"))
            .Concat(FolderUse.FindAll(files).Select(use => (use.From, use.To, Place: $"{use.Path}:{use.Line}")))
            .DistinctBy(edge => (edge.From, edge.To))
            .ToList();
        var next = edges.ToLookup(edge => edge.From, edge => edge.To, StringComparer.Ordinal);
        var reached = next.ToDictionary(group => group.Key, group => Reach(next, group.Key), StringComparer.Ordinal);
        foreach (var start in reached.Keys.Where(folder => reached[folder].Contains(folder)))
        {
            // A knot is all folders that reach each other; its first folder by name reports it.
            var knot = reached[start]
                .Where(folder => reached.TryGetValue(folder, out var back) && back.Contains(start))
                .ToHashSet(StringComparer.Ordinal);
            if (knot.Any(folder => string.CompareOrdinal(folder, start) < 0))
            {
                continue;
            }

            var inside = edges
                .Where(edge => knot.Contains(edge.From) && knot.Contains(edge.To))
                .Select(edge => $"{edge.From} -> {edge.To} ({edge.Place})");
            yield return new Finding(
                ArrowDrawing.Path,
                0,
                $"arrows lead in a circle: {string.Join(", ", inside.Order(StringComparer.Ordinal))}",
                "move what both sides need into a folder below them"
            );
        }
    }

    private static HashSet<string> Reach(ILookup<string, string> next, string start)
    {
        var reached = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>(next[start]);
        while (open.TryPop(out var folder))
        {
            if (reached.Add(folder))
            {
                foreach (var further in next[folder])
                {
                    open.Push(further);
                }
            }
        }

        return reached;
    }

    private static bool IsType(MemberDeclarationSyntax member) => member is BaseTypeDeclarationSyntax or DelegateDeclarationSyntax;
}
