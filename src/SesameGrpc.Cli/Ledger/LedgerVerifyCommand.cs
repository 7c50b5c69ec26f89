using System.CommandLine;
using System.Text.Json.Nodes;
using SesameGrpc.Cli.Connecting;
using SesameGrpc.Cli.Output;
using SesameGrpc.Contracts.Operator.V1;

namespace SesameGrpc.Cli.Ledger;

/// <summary>`sesame ledger verify`: has the gateway recompute its ledger from the journal, and names each difference.</summary>
internal static class LedgerVerifyCommand
{
    private const int ShownDifferences = 20;

    public static Command Create() =>
        new Command("verify", "Recompute the whole ledger from its journal. Nothing is repaired. Exit code 5 when anything does not fit.")
            .ForOperator()
            .Runs(RunAsync);

    private static async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        using var channel = context.ConnectOperator();
        using var check = channel.Ledger.CheckLedger(new CheckLedgerRequest(), cancellationToken: cancellationToken);
        var stream = check.ResponseStream;

        // The first message says how much there is to read.
        var isMore = await stream.MoveNext(cancellationToken);
        var report = await new RowProgress(context.Output, context.Time).RunAsync(
            "checking the ledger",
            isMore ? stream.Current.TotalEntries : 0,
            async progress =>
            {
                var last = new CheckLedgerResponse();
                for (; isMore; isMore = await stream.MoveNext(cancellationToken))
                {
                    last = stream.Current;
                    progress(last.CheckedEntries);
                }

                return last;
            }
        );
        Show(context.Output, report);
        return IsSound(report) ? ExitCode.Ok : ExitCode.NotSound;
    }

    private static bool IsSound(CheckLedgerResponse report) => report.Complete && report.DifferenceCount == 0;

    private static void Show(CliOutput output, CheckLedgerResponse report)
    {
        if (output.Json)
        {
            var json = MessageJson.From(report);
            output.WriteJson(new JsonObject { ["sound"] = IsSound(report) }.With(json));
            return;
        }

        foreach (var difference in report.Differences.Take(ShownDifferences))
        {
            output.Error.WriteLine(Describe(difference));
        }

        if (report.DifferenceCount > ShownDifferences)
        {
            output.Error.WriteLine($"... and {report.DifferenceCount - ShownDifferences:N0} more; --json lists up to 1,000.");
        }

        output.WriteCard(
            IsSound(report) ? "The ledger is what its journal says"
                : report.Complete ? "The ledger is not what its journal says"
                : "The check broke off",
            ("obligations", report.Obligations.ToString("N0")),
            ("persons", report.Persons.ToString("N0")),
            ("entries read", $"{report.CheckedEntries:N0}"),
            ("granted", Display.Amount(report.Totals?.GrantedAmount)),
            ("open", Display.Amount(report.Totals?.OpenAmount)),
            ("released", Display.Amount(report.Totals?.ReleasedAmount)),
            ("captured", Display.Amount(report.Totals?.CapturedAmount)),
            ("cancelled", Display.Amount(report.Totals?.CancelledAmount)),
            ("written off", Display.Amount(report.Totals?.WrittenOffAmount)),
            ("differences", report.DifferenceCount == 0 ? "none" : report.DifferenceCount.ToString("N0"))
        );
    }

    private static string Describe(LedgerDifference difference) =>
        difference switch
        {
            { ObligationId.Length: > 0 } => $"Obligation {difference.ObligationId}: {difference.Description}",
            { Person.Length: > 0 } => $"Person {difference.Person}: {difference.Description}",
            _ => difference.Description,
        };

    private static JsonObject With(this JsonObject json, JsonObject more)
    {
        foreach (var (name, value) in more)
        {
            json[name] = value?.DeepClone();
        }

        return json;
    }
}
