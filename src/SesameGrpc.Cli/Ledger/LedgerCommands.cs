using System.CommandLine;
using SesameGrpc.Cli.Connecting;
using SesameGrpc.Cli.Output;
using SesameGrpc.Contracts.Operator.V1;

namespace SesameGrpc.Cli.Ledger;

/// <summary>`sesame ledger show|write-off`, and the group that holds them, `list` and `verify`.</summary>
internal static class LedgerCommands
{
    private static readonly Argument<string> Id = new("ID") { Description = "Id of the obligation; a waiver's is its own." };

    private static readonly Option<string> Reason = new("--reason")
    {
        Description = "Why, for the record.",
        Required = true,
        HelpName = "text",
    };

    public static Command Create() =>
        new Command("ledger", "What persons owe or have open with any partner (operator).").With(
            LedgerListCommand.Create(),
            new Command("show", "Show an obligation and its journal.").With(Id).ForOperator().Runs(ShowAsync),
            new Command("write-off", "Give up what is overdue; final.")
                .With(Id, Reason, ConnectionOptions.RequestId)
                .ForOperator()
                .Runs(WriteOffAsync),
            LedgerVerifyCommand.Create()
        );

    private static async Task<ExitCode> ShowAsync(CommandContext context, CancellationToken cancellationToken)
    {
        using var channel = context.ConnectOperator();
        var found = await channel.Ledger.GetObligationAsync(new() { ObligationId = context.Get(Id) }, cancellationToken: cancellationToken);
        if (context.Output.Json)
        {
            context.Output.WriteJson(MessageJson.From(found));
        }
        else
        {
            ObligationCard.Show(context.Output, found.Obligation);
            ObligationCard.ShowJournal(context.Output, found.Entries);
        }

        return ExitCode.Ok;
    }

    private static async Task<ExitCode> WriteOffAsync(CommandContext context, CancellationToken cancellationToken)
    {
        using var channel = context.ConnectOperator();
        var request = new WriteOffObligationRequest
        {
            RequestId = context.RequestId(),
            ObligationId = context.Get(Id),
            Reason = context.Get(Reason),
        };
        var writtenOff = (await channel.Ledger.WriteOffObligationAsync(request, cancellationToken: cancellationToken)).Obligation;
        if (context.Output.Json)
        {
            context.Output.WriteJson(MessageJson.From(writtenOff));
        }
        else
        {
            ObligationCard.Show(context.Output, writtenOff);
        }

        return ExitCode.Ok;
    }
}
