using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Spectre.Console;

namespace SesameGrpc.Cli.Output;

/// <summary>Where a command writes: words for people, or one JSON object per line for scripts; errors go to the second writer.</summary>
internal sealed class CliOutput
{
    private const int PipeWidth = 160;
    private const int TermWidth = 29;
    private static readonly JsonSerializerOptions Format = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly IAnsiConsole errors;

    public CliOutput(bool json, TextWriter output, TextWriter error)
    {
        Json = json;
        Out = output;
        Error = error;
        Console = Create(output);
        errors = Create(error);
        if (!Console.Profile.Out.IsTerminal)
        {
            Console.Profile.Width = PipeWidth;
        }
    }

    /// <summary>Whether a script reads the output.</summary>
    public bool Json { get; }

    public IAnsiConsole Console { get; }

    public TextWriter Out { get; }

    public TextWriter Error { get; }

    /// <summary>Whether a person watches a terminal, so that lines may be redrawn.</summary>
    public bool IsInteractive => !Json && Console.Profile.Out.IsTerminal && Console.Profile.Capabilities.Ansi;

    public void WriteJson(JsonObject line)
    {
        Out.WriteLine(line.ToJsonString(Format));
        Out.Flush();
    }

    /// <summary>Words on stderr, indented; in a terminal they wrap between words.</summary>
    public void WriteError(string words, int indent)
    {
        if (errors.Profile.Out.IsTerminal)
        {
            errors.Write(new Padder(new Text(words), new Padding(indent, 0, 0, 0)));
        }
        else
        {
            Error.WriteLine(new string(' ', indent) + words);
        }
    }

    public void WriteErrorJson(JsonObject line) => Error.WriteLine(line.ToJsonString(Format));

    /// <summary>A table with a row for each message; for scripts, the messages, one a line.</summary>
    public void WriteTable<T>(IReadOnlyCollection<T> messages, string[] columns, Func<T, string?[]> cells)
        where T : IMessage
    {
        if (Json)
        {
            foreach (var message in messages)
            {
                WriteJson(MessageJson.From(message));
            }

            return;
        }

        var table = new Table().Border(TableBorder.Simple).AddColumns(columns);
        foreach (var message in messages)
        {
            table.AddRow(cells(message).Select(cell => new Text(cell ?? "")));
        }

        Console.Write(table);
    }

    /// <summary>What the lines below it have in common.</summary>
    public void WriteHeading(string heading)
    {
        Console.WriteLine();
        Console.MarkupLineInterpolated($"[bold]{heading}[/]");
    }

    /// <summary>A term and its meaning, which wraps behind it.</summary>
    public void WriteTerm(string term, string meaning) => WriteHanging("  " + Markup.Escape(term), TermWidth, meaning);

    /// <summary>A label in markup, and words that wrap behind it.</summary>
    public void WriteHanging(string label, int width, string words, Style? style = null)
    {
        var grid = new Grid()
            .AddColumn(
                new GridColumn
                {
                    Width = width,
                    NoWrap = true,
                    Padding = new Padding(0, 0, 1, 0),
                }
            )
            .AddColumn(new GridColumn { Padding = new Padding(0) });
        grid.AddRow(new Markup(label), new Text(words, style));
        Console.Write(grid);
    }

    /// <summary>A title and label-value rows; rows without a value are left out.</summary>
    public void WriteCard(string title, params ReadOnlySpan<(string Label, string? Value)> rows)
    {
        Console.MarkupLineInterpolated($"[bold]{title}[/]");
        var shown = new List<(string Label, string Value)>();
        foreach (var (label, value) in rows)
        {
            if (!string.IsNullOrEmpty(value))
            {
                shown.Add((label, value));
            }
        }

        // Lines of its own instead of a grid, which would break long ids and pad with blanks.
        var width = shown.Count == 0 ? 0 : shown.Max(row => row.Label.Length);
        foreach (var (label, value) in shown)
        {
            Console.MarkupInterpolated($"  [grey]{label.PadRight(width)}[/]  ");
            Out.WriteLine(value);
        }
    }

    private static IAnsiConsole Create(TextWriter writer)
    {
        var target = new AnsiConsoleOutput(writer);
        var noColour = Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 }; // https://no-color.org
        return AnsiConsole.Create(
            new AnsiConsoleSettings
            {
                Out = target,
                Ansi = target.IsTerminal ? AnsiSupport.Detect : AnsiSupport.No,
                ColorSystem = noColour ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            }
        );
    }
}
