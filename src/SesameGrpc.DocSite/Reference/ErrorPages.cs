using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.DocSite.Reference;

/// <summary>The error reference cut into a page for each reason, at the address that Help links of errors have: errors/REASON.</summary>
internal sealed class ErrorPages
{
    private const string Source = "docs/errors.md";
    private readonly string introduction;

    private ErrorPages(string introduction, IReadOnlyList<(string Reason, string Text)> sections)
    {
        this.introduction = introduction;
        Sections = sections;
    }

    /// <summary>Each reason with its text, in the order of the document.</summary>
    public IReadOnlyList<(string Reason, string Text)> Sections { get; }

    public static string PathOf(string reason) => $"errors/{reason}.html";

    public static ErrorPages Read(string file)
    {
        var parts = File.ReadAllText(file).ReplaceLineEndings("\n").Split("\n## ");
        return new ErrorPages(
            parts[0],
            [.. parts.Skip(1).Select(part => (part[..part.IndexOf('\n', StringComparison.Ordinal)].Trim(), part))]
        );
    }

    /// <summary>The overview, and a page for each reason; throws where a reason of the contracts has none.</summary>
    public IEnumerable<SitePage> Pages()
    {
        const string Prefix = "ERROR_REASON_";
        var written = Sections.Select(section => section.Reason).ToHashSet(StringComparer.Ordinal);
        foreach (
            var value in ErrorReasonReflection
                .Descriptor.EnumTypes[0]
                .Values.Where(value => value.Number != 0 && !written.Contains(value.Name[Prefix.Length..]))
        )
        {
            throw new DocumentationException($"{Source} has no section {value.Name[Prefix.Length..]}. Write its status, cause and fix.");
        }

        var list = string.Concat(
            Sections.Select(section =>
                $"| [{section.Reason}](errors.md#{section.Reason.ToLowerInvariant()}) | {StatusOf(section.Text)} |\n"
            )
        );
        yield return new SitePage("errors.html", Source, $"{introduction}\n\n## All reasons\n\n| reason | status |\n|---|---|\n{list}");
        foreach (var (reason, text) in Sections)
        {
            yield return new SitePage(PathOf(reason), Source, $"# {text}\n\n[All reasons](errors.md)\n");
        }
    }

    private static string StatusOf(string section) =>
        section.Split('\n').FirstOrDefault(line => line.StartsWith("**Status**", StringComparison.Ordinal))?["**Status**".Length..].Trim()
        ?? "";
}
