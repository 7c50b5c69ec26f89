using System.CommandLine;
using Google.Protobuf.WellKnownTypes;
using SesameGrpc.Cli.Connecting;
using SesameGrpc.Cli.Output;
using SesameGrpc.Contracts.Operator.V1;
using Spectre.Console;

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

    private static readonly Option<int> Limit = new("--limit")
    {
        Description = "Most entries to show.",
        DefaultValueFactory = _ => 1000,
        HelpName = "number",
    };

    public static Command Create() =>
        new Command("search", "List entries in the order of their times. The search itself leaves an entry.")
            .With(Person, Caller, From, Until, Limit)
            .ForOperator()
            .Runs(RunAsync);

    public static void Show(CliOutput output, IReadOnlyCollection<AuditRecord> records)
    {
        if (output.Json)
        {
            foreach (var record in records)
            {
                output.WriteJson(MessageJson.From(record));
            }

            return;
        }

        var table = new Table().Border(TableBorder.Simple).AddColumns("index", "time", "caller", "method", "outcome", "of it", "object");
        foreach (var (index, entry) in records.Select(record => (record.LeafIndex, record.Entry)))
        {
            table.AddRow(
                new Text(index.ToString()),
                new Text(Display.Time(entry.RecordTime) ?? ""),
                new Text(entry.Caller),
                new Text(entry.Method[(entry.Method.IndexOf('/', StringComparison.Ordinal) + 1)..]),
                new Text(MessageJson.Name(entry.Outcome)),
                new Text(DetailOf(entry)),
                new Text(entry.ResourceKind.Length == 0 ? "" : $"{entry.ResourceKind} {entry.ResourceId}")
            );
        }

        output.Console.Write(table);
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
        var records = new List<AuditRecord>();
        do
        {
            request.PageSize = Math.Clamp(context.Get(Limit) - records.Count, 1, 1000);
            var page = await channel.Audit.ListAuditEntriesAsync(request, cancellationToken: cancellationToken);
            records.AddRange(page.Records);
            request.PageToken = page.NextPageToken;
        } while (request.PageToken.Length > 0 && records.Count < context.Get(Limit));

        Show(context.Output, records);
        return ExitCode.Ok;
    }
}
