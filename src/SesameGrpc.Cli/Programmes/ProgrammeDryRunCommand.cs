using System.CommandLine;
using Google.Protobuf.WellKnownTypes;
using SesameGrpc.Cli.Connecting;
using SesameGrpc.Cli.Output;
using SesameGrpc.Contracts.Operator.V1;
using Spectre.Console;

namespace SesameGrpc.Cli.Programmes;

/// <summary>`sesame programme dry-run FILE`: what a programme that is not in force would have decided.</summary>
internal static class ProgrammeDryRunCommand
{
    public static readonly Argument<FileInfo> Document = new("FILE")
    {
        Description = "The whole programme in ProtoJSON, as `get --out` writes it.",
    };

    public static readonly Option<DateTimeOffset?> From = new("--from")
    {
        Description = "Only decisions from this moment on.",
        HelpName = "time",
    };

    public static readonly Option<DateTimeOffset?> Until = new("--until")
    {
        Description = "Only decisions before this moment.",
        HelpName = "time",
    };

    private static readonly Option<int> Newest = new("--newest")
    {
        Description = "Most decisions to decide again, newest first.",
        DefaultValueFactory = _ => 10_000,
        HelpName = "number",
    };

    public static Command Create() =>
        new Command("dry-run", "Decide recorded decisions again by a programme that is not in force. Nothing is changed.")
            .With(Document, Newest, From, Until)
            .ForOperator()
            .Runs(RunAsync);

    private static async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var request = new DryRunProgrammeVersionRequest
        {
            Programme = await ProgrammeFile.ReadAsync(context.Get(Document), cancellationToken),
            Decisions = context.Get(Newest),
            FromTime = context.Get(From) is { } from ? Timestamp.FromDateTimeOffset(from) : null,
            UntilTime = context.Get(Until) is { } until ? Timestamp.FromDateTimeOffset(until) : null,
        };
        using var channel = context.ConnectOperator();
        using var run = channel.Programmes.DryRunProgrammeVersion(request, cancellationToken: cancellationToken);
        var stream = run.ResponseStream;
        var report = await new RowProgress(context.Output, context.Time).RunAsync(
            "deciding again",
            context.Get(Newest),
            async progress =>
            {
                var last = new DryRunProgrammeVersionResponse();
                while (await stream.MoveNext(cancellationToken))
                {
                    last = stream.Current;
                    progress(last.Decisions);
                }

                return last;
            }
        );
        Show(context.Output, report);
        return ExitCode.Ok;
    }

    private static void Show(CliOutput output, DryRunProgrammeVersionResponse report)
    {
        if (output.Json)
        {
            output.WriteJson(MessageJson.From(report));
            return;
        }

        output.Out.WriteLine($"With this change {report.Different:N0} of {report.Decisions:N0} decisions would differ.");
        if (report.Transitions.Count > 0)
        {
            var table = new Table().Border(TableBorder.Simple).AddColumns("decisions", "decided", "would be");
            foreach (var transition in report.Transitions)
            {
                table.AddRow(
                    new Text(transition.Count.ToString("N0")),
                    new Text(Describe(transition.Before)),
                    new Text(Describe(transition.After))
                );
            }

            output.Console.Write(table);
        }

        ShowMissing(output, report.NotReplayable);
    }

    public static string Describe(DecisionResult result) =>
        string.Join(' ', [MessageJson.Name(result.Decision), .. result.Reasons.Select(reason => MessageJson.Name(reason))]);

    public static void ShowMissing(CliOutput output, IEnumerable<NotReplayableCount> counts)
    {
        foreach (var missing in counts)
        {
            output.Out.WriteLine($"{missing.Count:N0} cannot be decided again: {MessageJson.Name(missing.Reason)}.");
        }
    }
}
