using System.CommandLine;
using Google.Protobuf.WellKnownTypes;
using SesameGrpc.Cli.Connecting;
using SesameGrpc.Cli.Output;
using SesameGrpc.Client;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Cli.Fulfilments;

/// <summary>`sesame fulfilment report|correct|retract|list`: how persons kept their agreements, and the group that holds them and `export`.</summary>
internal static class FulfilmentCommands
{
    private static readonly Argument<string> Subject = new("SUBJECT") { Description = "The person, as the partner knows them." };

    private static readonly Argument<string> Programme = new("PROGRAMME") { Description = "Id of the programme." };

    private static readonly Argument<string> Id = new("ID") { Description = "Id of the report, as the gateway gave it." };

    private static readonly Option<string> ReportId = new("--report-id")
    {
        Description = "The partner's own id of the report, for example its order id.",
        HelpName = "id",
        Required = true,
    };

    private static readonly Option<string?> Waiver = new("--waiver")
    {
        Description = "The deposit waiver that it is about.",
        HelpName = "id",
    };

    private static readonly Option<DateTimeOffset?> Began = new("--began")
    {
        Description = "When the agreement began, where it is about no waiver.",
        HelpName = "time",
    };

    private static readonly Option<string?> Person = new("--person") { Description = "Only this person's.", HelpName = "subject" };

    public static Command Create() =>
        new Command("fulfilment", "How persons kept their agreements: reports by partners, and the export to other bureaus.").With(
            new Command("report", "Report how a person kept an agreement.")
                .With(Subject, Programme, ReportId, Waiver, Began)
                .With(StatementOptions.All)
                .With(ConnectionOptions.RequestId)
                .ForPartner()
                .Runs(ReportAsync),
            new Command("correct", "State a report as it should have been, whole.")
                .With(Id)
                .With(StatementOptions.All)
                .With(ConnectionOptions.RequestId)
                .ForPartner()
                .Runs((context, token) => CorrectAsync(context, StatementOptions.Of(context), token)),
            new Command("retract", "Take a report back for good.")
                .With(Id, ConnectionOptions.RequestId)
                .ForPartner()
                .Runs((context, token) => CorrectAsync(context, null, token)),
            new Command("list", "List the partner's reports, newest first.").With(Person, PagedList.Limit).ForPartner().Runs(ListAsync),
            FulfilmentExportCommand.Create()
        );

    private static async Task<ExitCode> ReportAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var request = new ReportFulfilmentRequest
        {
            RequestId = context.RequestId(),
            ReportId = context.Get(ReportId),
            Subject = context.Get(Subject),
            Programme = context.Get(Programme),
            DepositWaiverId = context.Get(Waiver) ?? "",
            BeginTime = context.Get(Began) is { } began ? Timestamp.FromDateTimeOffset(began) : null,
            Statement = StatementOptions.Of(context),
        };
        using var client = await context.ConnectPartnerAsync([PartnerScopes.FulfilmentWrite], cancellationToken);
        var answer = await client.Fulfilments.ReportFulfilmentAsync(request, cancellationToken: cancellationToken);
        Show(context.Output, answer.Fulfilment);
        return ExitCode.Ok;
    }

    private static async Task<ExitCode> CorrectAsync(
        CommandContext context,
        FulfilmentStatement? statement,
        CancellationToken cancellationToken
    )
    {
        var request = new CorrectFulfilmentRequest { RequestId = context.RequestId(), FulfilmentId = context.Get(Id) };
        if (statement is null)
        {
            request.Retract = true;
        }
        else
        {
            request.Statement = statement;
        }

        using var client = await context.ConnectPartnerAsync([PartnerScopes.FulfilmentWrite], cancellationToken);
        var answer = await client.Fulfilments.CorrectFulfilmentAsync(request, cancellationToken: cancellationToken);
        Show(context.Output, answer.Fulfilment);
        return ExitCode.Ok;
    }

    private static async Task<ExitCode> ListAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var request = new ListFulfilmentsRequest { Subject = context.Get(Person) ?? "" };
        using var client = await context.ConnectPartnerAsync([PartnerScopes.FulfilmentRead], cancellationToken);
        var reports = await PagedList.ReadAsync<Fulfilment>(
            context,
            async (size, token) =>
            {
                (request.PageSize, request.PageToken) = (size, token);
                var page = await client.Fulfilments.ListFulfilmentsAsync(request, cancellationToken: cancellationToken);
                return (page.Fulfilments, page.NextPageToken);
            }
        );

        ShowTable(context.Output, reports);

        return ExitCode.Ok;
    }

    private static void Show(CliOutput output, Fulfilment report)
    {
        if (output.Json)
        {
            output.WriteJson(MessageJson.From(report));
            return;
        }

        output.WriteCard(
            $"report {report.FulfilmentId}",
            ("state", MessageJson.Name(report.State)),
            ("report", report.ReportId),
            ("person", report.Subject),
            ("programme", report.Programme),
            ("what", MessageJson.Name(report.Statement.Kind)),
            ("outcome", MessageJson.Name(report.Statement.Outcome)),
            ("days late", report.Statement.DaysLate > 0 ? report.Statement.DaysLate.ToString() : null),
            ("not paid", Display.Amount(report.Statement.OutstandingAmount)),
            ("began", Display.Time(report.BeginTime)),
            ("due", Display.Time(report.Statement.DueTime)),
            ("ended", Display.Time(report.Statement.EndTime)),
            ("disputed", report.Disputed ? "yes" : null),
            ("revision", report.Revision.ToString())
        );
    }

    private static void ShowTable(CliOutput output, List<Fulfilment> reports)
    {
        output.WriteTable(
            reports,
            ["id", "reported", "state", "report", "person", "programme", "what", "outcome", "days late", "disputed"],
            report =>
                [
                    report.FulfilmentId,
                    Display.Time(report.ReportTime),
                    MessageJson.Name(report.State),
                    report.ReportId,
                    report.Subject,
                    report.Programme,
                    MessageJson.Name(report.Statement.Kind),
                    MessageJson.Name(report.Statement.Outcome),
                    report.Statement.DaysLate.ToString(),
                    report.Disputed ? "yes" : "",
                ]
        );
    }
}
