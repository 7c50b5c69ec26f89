using Spectre.Console;

namespace SesameGrpc.Cli.Output;

/// <summary>What became of one check.</summary>
internal enum CheckState
{
    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>Works, and should be mended.</summary>
    Warning,

    /// <summary>There was nothing to look at.</summary>
    Absent,

    /// <summary>Does not work.</summary>
    Wrong,
}

/// <summary>Checks as people read them, line by line as they are made: a mark, the check's name, and words that wrap behind it.</summary>
internal static class CheckList
{
    private const int NameWidth = 20;

    public static void WriteCheck(this CliOutput output, CheckState state, string name, params ReadOnlySpan<string> lines) =>
        output.WriteHanging($"{Mark(state)} {Markup.Escape(name)}", NameWidth, string.Join(Environment.NewLine, lines));

    private static string Mark(CheckState state) =>
        state switch
        {
            CheckState.Ok => "[green]✓[/]",
            CheckState.Warning => "[yellow]![/]",
            CheckState.Absent => "[grey]–[/]",
            _ => "[red]✗[/]",
        };
}
