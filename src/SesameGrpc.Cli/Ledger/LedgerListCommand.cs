using System.CommandLine;
using SesameGrpc.Cli.Connecting;
using SesameGrpc.Cli.Output;
using SesameGrpc.Contracts.Operator.V1;

namespace SesameGrpc.Cli.Ledger;

/// <summary>`sesame ledger list`: obligations of a partner, of a person, in a state, or all.</summary>
internal static class LedgerListCommand
{
    private static readonly Option<string?> Partner = new("--partner") { Description = "Only this partner's.", HelpName = "id" };

    private static readonly Option<string?> Person = new("--person") { Description = "Only this person's.", HelpName = "id" };

    private static readonly Option<string?> State = new("--state") { Description = "Only in this state.", HelpName = "state" };

    public static Command Create() =>
        new Command("list", "List obligations, newest first.").With(Partner, Person, State, PagedList.Limit).ForOperator().Runs(RunAsync);

    private static async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var request = new ListObligationsRequest
        {
            Partner = context.Get(Partner) ?? "",
            Person = context.Get(Person) ?? "",
            State = StateName.Parse<ObligationState>(context.Get(State)),
        };
        using var channel = context.ConnectOperator();
        var obligations = await PagedList.ReadAsync<Obligation>(
            context,
            async (size, token) =>
            {
                (request.PageSize, request.PageToken) = (size, token);
                var page = await channel.Ledger.ListObligationsAsync(request, cancellationToken: cancellationToken);
                return (page.Obligations, page.NextPageToken);
            }
        );

        Show(context.Output, obligations);
        return ExitCode.Ok;
    }

    private static void Show(CliOutput output, List<Obligation> obligations)
    {
        output.WriteTable(
            obligations,
            ["obligation", "granted", "state", "partner", "order", "person", "programme", "held", "outstanding"],
            obligation =>
                [
                    obligation.ObligationId,
                    Display.Time(obligation.GrantTime),
                    MessageJson.Name(obligation.State),
                    obligation.Partner,
                    obligation.OrderId,
                    obligation.Person,
                    obligation.Programme,
                    Display.Amount(obligation.HeldAmount),
                    Display.Amount(obligation.OutstandingAmount),
                ]
        );
    }
}
