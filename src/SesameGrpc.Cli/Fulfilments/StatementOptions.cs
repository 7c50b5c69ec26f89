using System.CommandLine;
using Google.Protobuf.WellKnownTypes;
using SesameGrpc.Cli.Calls;
using SesameGrpc.Cli.Connecting;
using SesameGrpc.Cli.Output;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Cli.Fulfilments;

/// <summary>What is said of the person, as options.</summary>
internal static class StatementOptions
{
    private static readonly Option<string> Kind = new("--kind")
    {
        Description = "What was agreed: return, payment, attendance or other.",
        HelpName = "kind",
        Required = true,
    };

    private static readonly Option<string> Outcome = new("--outcome")
    {
        Description = "How it was kept: kept, late or defaulted.",
        HelpName = "outcome",
        Required = true,
    };

    private static readonly Option<DateTimeOffset> Due = new("--due")
    {
        Description = "Until when it was to be kept.",
        HelpName = "time",
        Required = true,
    };

    private static readonly Option<DateTimeOffset?> End = new("--end")
    {
        Description = "When it was kept, or the default ended. With late and kept it must be stated.",
        HelpName = "time",
    };

    private static readonly Option<int?> DaysLate = new("--days-late")
    {
        Description = "Days late. Default: the days begun since it was due.",
        HelpName = "number",
    };

    private static readonly Option<long?> OutstandingFen = new("--outstanding")
    {
        Description = "What is not paid, in fen; with defaulted only.",
        HelpName = "fen",
    };

    public static Symbol[] All { get; } = [Kind, Outcome, Due, End, DaysLate, OutstandingFen];

    public static FulfilmentStatement Of(CommandContext context)
    {
        var outcome = StateName.Parse<FulfilmentOutcome>(context.Get(Outcome), "--outcome");
        var late = (context.Get(End) ?? context.Time.GetUtcNow()) - context.Get(Due);
        return new FulfilmentStatement
        {
            Kind = StateName.Parse<FulfilmentKind>(context.Get(Kind), "--kind"),
            Outcome = outcome,
            DaysLate = context.Get(DaysLate) ?? (outcome == FulfilmentOutcome.Kept ? 0 : (int)Math.Ceiling(late.TotalDays)),
            OutstandingAmount = context.Get(OutstandingFen) is { } fen ? ChargeArgument.Cny(fen) : null,
            DueTime = Timestamp.FromDateTimeOffset(context.Get(Due)),
            EndTime = context.Get(End) is { } end ? Timestamp.FromDateTimeOffset(end) : null,
        };
    }
}
