using SesameGrpc.Cli.Output;
using Spectre.Console;

namespace SesameGrpc.Cli.Demo;

/// <summary>Prints steps as they happen, as sentences or as JSON lines, and counts those that went otherwise than expected.</summary>
internal sealed class DemoPresenter(CliOutput output)
{
    private string? story;
    private int steps;

    public int Unexpected { get; private set; }

    /// <summary>Begins a story; its steps follow.</summary>
    public void Open(DemoStory next)
    {
        var isFirst = story is null;
        story = next.Name;
        if (output.Json)
        {
            return;
        }

        if (!isFirst)
        {
            output.Console.WriteLine();
        }

        output.Console.MarkupLine($"[bold]{Markup.Escape(next.Title)}[/]");
        if (isFirst)
        {
            output.Console.MarkupLine(
                "[grey]A credit-score gateway has been started for this demonstration; every step below is a real call over mutual TLS.[/]"
            );
        }
    }

    public void Show(DemoStep step)
    {
        steps++;
        Unexpected += step.AsExpected ? 0 : 1;
        if (output.Json)
        {
            var json = step.ToJson();
            json.Insert(0, "story", story);
            output.WriteJson(json);
            return;
        }

        var mark = step.AsExpected ? "[green]✓[/]" : "[red]✗[/]";
        output.Console.WriteLine();
        var width = $"✓ {steps}.".Length;
        output.WriteHanging($"{mark} [bold]{steps}.[/]", width, step.Action);
        output.WriteHanging("", width, step.Outcome, new Style(step.AsExpected ? Color.Default : Color.Red));
    }

    public void Close()
    {
        if (!output.Json)
        {
            output.Console.WriteLine();
            output.Console.MarkupLine(
                Unexpected == 0
                    ? $"[green]All {steps} steps went as expected.[/] Next: [bold]./sesame dev[/] keeps a gateway running for your own calls."
                    : $"[red]{Unexpected} of {steps} steps went otherwise than expected.[/]"
            );
        }
    }
}
