using System.Text.RegularExpressions;
using Google.Protobuf.Reflection;
using FieldType = Google.Protobuf.Reflection.FieldDescriptorProto.Types.Type;

namespace SesameGrpc.DocSite.Reference;

/// <summary>Comments and types of the contracts as Markdown, with links to the types, reasons and documents that they name.</summary>
internal sealed partial class ContractText
{
    private readonly Dictionary<string, string> places = new(StringComparer.Ordinal);
    private readonly HashSet<string> reasons;

    public ContractText(ContractSet contracts, IEnumerable<string> reasons)
    {
        this.reasons = reasons.ToHashSet(StringComparer.Ordinal);
        foreach (var file in contracts.Files)
        {
            foreach (var name in file.Messages.Select(message => message.Name).Concat(file.Enums.Select(enumeration => enumeration.Name)))
            {
                places.Add($".{file.Package}.{name}", $"../{file.Source}#{AnchorOf(name)}");
            }
        }
    }

    /// <summary>A comment as paragraphs.</summary>
    public string Paragraphs(string comment) => string.Join("\n\n", ParagraphsOf(comment).Select(Linked));

    /// <summary>A comment as the cell of a table.</summary>
    public string Cell(string comment) => string.Join(' ', ParagraphsOf(comment).Select(Linked));

    /// <summary>The type of a field: a scalar's name, or a link to the message or enum.</summary>
    public string TypeOf(FieldDescriptorProto field, DescriptorProto owner)
    {
        var entry = owner.NestedType.FirstOrDefault(inner =>
            inner.Options?.MapEntry == true && field.TypeName.EndsWith("." + inner.Name, StringComparison.Ordinal)
        );
        if (entry is not null)
        {
            return $"map of {TypeOf(entry.Field[0], entry)} to {TypeOf(entry.Field[1], entry)}";
        }

        var type = field.Type is FieldType.Message or FieldType.Enum
            ? TypeNamed(field.TypeName)
            : $"`{field.Type.ToString().ToLowerInvariant()}`";
        return field.Label == FieldDescriptorProto.Types.Label.Repeated ? $"list of {type}" : type;
    }

    /// <summary>A link to a message or an enum by its full name; foreign ones are only named.</summary>
    public string TypeNamed(string name) =>
        places.TryGetValue(name, out var place) ? $"[{name.Split('.')[^1]}]({place})" : $"`{name.TrimStart('.')}`";

    // As the renderer forms it of a heading.
    private static string AnchorOf(string name) => name.Replace(".", "", StringComparison.Ordinal).ToLowerInvariant();

    private static IEnumerable<string> ParagraphsOf(string comment) =>
        comment
            .Split("\n\n", StringSplitOptions.RemoveEmptyEntries)
            .Select(paragraph => string.Join(' ', paragraph.Split('\n', StringSplitOptions.TrimEntries)));

    private string Linked(string text) =>
        Word()
            .Replace(
                Special().Replace(text, @"\$0"),
                match =>
                    match.Groups["document"] is { Success: true, Value: var document } ? $"[{document}]({document})"
                    : reasons.Contains(match.Value.Replace(@"\", "", StringComparison.Ordinal))
                        ? $"[{match.Value}](errors.md#{match.Value.Replace(@"\", "", StringComparison.Ordinal).ToLowerInvariant()})"
                    : match.Value
            );

    [GeneratedRegex(@"[\\`*_<>\[\]|#~]", RegexOptions.NonBacktracking)]
    private static partial Regex Special();

    [GeneratedRegex(@"docs/(?<document>[a-z/.-]+\.md)|\b[A-Z]+(\\_[A-Z]+)+\b", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Word();
}
