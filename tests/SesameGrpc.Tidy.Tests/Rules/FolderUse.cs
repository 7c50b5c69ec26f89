using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace SesameGrpc.Tidy.Tests.Rules;

/// <summary>A use of one folder of the gateway by another.</summary>
internal sealed record FolderUse(string Path, string From, string To, int Line)
{
    public const string GatewayFolder = "src/SesameGrpc.Gateway/";
    public const string GatewayNamespace = "SesameGrpc.Gateway";

    /// <summary>All uses of one folder of the gateway by another, at their lines.</summary>
    public static IReadOnlyList<FolderUse> FindAll(IReadOnlyCollection<TextFile> files)
    {
        var folders = FoldersOf(files);
        var types = files
            .Where(file => FolderOf(file) is not null)
            .SelectMany(file => Declarations.TypesOf(file).Select(type => (Folder: FolderOf(file)!, type.Name)))
            .ToHashSet();
        return
        [
            .. from file in files
            let own = FolderOf(file)
            where own is not null
            from use in UsesOf(file, types)
            where use.Folder != own && folders.Contains(use.Folder)
            select new FolderUse(file.Path, own, use.Folder, use.Line),
        ];
    }

    private static IEnumerable<(string Folder, int Line)> UsesOf(TextFile file, HashSet<(string Folder, string Type)> types)
    {
        foreach (var directive in UsingsOf(file).Where(IsGateway))
        {
            yield return (directive.NamespaceOrType.ToString().Split('.')[2], file.LineAt(directive));
        }

        // A name may also be written out, in full or from the enclosing namespace on: SesameGrpc.Gateway.Ledger.Entry, Ledger.Entry.
        foreach (var node in file.Syntax.DescendantNodes(node => node is not UsingDirectiveSyntax))
        {
            if (node is not (QualifiedNameSyntax or MemberAccessExpressionSyntax) || node.Parent is BaseNamespaceDeclarationSyntax)
            {
                continue;
            }

            var name = node.ToString();
            var parts = (
                name.StartsWith(GatewayNamespace + ".", StringComparison.Ordinal) ? name[(GatewayNamespace.Length + 1)..] : name
            ).Split('.', '<');
            if (parts.Length == 2 && types.Contains((parts[0], parts[1])))
            {
                yield return (parts[0], file.LineAt(node));
            }
        }
    }

    public static IEnumerable<UsingDirectiveSyntax> UsingsOf(TextFile file) => file.Syntax.DescendantNodes().OfType<UsingDirectiveSyntax>();

    public static bool IsGateway(UsingDirectiveSyntax directive) =>
        directive.NamespaceOrType.ToString().StartsWith(GatewayNamespace + ".", StringComparison.Ordinal);

    /// <summary>The folders that hold the files.</summary>
    public static HashSet<string> FoldersOf(IEnumerable<TextFile> files) =>
        files.Select(FolderOf).OfType<string>().ToHashSet(StringComparer.Ordinal);

    private static string? FolderOf(TextFile file)
    {
        var inside = file.Path.StartsWith(GatewayFolder, StringComparison.Ordinal) ? file.Path[GatewayFolder.Length..] : "";
        return inside.Contains('/') ? inside.Split('/')[0] : null;
    }
}
