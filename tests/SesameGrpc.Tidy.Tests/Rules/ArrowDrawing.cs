namespace SesameGrpc.Tidy.Tests.Rules;

/// <summary>A permitted use of one feature folder by another, at its line of the drawing.</summary>
internal sealed record Arrow(string From, string To, int Line);

/// <summary>Reads the drawing of the folder arrows, which is also what a reader of the architecture sees.</summary>
internal static class ArrowDrawing
{
    public const string Path = "docs/ARCHITECTURE.md";
    public const string AnyFolder = "*";

    /// <summary>
    /// Reads the fenced block with the info string "arrows". A line reads "From -> To, To"; "* -> To" lets every folder
    /// use To; what follows # is a remark.
    /// </summary>
    public static (IReadOnlyList<Arrow> Arrows, IReadOnlyList<Finding> Findings) Read(TextFile? drawing)
    {
        var start = drawing?.Lines.TakeWhile(line => line.Trim() != "```arrows").Count() + 1 ?? 0;
        if (drawing is null || start > drawing.Lines.Count)
        {
            return (
                [],
                [
                    new Finding(
                        Path,
                        0,
                        "docs/ARCHITECTURE.md has no arrows block",
                        "draw the folder arrows in a block fenced with ```arrows"
                    ),
                ]
            );
        }

        var arrows = new List<Arrow>();
        var findings = new List<Finding>();
        for (var index = start; index < drawing.Lines.Count && drawing.Lines[index].Trim() != "```"; index++)
        {
            var parts = drawing.Lines[index].Split('#')[0].Split("->", StringSplitOptions.TrimEntries);
            if (parts is [""])
            {
                continue;
            }

            if (parts is not [{ Length: > 0 } from, { Length: > 0 } targets])
            {
                findings.Add(new Finding(Path, index + 1, "this line of the arrows block is no arrow", "write it as \"From -> To, To\""));
                continue;
            }

            arrows.AddRange(targets.Split(',', StringSplitOptions.TrimEntries).Select(to => new Arrow(from, to, index + 1)));
        }

        return (arrows, findings);
    }
}
