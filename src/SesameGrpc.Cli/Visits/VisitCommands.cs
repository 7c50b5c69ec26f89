using System.CommandLine;
using SesameGrpc.Cli.Calls;
using SesameGrpc.Cli.Connecting;
using SesameGrpc.Cli.Output;
using SesameGrpc.Client;
using SesameGrpc.Contracts.Partner.V1;

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
            Action("get", "Show a visit.", call => Task.FromResult(call.Visit)),
            Change("charge", "Add a charge of a department.", ChargeAsync).With(Charge, AmountFen, Kind),
            Change("void", "Take a charge back, before the settlement.", VoidAsync).With(Charge),
            Change("close", "End the visit; with --bear it is settled at once.", CloseAsync).With(SettlementArgument.Lines),
            Change("settle", "State who bears each charge of a closed visit.", SettleAsync).With(SettlementArgument.Lines),
            Change("refund", "Lower what the person pays for a charge, after the settlement.", RefundAsync).With(Charge, AmountFen),
            Change("report-payment", "The person has paid the hospital what is outstanding.", ReportPaymentAsync).With(AmountFen)
        );

    private static Command Change(string name, string description, Func<VisitCall, Task<Visit>> call) =>
        Action(name, description, call).With(ConnectionOptions.RequestId);

    private static Command Action(string name, string description, Func<VisitCall, Task<Visit>> call) =>
        new Command(name, description)
            .With(Id)
            .ForPartner()
            .Runs(
                async (context, cancellationToken) =>
                {
                    string[] scopes = [PartnerScopes.VisitRead, PartnerScopes.VisitWrite];
                    using var client = await context.ConnectPartnerAsync(scopes, cancellationToken);
                    var payments = client.DeferredPayments;
                    var visit = (await payments.GetVisitAsync(KeyOf(context.Get(Id)), cancellationToken: cancellationToken)).Visit;
                    var requestId = context.RequestId();
                    VisitCard.Show(context.Output, await call(new VisitCall(context, payments, visit, requestId, cancellationToken)));
                    return ExitCode.Ok;
                }
            );

    // The gateway's ids are 32 hexadecimal digits; everything else is the hospital's.
    private static GetVisitRequest KeyOf(string id) =>
        id.Length == 32 && id.All(char.IsAsciiHexDigitLower) ? new GetVisitRequest { VisitId = id } : new GetVisitRequest { OrderId = id };

    private static async Task<Visit> ChargeAsync(VisitCall call)
    {
        var request = new AddVisitChargeRequest
        {
            RequestId = call.RequestId,
            VisitId = call.Visit.VisitId,
            ChargeId = call.Context.Get(Charge),
            Kind = StateName.Parse<VisitChargeKind>(call.Context.Get(Kind), "--kind"),
            Amount = call.Amount,
        };
        return (await call.Payments.AddVisitChargeAsync(request, cancellationToken: call.Token)).Visit;
    }

    private static async Task<Visit> VoidAsync(VisitCall call)
    {
        var request = new VoidVisitChargeRequest
        {
            RequestId = call.RequestId,
            VisitId = call.Visit.VisitId,
            ChargeId = call.Context.Get(Charge),
        };
        return (await call.Payments.VoidVisitChargeAsync(request, cancellationToken: call.Token)).Visit;
    }

    private static async Task<Visit> CloseAsync(VisitCall call)
    {
        var request = new CloseVisitRequest
        {
            RequestId = call.RequestId,
            VisitId = call.Visit.VisitId,
            Settlement = SettlementArgument.Of(call.Context),
        };
        return (await call.Payments.CloseVisitAsync(request, cancellationToken: call.Token)).Visit;
    }

    private static async Task<Visit> SettleAsync(VisitCall call)
    {
        var request = new SettleVisitRequest
        {
            RequestId = call.RequestId,
            VisitId = call.Visit.VisitId,
            Settlement = SettlementArgument.Of(call.Context) ?? throw new UsageException("visit settle needs --bear, one for each charge."),
        };
        return (await call.Payments.SettleVisitAsync(request, cancellationToken: call.Token)).Visit;
    }

    private static async Task<Visit> RefundAsync(VisitCall call)
    {
        var request = new RefundVisitChargeRequest
        {
            RequestId = call.RequestId,
            VisitId = call.Visit.VisitId,
            ChargeId = call.Context.Get(Charge),
            Amount = call.Amount,
        };
        return (await call.Payments.RefundVisitChargeAsync(request, cancellationToken: call.Token)).Visit;
    }

    private static async Task<Visit> ReportPaymentAsync(VisitCall call)
    {
        var request = new ReportVisitPaymentRequest
        {
            RequestId = call.RequestId,
            VisitId = call.Visit.VisitId,
            Amount = call.Amount,
        };
        return (await call.Payments.ReportVisitPaymentAsync(request, cancellationToken: call.Token)).Visit;
    }

    /// <summary>What a command works with: the visit that it names, and the name of its request.</summary>
    private sealed record VisitCall(
        CommandContext Context,
        DeferredPaymentsClient Payments,
        Visit Visit,
        string RequestId,
        CancellationToken Token
    )
    {
        public Money Amount => ChargeArgument.Cny(Context.Get(AmountFen));
    }
}
