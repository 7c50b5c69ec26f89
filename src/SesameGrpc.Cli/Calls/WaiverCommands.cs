using System.CommandLine;
using Google.Protobuf.WellKnownTypes;
using SesameGrpc.Cli.Connecting;
using SesameGrpc.Cli.Output;
using SesameGrpc.Client;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Cli.Calls;

/// <summary>`sesame waiver get|complete|extend|correct|report-payment|cancel`, and the group that holds them, `grant` and `list`.</summary>
internal static class WaiverCommands
{
    private static readonly Argument<string> Id = new("ID") { Description = "Id of the waiver, as the grant gave it." };

    private static readonly Option<DateTimeOffset?> Until = new("--until") { Description = "The new due time.", HelpName = "time" };

    private static readonly Option<int?> Days = new("--days") { Description = "Due so many days from now.", HelpName = "number" };

    private static readonly Option<bool> Nothing = new("--nothing") { Description = "Nothing is owed any more; the waiver is released." };

    private static readonly Option<long> AmountFen = new("--amount")
    {
        Description = "What was paid, in fen: exactly what is outstanding.",
        Required = true,
        HelpName = "fen",
    };

    public static Command Create() =>
        new Command("waiver", "Deposits waived.").With(
            WaiverGrantCommand.Create(),
            WaiverListCommand.Create(),
            Action("get", "Show a waiver.", PartnerScopes.WaiverRead, GetAsync),
            Change("extend", "Give the person longer.", ExtendAsync).With(Until, Days),
            Change("complete", "The thing came back; what is owed is stated line by line.", CompleteAsync)
                .With(ChargeArgument.Lines, ChargeArgument.Discounts),
            Change("correct", "Lower a charge: state it as it should have been.", CorrectAsync)
                .With(ChargeArgument.Lines, ChargeArgument.Discounts, Nothing),
            Change("report-payment", "The person has paid the charge to the partner.", ReportPaymentAsync).With(AmountFen),
            Change("cancel", "The order never started.", CancelAsync)
        );

    private static Command Change(
        string name,
        string description,
        Func<CommandContext, DepositWaiversClient, string, CancellationToken, Task<DepositWaiver>> call
    ) => Action(name, description, PartnerScopes.WaiverWrite, call).With(ConnectionOptions.RequestId);

    private static Command Action(
        string name,
        string description,
        string scope,
        Func<CommandContext, DepositWaiversClient, string, CancellationToken, Task<DepositWaiver>> call
    ) =>
        new Command(name, description)
            .With(Id)
            .ForPartner()
            .Runs(
                async (context, cancellationToken) =>
                {
                    using var client = await context.ConnectPartnerAsync([scope], cancellationToken);
                    var requestId = context.RequestId();
                    WaiverCard.Show(context.Output, await call(context, client.DepositWaivers, requestId, cancellationToken));
                    return ExitCode.Ok;
                }
            );

    private static async Task<DepositWaiver> GetAsync(
        CommandContext context,
        DepositWaiversClient waivers,
        string requestId,
        CancellationToken token
    ) => (await waivers.GetDepositWaiverAsync(new() { DepositWaiverId = context.Get(Id) }, cancellationToken: token)).DepositWaiver;

    private static async Task<DepositWaiver> ExtendAsync(
        CommandContext context,
        DepositWaiversClient waivers,
        string requestId,
        CancellationToken token
    )
    {
        var due = (context.Get(Until), context.Get(Days)) switch
        {
            ({ } until, null) => until,
            (null, { } days) => context.Time.GetUtcNow().AddDays(days),
            _ => throw new UsageException("waiver extend needs --until or --days, one of the two."),
        };
        var request = new ExtendDepositWaiverRequest
        {
            RequestId = requestId,
            DepositWaiverId = context.Get(Id),
            DueTime = Timestamp.FromDateTimeOffset(due),
        };
        return (await waivers.ExtendDepositWaiverAsync(request, cancellationToken: token)).DepositWaiver;
    }

    private static async Task<DepositWaiver> CompleteAsync(
        CommandContext context,
        DepositWaiversClient waivers,
        string requestId,
        CancellationToken token
    )
    {
        var request = new CompleteDepositWaiverRequest
        {
            RequestId = requestId,
            DepositWaiverId = context.Get(Id),
            Charge = ChargeArgument.Of(context),
        };
        return (await waivers.CompleteDepositWaiverAsync(request, cancellationToken: token)).DepositWaiver;
    }

    private static async Task<DepositWaiver> CorrectAsync(
        CommandContext context,
        DepositWaiversClient waivers,
        string requestId,
        CancellationToken token
    )
    {
        var charge = (ChargeArgument.Of(context), context.Get(Nothing)) switch
        {
            ({ } stated, false) => stated,
            (null, true) => new Charge { TotalAmount = ChargeArgument.Cny(0) },
            _ => throw new UsageException("waiver correct needs the charge as it should have been: --line, or --nothing."),
        };
        var request = new CorrectDepositWaiverChargeRequest
        {
            RequestId = requestId,
            DepositWaiverId = context.Get(Id),
            Charge = charge,
        };
        return (await waivers.CorrectDepositWaiverChargeAsync(request, cancellationToken: token)).DepositWaiver;
    }

    private static async Task<DepositWaiver> ReportPaymentAsync(
        CommandContext context,
        DepositWaiversClient waivers,
        string requestId,
        CancellationToken token
    )
    {
        var request = new ReportDepositWaiverPaymentRequest
        {
            RequestId = requestId,
            DepositWaiverId = context.Get(Id),
            Amount = ChargeArgument.Cny(context.Get(AmountFen)),
        };
        return (await waivers.ReportDepositWaiverPaymentAsync(request, cancellationToken: token)).DepositWaiver;
    }

    private static async Task<DepositWaiver> CancelAsync(
        CommandContext context,
        DepositWaiversClient waivers,
        string requestId,
        CancellationToken token
    )
    {
        var request = new CancelDepositWaiverRequest { RequestId = requestId, DepositWaiverId = context.Get(Id) };
        return (await waivers.CancelDepositWaiverAsync(request, cancellationToken: token)).DepositWaiver;
    }
}
