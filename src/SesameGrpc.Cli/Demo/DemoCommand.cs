using System.CommandLine;
using SesameGrpc.Cli.Connecting;
using SesameGrpc.Cli.Output;

namespace SesameGrpc.Cli.Demo;

/// <summary>`sesame demo`: starts a gateway of its own, tells a story over the real wire, and leaves nothing behind.</summary>
internal static class DemoCommand
{
    private const string Everything = "all";

    private static readonly Argument<string> Story = new Argument<string>("story")
    {
        Description = "Which story to tell; all: one after another, on one gateway.",
        DefaultValueFactory = _ => DemoStories.All[0].Name,
    }.AcceptOnlyFromAmong([.. DemoStories.All.Select(story => story.Name), Everything]);

    public static Command Create() =>
        new Command(
            "demo",
            "Start a gateway, tell a partner's story over the real wire, and stop it. Exit code 0 when every step went as expected."
        )
            .With(Story)
            .Runs(RunAsync);

    private static async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("sesame-demo-");
        var keep = true;
        try
        {
            var result = await RunInAsync(folder.FullName, context, cancellationToken);
            keep = result != ExitCode.Ok;
            return result;
        }
        finally
        {
            if (keep)
            {
                await context.Output.Error.WriteLineAsync($"The gateway's log and data are kept in {folder.FullName}.");
            }
            else
            {
                folder.Delete(recursive: true);
            }
        }
    }

    private static async Task<ExitCode> RunInAsync(string folder, CommandContext context, CancellationToken cancellationToken)
    {
        var chosen = context.Get(Story);
        await using var stage = await DemoStage.StartAsync(folder, context, cancellationToken);
        var presenter = new DemoPresenter(context.Output);
        foreach (var story in DemoStories.All.Where(story => chosen == Everything || chosen == story.Name))
        {
            presenter.Open(story);
            await foreach (var step in story.Run(stage, cancellationToken))
            {
                presenter.Show(step);
            }
        }

        presenter.Close();
        return presenter.Unexpected == 0 ? ExitCode.Ok : ExitCode.CallFailed;
    }
}
