using System.Text.RegularExpressions;

namespace SesameGrpc.Cli.Tests.Guides;

/// <summary>A command of a page, in a block of the language sh. Blocks that say "sh by-hand" take too long, or never end.</summary>
/// <param name="Line">Line of the page, from 1.</param>
/// <param name="Text">The command; lines that a backslash or a pipe continues are one.</param>
/// <param name="ExitCode">What it ends with: 0, or the code of its comment `# exit N`.</param>
internal sealed partial record GuideCommand(int Line, string Text, int ExitCode)
{
    /// <summary>All of them but `./sesame dev`, which is what they are run against.</summary>
    public static IReadOnlyList<GuideCommand> Of(string page)
    {
        var commands = new List<GuideCommand>();
        var lines = page.Split('\n');
        var isShell = false;
        for (var index = 0; index < lines.Length; index++)
        {
            if (lines[index].StartsWith("```", StringComparison.Ordinal))
            {
                isShell = lines[index] == "```sh";
                continue;
            }

            var start = index;
            var text = lines[index];
            while (isShell && (text.EndsWith('\\') || text.EndsWith('|')) && index + 1 < lines.Length)
            {
                text = text.TrimEnd('\\') + lines[++index].TrimStart();
            }

            if (isShell && Command().IsMatch(text))
            {
                var exit = Exit().Match(text);
                commands.Add(new GuideCommand(start + 1, text, exit.Success ? int.Parse(exit.Groups["code"].Value) : 0));
            }
        }

        return commands;
    }

    [GeneratedRegex(@"^(?!\./sesame dev\b|#|$)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Command();

    [GeneratedRegex("# exit (?<code>[0-9]+)$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Exit();
}
