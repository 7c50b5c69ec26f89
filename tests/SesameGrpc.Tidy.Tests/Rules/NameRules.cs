using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace SesameGrpc.Tidy.Tests.Rules;

/// <summary>Names say a role; an interface stands only where there is something to choose between.</summary>
internal static partial class NameRules
{
    private const int FewestImplementations = 2;

    private static readonly HashSet<string> EmptyWords = new(StringComparer.OrdinalIgnoreCase)
    {
        "Helper",
        "Helpers",
        "Manager",
        "Managers",
        "Util",
        "Utils",
        "Utility",
        "Utilities",
        "Common",
        "Base",
    };

    /// <summary>Names with an empty word that must stay, each with its reason.</summary>
    public static IReadOnlyDictionary<string, string> NameExceptions { get; } =
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["PartnerApplicationManager"] = "overrides OpenIddict's application manager and keeps the name of its role there",
        };

    /// <summary>Interfaces with fewer than two implementations that must stay, each with its reason.</summary>
    public static IReadOnlyDictionary<string, string> InterfaceExceptions { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>No type, file or folder has a word in its name that says nothing.</summary>
    public static IEnumerable<Finding> CheckNames(IReadOnlyCollection<TextFile> files, IReadOnlyDictionary<string, string> exceptions)
    {
        var names = files
            .SelectMany(file => file.Path.Split('/').Select(part => new Declaration(part.Split('.')[0], file, 0)))
            .Concat(files.Where(file => file.IsCSharp).SelectMany(Declarations.TypesOf))
            .DistinctBy(name => (name.Name, name.Line > 0 ? name.File.Path : ""));
        foreach (var name in names.Where(name => !exceptions.ContainsKey(name.Name)))
        {
            if (Words().Matches(name.Name).Select(match => match.Value).FirstOrDefault(EmptyWords.Contains) is { } word)
            {
                yield return new Finding(
                    name.File.Path,
                    name.Line,
                    $"the name {name.Name} has the word {word}, which says nothing",
                    "name it after its role"
                );
            }
        }
    }

    /// <summary>Every interface has two implementations among the files, or an exception.</summary>
    public static IEnumerable<Finding> CheckInterfaces(IReadOnlyCollection<TextFile> files, IReadOnlyDictionary<string, string> exceptions)
    {
        var implementations = files
            .SelectMany(file => file.Syntax.DescendantNodes().OfType<TypeDeclarationSyntax>())
            .Where(type => type is not InterfaceDeclarationSyntax)
            .SelectMany(type => BasesOf(type).Distinct(StringComparer.Ordinal))
            .CountBy(name => name, StringComparer.Ordinal)
            .ToDictionary(StringComparer.Ordinal);
        foreach (var file in files)
        {
            foreach (var declared in file.Syntax.DescendantNodes().OfType<InterfaceDeclarationSyntax>())
            {
                var name = declared.Identifier.ValueText;
                var count = implementations.GetValueOrDefault(name);
                if (count < FewestImplementations && !exceptions.ContainsKey(name))
                {
                    var fact = $"interface {name} has {count} implementation(s) in src, needs {FewestImplementations}";
                    yield return new Finding(
                        file.Path,
                        file.LineAt(declared.Identifier.SpanStart),
                        fact,
                        "use the sealed class itself, or state a reason in NameRules"
                    );
                }
            }
        }
    }

    /// <summary>An exception whose type is gone, or that is no longer needed, goes too.</summary>
    public static IEnumerable<Finding> CheckExceptions(IReadOnlyCollection<TextFile> files, IEnumerable<string> exceptions)
    {
        var declared = files.SelectMany(Declarations.TypesOf).Select(type => type.Name).ToHashSet(StringComparer.Ordinal);
        return exceptions
            .Where(name => !declared.Contains(name))
            .Select(name => new Finding(
                "tests/SesameGrpc.Tidy.Tests/Rules/NameRules.cs",
                0,
                $"the exception {name} names no type in src",
                "remove it"
            ));
    }

    private static IEnumerable<string> BasesOf(TypeDeclarationSyntax type) =>
        type.BaseList?.Types.Select(item => item.Type)
            .Select(item => (item as QualifiedNameSyntax)?.Right ?? item)
            .Select(item => item.ToString().Split('<')[0])
        ?? [];

    [GeneratedRegex("[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Words();
}
