using System.CommandLine;
using Google.Protobuf.WellKnownTypes;
using SesameGrpc.Cli.Connecting;
using SesameGrpc.Cli.Output;
using SesameGrpc.Contracts.Operator.V1;

namespace SesameGrpc.Cli.Audit;

/// <summary>`sesame audit search`: entries of a person, of a caller, of a span of time.</summary>
internal static class AuditSearchCommand
{
    private static readonly Option<string?> Person = new("--person") { Description = "Only entries of this person.", HelpName = "id" };

    private static readonly Option<string?> Caller = new("--caller")
    {
        Description = "Only entries of this caller: partner:<id>, operator:<name> or gateway.",
        HelpName = "caller",
    };

    private static readonly Option<DateTimeOffset?> From = new("--from")
    {
        Description = "Only entries from this moment on.",
        HelpName = "time",
    };

    private static readonly Option<DateTimeOffset?> Until = new("--until")
    {
        Description = "Only entries before this moment.",
        HelpName = "time",
    };

    public static Command Create() =>
        new Command("search", "List entries in the order of their times. The search itself leaves an entry.")
            .With(Person, Caller, From, Until, PagedList.Limit)
            .ForOperator()
            .Runs(RunAsync);

    public static void Show(CliOutput output, IReadOnlyCollection<AuditRecord> records)
    {
        output.WriteTable(
            records,
            ["index", "time", "caller", "method", "outcome", "of it", "object"],
            record =>
                [
                    record.LeafIndex.ToString(),
                    Display.Time(record.Entry.RecordTime),
                    record.Entry.Caller,
                    record.Entry.Method[(record.Entry.Method.IndexOf('/', StringComparison.Ordinal) + 1)..],
                    MessageJson.Name(record.Entry.Outcome),
                    DetailOf(record.Entry),
                    record.Entry.ResourceKind.Length == 0 ? "" : $"{record.Entry.ResourceKind} {record.Entry.ResourceId}",
                ]
        );
    }

    private static string DetailOf(Contracts.Audit.V1.AuditEntry entry) =>
        entry.ErrorReason != Contracts.Partner.V1.ErrorReason.Unspecified ? MessageJson.Name(entry.ErrorReason)
        : entry.Decision != Contracts.Partner.V1.EligibilityDecision.Unspecified
            ? string.Join(' ', [MessageJson.Name(entry.Decision), .. entry.DecisionReasons.Select(reason => MessageJson.Name(reason))])
        : string.Join(", ", entry.DisclosedFields);

    private static async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        using var channel = context.ConnectOperator();
        var request = new ListAuditEntriesRequest
        {
            Person = context.Get(Person) ?? "",
            Caller = context.Get(Caller) ?? "",
            FromTime = context.Get(From) is { } from ? Timestamp.FromDateTimeOffset(from) : null,
            UntilTime = context.Get(Until) is { } until ? Timestamp.FromDateTimeOffset(until) : null,
        };
        var records = await PagedList.ReadAsync<AuditRecord>(
            context,
            async (size, token) =>
            {
                (request.PageSize, request.PageToken) = (size, token);
                var page = await channel.Audit.ListAuditEntriesAsync(request, cancellationToken: cancellationToken);
                return (page.Records, page.NextPageToken);
            }
        );

        Show(context.Output, records);
        return ExitCode.Ok;
    }
}
