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
    private static readonly JsonSerializerOptions Format = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public CliOutput(bool json, TextWriter output, TextWriter error)
    {
        Json = json;
        Out = output;
        Error = error;
        Console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
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
}
