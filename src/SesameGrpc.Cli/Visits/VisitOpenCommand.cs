using System.CommandLine;
using SesameGrpc.Cli.Calls;
using SesameGrpc.Cli.Connecting;
using SesameGrpc.Cli.Output;
using SesameGrpc.Client;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Cli.Visits;

/// <summary>`sesame visit open`: asks for a patient to be treated first and to pay afterwards.</summary>
internal static class VisitOpenCommand
{
    private static readonly Argument<string> Programme = new("PROGRAMME")
    {
        Description = "Id of the programme.",
        DefaultValueFactory = _ => "hospital.pay_later",
    };

    private static readonly Option<string> OrderId = new("--order-id")
    {
        Description = "The hospital's own id of the visit.",
        Required = true,
    };

    public static Command Create() =>
        new Command("open", "Open a visit. Exit code 3 when it is not granted.")
            .With(OrderOptions.Subject, Programme, OrderId, OrderOptions.AmountFen, OrderOptions.Attributes, ConnectionOptions.RequestId)
            .ForPartner()
            .Runs(RunAsync);

    private static async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var request = new OpenVisitRequest
        {
            RequestId = context.RequestId(),
            OrderId = context.Get(OrderId),
            Subject = context.Get(OrderOptions.Subject),
            Programme = context.Get(Programme),
            Amount = OrderOptions.Amount(context.Get(OrderOptions.AmountFen)),
        };
        foreach (var (name, value) in (context.Get(OrderOptions.Attributes) ?? []).Select(OrderOptions.ParseAttribute))
        {
            request.Attributes[name] = value;
        }

        using var client = await context.ConnectPartnerAsync([PartnerScopes.VisitWrite], cancellationToken);
        var response = await client.DeferredPayments.OpenVisitAsync(request, cancellationToken: cancellationToken);
        if (response.Visit is { } visit)
        {
            VisitCard.Show(context.Output, visit);
            return ExitCode.Ok;
        }

        NotGrantedCard.Show(context.Output, request.OrderId, request.Subject, request.Programme, response.NotGranted);
        return ExitCode.RefusedOrLeftOut;
    }
}
