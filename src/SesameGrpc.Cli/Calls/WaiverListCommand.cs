using System.CommandLine;
using SesameGrpc.Cli.Connecting;
using SesameGrpc.Cli.Output;
using SesameGrpc.Client;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Cli.Calls;

/// <summary>`sesame waiver list`: the partner's waivers, newest first.</summary>
internal static class WaiverListCommand
{
    private static readonly Option<string?> Person = new("--person") { Description = "Only this person's.", HelpName = "subject" };

    private static readonly Option<string?> State = new("--state") { Description = "Only in this state.", HelpName = "state" };

    public static Command Create() =>
        new Command("list", "List the partner's waivers, newest first.").With(Person, State, PagedList.Limit).ForPartner().Runs(RunAsync);

    private static async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var request = new ListDepositWaiversRequest
        {
            Subject = context.Get(Person) ?? "",
            State = StateName.Parse<DepositWaiverState>(context.Get(State)),
        };
        using var client = await context.ConnectPartnerAsync([PartnerScopes.WaiverRead], cancellationToken);
        var waivers = await PagedList.ReadAsync<DepositWaiver>(
            context,
            async (size, token) =>
            {
                (request.PageSize, request.PageToken) = (size, token);
                var page = await client.DepositWaivers.ListDepositWaiversAsync(request, cancellationToken: cancellationToken);
                return (page.DepositWaivers, page.NextPageToken);
            }
        );

        Show(context.Output, waivers);
        return ExitCode.Ok;
    }

    private static void Show(CliOutput output, List<DepositWaiver> waivers)
    {
        output.WriteTable(
            waivers,
            ["waiver", "granted", "state", "order", "person", "programme", "waived", "outstanding"],
            waiver =>
                [
                    waiver.DepositWaiverId,
                    Display.Time(waiver.GrantTime),
                    MessageJson.Name(waiver.State),
                    waiver.OrderId,
                    waiver.Subject,
                    waiver.Programme,
                    Display.Amount(waiver.WaivedAmount),
                    Display.Amount(waiver.OutstandingAmount),
                ]
        );
    }
}
