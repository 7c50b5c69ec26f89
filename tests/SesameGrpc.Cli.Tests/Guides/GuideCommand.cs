using System.Text.RegularExpressions;

namespace SesameGrpc.Cli.Tests.Guides;

/// <summary>A command of a guide, in a block of the language sh.</summary>
/// <param name="Line">Line of the guide, from 1.</param>
/// <param name="Text">The command; lines that a backslash continues are one.</param>
/// <param name="ExitCode">What it ends with: 0, or the code of its comment `# exit N`.</param>
internal sealed partial record GuideCommand(int Line, string Text, int ExitCode)
{
    /// <summary>The commands that call `./sesame`, also into a variable; `./sesame dev` is what they are run against.</summary>
    public static IReadOnlyList<GuideCommand> Of(string guide)
    {
        var commands = new List<GuideCommand>();
        var lines = guide.Split('\n');
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
            while (isShell && text.EndsWith('\\') && index + 1 < lines.Length)
            {
                text = text[..^1] + lines[++index].TrimStart();
            }

            if (isShell && Call().IsMatch(text))
            {
                var exit = Exit().Match(text);
                commands.Add(new GuideCommand(start + 1, text, exit.Success ? int.Parse(exit.Groups["code"].Value) : 0));
            }
        }

        return commands;
    }

    [GeneratedRegex(@"^([A-Za-z_]+=""?\$\()?\./sesame (?!dev\b)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Call();

    [GeneratedRegex("# exit (?<code>[0-9]+)$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Exit();
}
