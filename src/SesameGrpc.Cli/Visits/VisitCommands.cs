using System.CommandLine;
using SesameGrpc.Cli.Calls;
using SesameGrpc.Cli.Connecting;
using SesameGrpc.Cli.Output;
using SesameGrpc.Client;
using SesameGrpc.Contracts.Partner.V1;
using Payments = SesameGrpc.Contracts.Partner.V1.DeferredPaymentService.DeferredPaymentServiceClient;

namespace SesameGrpc.Cli.Visits;

/// <summary>`sesame visit get|charge|void|close|settle|refund|report-payment`, and the group that holds them, `open` and `list`.</summary>
internal static class VisitCommands
{
    private static readonly Argument<string> Id = new("ID")
    {
        Description = "Id of the visit as the opening gave it, or the hospital's own.",
    };

    private static readonly Argument<string> Charge = new("CHARGE") { Description = "The hospital's own id of the charge." };

    private static readonly Option<string> Kind = new("--kind")
    {
        Description = "Which department charges: registration, examination, treatment, medicine or other.",
        DefaultValueFactory = _ => "other",
        HelpName = "kind",
    };

    private static readonly Option<long> AmountFen = new("--amount")
    {
        Description = "Amount in fen.",
        Required = true,
        HelpName = "fen",
    };

    public static Command Create() =>
        new Command("visit", "Visits of patients that are paid for afterwards.").With(
            VisitOpenCommand.Create(),
            VisitListCommand.Create(),
            Action("get", "Show a visit.", GetAsync),
            Change("charge", "Add a charge of a department.", ChargeAsync).With(Charge, AmountFen, Kind),
            Change("void", "Take a charge back, before the settlement.", VoidAsync).With(Charge),
            Change("close", "End the visit; with --bear it is settled at once.", CloseAsync).With(SettlementArgument.Lines),
            Change("settle", "State who bears each charge of a closed visit.", SettleAsync).With(SettlementArgument.Lines),
            Change("refund", "Lower what the person pays for a charge, after the settlement.", RefundAsync).With(Charge, AmountFen),
            Change("report-payment", "The person has paid the hospital what is outstanding.", ReportPaymentAsync).With(AmountFen)
        );

    private static Command Change(
        string name,
        string description,
        Func<CommandContext, Payments, Visit, string, CancellationToken, Task<Visit>> call
    ) => Action(name, description, call).With(WaiverCommands.RequestId);

    private static Command Action(
        string name,
        string description,
        Func<CommandContext, Payments, Visit, string, CancellationToken, Task<Visit>> call
    ) =>
        new Command(name, description)
            .With(Id)
            .ForPartner()
            .Runs(
                async (context, cancellationToken) =>
                {
                    using var client = await context.ConnectPartnerAsync(
                        [PartnerScopes.VisitRead, PartnerScopes.VisitWrite],
                        cancellationToken
                    );
                    var payments = client.DeferredPayments;
                    var visit = (await payments.GetVisitAsync(KeyOf(context.Get(Id)), cancellationToken: cancellationToken)).Visit;
                    var requestId = WaiverCommands.ChooseRequestId(context.Get(WaiverCommands.RequestId));
                    VisitCard.Show(context.Output, await call(context, payments, visit, requestId, cancellationToken));
                    return ExitCode.Ok;
                }
            );

    // The gateway's ids are 32 hexadecimal digits; everything else is the hospital's.
    private static GetVisitRequest KeyOf(string id) =>
        id.Length == 32 && id.All(char.IsAsciiHexDigitLower) ? new GetVisitRequest { VisitId = id } : new GetVisitRequest { OrderId = id };

    private static Task<Visit> GetAsync(
        CommandContext context,
        Payments payments,
        Visit visit,
        string requestId,
        CancellationToken token
    ) => Task.FromResult(visit);

    private static async Task<Visit> ChargeAsync(
        CommandContext context,
        Payments payments,
        Visit visit,
        string requestId,
        CancellationToken token
    )
    {
        var request = new AddVisitChargeRequest
        {
            RequestId = requestId,
            VisitId = visit.VisitId,
            ChargeId = context.Get(Charge),
            Kind = StateName.Parse<VisitChargeKind>(context.Get(Kind)),
            Amount = ChargeArgument.Cny(context.Get(AmountFen)),
        };
        return (await payments.AddVisitChargeAsync(request, cancellationToken: token)).Visit;
    }

    private static async Task<Visit> VoidAsync(
        CommandContext context,
        Payments payments,
        Visit visit,
        string requestId,
        CancellationToken token
    )
    {
        var request = new VoidVisitChargeRequest
        {
            RequestId = requestId,
            VisitId = visit.VisitId,
            ChargeId = context.Get(Charge),
        };
        return (await payments.VoidVisitChargeAsync(request, cancellationToken: token)).Visit;
    }

    private static async Task<Visit> CloseAsync(
        CommandContext context,
        Payments payments,
        Visit visit,
        string requestId,
        CancellationToken token
    )
    {
        var request = new CloseVisitRequest
        {
            RequestId = requestId,
            VisitId = visit.VisitId,
            Settlement = SettlementArgument.Of(context),
        };
        return (await payments.CloseVisitAsync(request, cancellationToken: token)).Visit;
    }

    private static async Task<Visit> SettleAsync(
        CommandContext context,
        Payments payments,
        Visit visit,
        string requestId,
        CancellationToken token
    )
    {
        var request = new SettleVisitRequest
        {
            RequestId = requestId,
            VisitId = visit.VisitId,
            Settlement = SettlementArgument.Of(context) ?? throw new UsageException("visit settle needs --bear, one for each charge."),
        };
        return (await payments.SettleVisitAsync(request, cancellationToken: token)).Visit;
    }

    private static async Task<Visit> RefundAsync(
        CommandContext context,
        Payments payments,
        Visit visit,
        string requestId,
        CancellationToken token
    )
    {
        var request = new RefundVisitChargeRequest
        {
            RequestId = requestId,
            VisitId = visit.VisitId,
            ChargeId = context.Get(Charge),
            Amount = ChargeArgument.Cny(context.Get(AmountFen)),
        };
        return (await payments.RefundVisitChargeAsync(request, cancellationToken: token)).Visit;
    }

    private static async Task<Visit> ReportPaymentAsync(
        CommandContext context,
        Payments payments,
        Visit visit,
        string requestId,
        CancellationToken token
    )
    {
        var request = new ReportVisitPaymentRequest
        {
            RequestId = requestId,
            VisitId = visit.VisitId,
            Amount = ChargeArgument.Cny(context.Get(AmountFen)),
        };
        return (await payments.ReportVisitPaymentAsync(request, cancellationToken: token)).Visit;
    }
}
