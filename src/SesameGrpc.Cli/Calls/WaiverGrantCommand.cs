using System.CommandLine;
using SesameGrpc.Cli.Connecting;
using SesameGrpc.Cli.Output;
using SesameGrpc.Client;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Cli.Calls;

/// <summary>`sesame waiver grant`: asks for a deposit to be waived.</summary>
internal static class WaiverGrantCommand
{
    private static readonly Option<string> OrderId = new("--order-id") { Description = "The partner's own order id.", Required = true };

    private static readonly Option<bool> AcceptPartial = new("--accept-partial") { Description = "Accept that only a part is waived." };

    private static readonly Option<string?> Device = new("--device") { Description = "Id of the thing that is taken.", HelpName = "id" };

    public static Command Create() =>
        new Command("grant", "Waive a deposit. Exit code 3 when it is not granted.")
            .With(
                OrderOptions.Subject,
                OrderOptions.Programme,
                OrderId,
                Device,
                OrderOptions.AmountFen,
                AcceptPartial,
                OrderOptions.Attributes,
                ConnectionOptions.RequestId
            )
            .ForPartner()
            .Runs(RunAsync);

    private static async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var request = new GrantDepositWaiverRequest
        {
            RequestId = context.RequestId(),
            OrderId = context.Get(OrderId),
            Subject = context.Get(OrderOptions.Subject),
            Programme = context.Get(OrderOptions.Programme),
            Amount = OrderOptions.Amount(context.Get(OrderOptions.AmountFen)),
            AcceptPartial = context.Get(AcceptPartial),
            DeviceId = context.Get(Device) ?? "",
        };
        foreach (var (name, value) in (context.Get(OrderOptions.Attributes) ?? []).Select(OrderOptions.ParseAttribute))
        {
            request.Attributes[name] = value;
        }

        using var client = await context.ConnectPartnerAsync([PartnerScopes.WaiverWrite], cancellationToken);
        var response = await client.DepositWaivers.GrantDepositWaiverAsync(request, cancellationToken: cancellationToken);
        if (response.DepositWaiver is { } waiver)
        {
            WaiverCard.Show(context.Output, waiver);
            return ExitCode.Ok;
        }

        NotGrantedCard.Show(context.Output, request.OrderId, request.Subject, request.Programme, response.NotGranted);
        return ExitCode.RefusedOrLeftOut;
    }
}
