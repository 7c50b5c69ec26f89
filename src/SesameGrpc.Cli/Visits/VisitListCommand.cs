using System.CommandLine;
using SesameGrpc.Cli.Connecting;
using SesameGrpc.Cli.Output;
using SesameGrpc.Client;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Cli.Visits;

/// <summary>`sesame visit list`: the hospital's visits, newest first.</summary>
internal static class VisitListCommand
{
    private static readonly Option<string?> Person = new("--person") { Description = "Only this person's.", HelpName = "subject" };

    private static readonly Option<string?> State = new("--state") { Description = "Only in this state.", HelpName = "state" };

    public static Command Create() =>
        new Command("list", "List the hospital's visits, newest first.").With(Person, State, PagedList.Limit).ForPartner().Runs(RunAsync);

    private static async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var request = new ListVisitsRequest
        {
            Subject = context.Get(Person) ?? "",
            State = StateName.Parse<VisitState>(context.Get(State)),
        };
        using var client = await context.ConnectPartnerAsync([PartnerScopes.VisitRead], cancellationToken);
        var visits = await PagedList.ReadAsync<Visit>(
            context,
            async (size, token) =>
            {
                (request.PageSize, request.PageToken) = (size, token);
                var page = await client.DeferredPayments.ListVisitsAsync(request, cancellationToken: cancellationToken);
                return (page.Visits, page.NextPageToken);
            }
        );

        Show(context.Output, visits);
        return ExitCode.Ok;
    }

    private static void Show(CliOutput output, List<Visit> visits)
    {
        output.WriteTable(
            visits,
            ["visit", "opened", "state", "order", "person", "charges", "total", "outstanding"],
            visit =>
                [
                    visit.VisitId,
                    Display.Time(visit.OpenTime),
                    MessageJson.Name(visit.State),
                    visit.OrderId,
                    visit.Subject,
                    visit.Bill.Charges.Count.ToString(),
                    Display.Amount(visit.TotalAmount),
                    Display.Amount(visit.OutstandingAmount),
                ]
        );
    }
}
