using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace SesameGrpc.Tidy.Tests.Rules;

/// <summary>A declared name and where it stands.</summary>
internal sealed record Declaration(string Name, TextFile File, int Line);

/// <summary>Reads the names that C# files declare.</summary>
internal static class Declarations
{
    /// <summary>Types of every kind, delegates too.</summary>
    public static IEnumerable<Declaration> TypesOf(TextFile file) =>
        from node in file.Syntax.DescendantNodes()
        let name = node switch
        {
            BaseTypeDeclarationSyntax type => type.Identifier,
            DelegateDeclarationSyntax type => type.Identifier,
            _ => default,
        }
        where name.ValueText is { Length: > 0 }
        select new Declaration(name.ValueText, file, file.LineAt(name.SpanStart));

    /// <summary>Members of types: methods, properties, fields, events, enum values, parameters of primary constructors.</summary>
    public static IEnumerable<Declaration> MembersOf(TextFile file) =>
        from node in file.Syntax.DescendantNodes()
        let name = node switch
        {
            MethodDeclarationSyntax member => member.Identifier,
            PropertyDeclarationSyntax member => member.Identifier,
            EventDeclarationSyntax member => member.Identifier,
            EnumMemberDeclarationSyntax member => member.Identifier,
            VariableDeclaratorSyntax { Parent.Parent: BaseFieldDeclarationSyntax } member => member.Identifier,
            ParameterSyntax { Parent.Parent: TypeDeclarationSyntax } member => member.Identifier,
            _ => default,
        }
        where name.ValueText is { Length: > 0 }
        select new Declaration(name.ValueText, file, file.LineAt(name.SpanStart));
}
