using System.CommandLine;
using System.Text.Json.Nodes;
using Google.Protobuf.WellKnownTypes;
using SesameGrpc.Cli.Connecting;
using SesameGrpc.Cli.Output;
using SesameGrpc.Contracts.Operator.V1;

namespace SesameGrpc.Cli.Programmes;

/// <summary>`sesame programme replay`: has the gateway decide its recorded decisions again, and names each that comes out otherwise.</summary>
internal static class ProgrammeReplayCommand
{
    private const int ShownDifferences = 20;

    private static readonly Option<string?> Programme = new("--programme") { Description = "Only of this programme.", HelpName = "id" };

    private static readonly Option<string?> Partner = new("--partner")
    {
        Description = "Only those told to this partner.",
        HelpName = "id",
    };

    private static readonly Option<long> FirstIndex = new("--first-index")
    {
        Description = "First entry of the audit log to look at.",
        HelpName = "index",
    };

    private static readonly Option<long> EndIndex = new("--end-index")
    {
        Description = "The entry behind the last one to look at. Default: all there are.",
        HelpName = "index",
    };

    public static Command Create() =>
        new Command(
            "replay",
            "Decide recorded decisions again by the versions they were recorded with. Exit code 5 when one comes out otherwise, or what it rested on is missing."
        )
            .With(Programme, Partner, ProgrammeDryRunCommand.From, ProgrammeDryRunCommand.Until, FirstIndex, EndIndex)
            .ForOperator()
            .Runs(RunAsync);

    private static async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var request = new ReplayDecisionsRequest
        {
            Programme = context.Get(Programme) ?? "",
            Partner = context.Get(Partner) ?? "",
            FirstIndex = context.Get(FirstIndex),
            EndIndex = context.Get(EndIndex),
            FromTime = context.Get(ProgrammeDryRunCommand.From) is { } from ? Timestamp.FromDateTimeOffset(from) : null,
            UntilTime = context.Get(ProgrammeDryRunCommand.Until) is { } until ? Timestamp.FromDateTimeOffset(until) : null,
        };
        using var channel = context.ConnectOperator();
        using var run = channel.Programmes.ReplayDecisions(request, cancellationToken: cancellationToken);
        var stream = run.ResponseStream;

        // The first message says how much there is to look through.
        var isMore = await stream.MoveNext(cancellationToken);
        var report = await new RowProgress(context.Output, context.Time).RunAsync(
            "deciding again",
            isMore ? stream.Current.TotalEntries : 0,
            async progress =>
            {
                var last = new ReplayDecisionsResponse();
                for (; isMore; isMore = await stream.MoveNext(cancellationToken))
                {
                    last = stream.Current;
                    progress(last.ScannedEntries);
                }

                return last;
            }
        );
        Show(context.Output, report);
        return IsSound(report) ? ExitCode.Ok : ExitCode.NotSound;
    }

    private static bool IsSound(ReplayDecisionsResponse report) =>
        report is { Complete: true, Different: 0 }
        && !report.NotReplayable.Any(missing =>
            missing.Reason is NotReplayableReason.HistoryMissing or NotReplayableReason.OrderUnreadable
        );

    private static void Show(CliOutput output, ReplayDecisionsResponse report)
    {
        if (output.Json)
        {
            var line = MessageJson.From(report);
            line["sound"] = JsonValue.Create(IsSound(report));
            output.WriteJson(line);
            return;
        }

        foreach (var difference in report.Differences.Take(ShownDifferences))
        {
            var (recorded, replayed) = (
                ProgrammeDryRunCommand.Describe(difference.Recorded),
                ProgrammeDryRunCommand.Describe(difference.Replayed)
            );
            output.Error.WriteLine(
                $"Entry {difference.LeafIndex}, by {difference.PolicyVersion}: recorded as {recorded}, comes out as {replayed}."
            );
        }

        if (report.Different > ShownDifferences)
        {
            output.Error.WriteLine($"... and {report.Different - ShownDifferences:N0} more; --json lists up to 100.");
        }

        output.WriteCard(
            IsSound(report) ? "The decisions come out as they were recorded"
                : report.Complete ? "The decisions do not come out as they were recorded"
                : "The replay broke off",
            ("entries read", report.ScannedEntries.ToString("N0")),
            ("decisions", report.Decisions.ToString("N0")),
            ("equal", report.Equal.ToString("N0")),
            (
                "... by a limit",
                report.LimitsTakenAsFacts == 0
                    ? null
                    : $"{report.LimitsTakenAsFacts:N0}, taken as recorded; `sesame ledger verify` recomputes them"
            ),
            ("different", report.Different == 0 ? "none" : report.Different.ToString("N0"))
        );
        ProgrammeDryRunCommand.ShowMissing(output, report.NotReplayable);
    }
}
