using System.Text;
using System.Text.RegularExpressions;

namespace SesameGrpc.DocSite.Layout;

/// <summary>A Mermaid diagram as a table of its arrows: readable without a script, on a phone and to a screen reader.</summary>
internal static partial class DiagramTable
{
    /// <summary>The text with each fenced diagram replaced; throws where a line of one cannot be read.</summary>
    public static string ReplaceIn(string markdown, string source) =>
        Fence()
            .Replace(markdown, match => TableOf(match.Groups["diagram"].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries), source));

    private static string TableOf(string[] lines, string source)
    {
        var words = source.EndsWith(".zh.md", StringComparison.Ordinal)
            ? (From: "从", To: "到", By: "条件", Begins: "（开始）")
            : (From: "from", To: "to", By: "by", Begins: "(begins)");
        var labels = lines
            .SelectMany(line => Node().Matches(line))
            .ToDictionary(
                match => match.Groups["id"].Value,
                match => match.Groups["label"].Value.Replace("<br/>", ", ", StringComparison.Ordinal)
            );
        var table = new StringBuilder($"| {words.From} | {words.To} | {words.By} |\n|---|---|---|\n");
        foreach (var line in lines.Skip(1).Select(line => Node().Replace(line, "${id}").Trim()).Where(line => !IsFrame(line)))
        {
            var arrow = Arrow().Match(line);
            if (!arrow.Success)
            {
                if (labels.ContainsKey(line))
                {
                    continue;
                }

                throw new DocumentationException(
                    $"{source}: the diagram's line \"{line}\" is no arrow. Write: from --> to: text, or from -->|\"text\"| to."
                );
            }

            var text = arrow.Groups["inside"].Value + arrow.Groups["after"].Value;
            table.Append(
                $"| {Name(arrow, "from")} | {Name(arrow, "to")} | {text.Trim().Replace("<br/>", ", ", StringComparison.Ordinal)} |\n"
            );
        }

        return table.ToString();

        string Name(Match arrow, string side) =>
            arrow.Groups[side].Value is var id && id == "[*]" ? words.Begins : labels.GetValueOrDefault(id, id);
    }

    private static bool IsFrame(string line) => line == "end" || line.StartsWith("subgraph ", StringComparison.Ordinal);

    [GeneratedRegex(
        "^```mermaid\n(?<diagram>.*?)^```$\n?",
        RegexOptions.ExplicitCapture | RegexOptions.Singleline | RegexOptions.Multiline,
        1000
    )]
    private static partial Regex Fence();

    [GeneratedRegex("""(?<id>\w+)\[\(?"(?<label>[^"]*)"\)?\]""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Node();

    [GeneratedRegex(
        """^(?<from>\w+|\[\*\]) (-->|-\.->)(\|"(?<inside>[^"]*)"\|)? (?<to>\w+)(: (?<after>.*))?$""",
        RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex Arrow();
}
