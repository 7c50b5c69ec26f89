using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace SesameGrpc.Tidy.Tests;

/// <summary>A text file of the repository; its path is relative to the root, with forward slashes.</summary>
internal sealed class TextFile(string path, string text)
{
    private readonly Lazy<SyntaxNode> _syntax = new(() =>
        CSharpSyntaxTree.ParseText(text, new CSharpParseOptions(LanguageVersion.Preview)).GetRoot()
    );

    public string Path { get; } = path;

    public string Text { get; } = text;

    /// <summary>Lines without their ends; a final newline begins no further line.</summary>
    public IReadOnlyList<string> Lines { get; } = text.TrimEnd('\n').Split('\n');

    /// <summary>The file name without folder and without everything from its first dot on.</summary>
    public string Stem => System.IO.Path.GetFileName(Path).Split('.')[0];

    public bool IsCSharp => Path.EndsWith(".cs", StringComparison.Ordinal);

    public bool IsMarkdown => Path.EndsWith(".md", StringComparison.Ordinal);

    /// <summary>Written by a tool: no rule of form applies.</summary>
    public bool IsGenerated =>
        Path.Contains("/Migrations/", StringComparison.Ordinal)
        || Path.EndsWith(".g.cs", StringComparison.Ordinal)
        || Path.EndsWith(".Designer.cs", StringComparison.Ordinal);

    /// <summary>The C# syntax, parsed at first use.</summary>
    public SyntaxNode Syntax => _syntax.Value;

    /// <summary>Line of a position in the text, from 1 on.</summary>
    public int LineAt(int position) => Text.AsSpan(0, position).Count('\n') + 1;

    /// <summary>Line on which a node begins, from 1 on.</summary>
    public int LineAt(SyntaxNode node) => LineAt(node.SpanStart);
}
