using System.CommandLine;
using SesameGrpc.Cli.Connecting;
using SesameGrpc.Cli.Output;
using SesameGrpc.Client;
using SesameGrpc.Contracts.Partner.V1;
using Spectre.Console;

namespace SesameGrpc.Cli.Calls;

/// <summary>`sesame waiver list`: the partner's waivers, newest first.</summary>
internal static class WaiverListCommand
{
    private static readonly Option<string?> Person = new("--person") { Description = "Only this person's.", HelpName = "subject" };

    private static readonly Option<string?> State = new("--state") { Description = "Only in this state.", HelpName = "state" };

    private static readonly Option<int> Limit = new("--limit")
    {
        Description = "Most waivers to show.",
        DefaultValueFactory = _ => 1000,
        HelpName = "number",
    };

    public static Command Create() =>
        new Command("list", "List the partner's waivers, newest first.").With(Person, State, Limit).ForPartner().Runs(RunAsync);

    private static async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var request = new ListDepositWaiversRequest
        {
            Subject = context.Get(Person) ?? "",
            State = StateName.Parse<DepositWaiverState>(context.Get(State)),
        };
        using var client = await context.ConnectPartnerAsync([PartnerScopes.WaiverRead], cancellationToken);
        var waivers = new List<DepositWaiver>();
        do
        {
            request.PageSize = Math.Clamp(context.Get(Limit) - waivers.Count, 1, 1000);
            var page = await client.DepositWaivers.ListDepositWaiversAsync(request, cancellationToken: cancellationToken);
            waivers.AddRange(page.DepositWaivers);
            request.PageToken = page.NextPageToken;
        } while (request.PageToken.Length > 0 && waivers.Count < context.Get(Limit));

        Show(context.Output, waivers);
        return ExitCode.Ok;
    }

    private static void Show(CliOutput output, List<DepositWaiver> waivers)
    {
        if (output.Json)
        {
            waivers.ForEach(waiver => output.WriteJson(MessageJson.From(waiver)));
            return;
        }

        var table = new Table()
            .Border(TableBorder.Simple)
            .AddColumns("waiver", "granted", "state", "order", "person", "programme", "waived", "outstanding");
        foreach (var waiver in waivers)
        {
            table.AddRow(
                new Text(waiver.DepositWaiverId),
                new Text(Display.Time(waiver.GrantTime) ?? ""),
                new Text(MessageJson.Name(waiver.State)),
                new Text(waiver.OrderId),
                new Text(waiver.Subject),
                new Text(waiver.Programme),
                new Text(Display.Amount(waiver.WaivedAmount) ?? ""),
                new Text(Display.Amount(waiver.OutstandingAmount) ?? "")
            );
        }

        output.Console.Write(table);
    }
}
