using System.CommandLine;
using SesameGrpc.Cli.Connecting;
using SesameGrpc.Cli.Output;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Cli.Persons;

/// <summary>`sesame person accesses|export`: who looked at a person, and everything that is stored.</summary>
internal static class PersonRecordCommands
{
    private static readonly Option<FileInfo?> Out = new("--out") { Description = "Write to this file instead.", HelpName = "file" };

    public static Command CreateAccesses() =>
        new Command("accesses", "List who looked at a person, newest first: also what was refused. The list itself leaves an entry.")
            .With(PersonCommands.Id, PagedList.Limit)
            .ForOperator()
            .Runs(ListAsync);

    public static Command CreateExport() =>
        new Command("export", "Print everything that is stored of a person, as JSON for the person to take along.")
            .With(PersonCommands.Id, Out)
            .ForOperator()
            .Runs(ExportAsync);

    private static async Task<ExitCode> ListAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var request = new ListAccessesRequest { Person = context.Get(PersonCommands.Id) };
        using var channel = context.ConnectOperator();
        var accesses = await PagedList.ReadAsync<PersonAccess>(
            context,
            async (size, token) =>
            {
                (request.PageSize, request.PageToken) = (size, token);
                var page = await channel.Persons.ListAccessesAsync(request, cancellationToken: cancellationToken);
                return (page.Accesses, page.NextPageToken);
            }
        );

        Show(context.Output, accesses);
        return ExitCode.Ok;
    }

    private static async Task<ExitCode> ExportAsync(CommandContext context, CancellationToken cancellationToken)
    {
        using var channel = context.ConnectOperator();
        var request = new ExportPersonRequest { Person = context.Get(PersonCommands.Id) };
        var json = (await channel.Persons.ExportPersonAsync(request, cancellationToken: cancellationToken)).Json;
        if (context.Get(Out) is { } file)
        {
            await File.WriteAllTextAsync(file.FullName, json, cancellationToken);
        }
        else
        {
            await context.Output.Out.WriteLineAsync(json);
        }

        return ExitCode.Ok;
    }

    private static void Show(CliOutput output, List<PersonAccess> accesses)
    {
        output.WriteTable(
            accesses,
            ["leaf", "time", "who", "method", "outcome", "of it", "purpose"],
            access =>
                [
                    access.LeafIndex.ToString(),
                    Display.Time(access.AccessTime),
                    access.PartnerDisplayName.Length > 0 ? access.PartnerDisplayName : access.Caller,
                    access.Method[(access.Method.IndexOf('/', StringComparison.Ordinal) + 1)..],
                    MessageJson.Name(access.Outcome),
                    DetailOf(access),
                    access.Purpose == Purpose.Unspecified ? "" : MessageJson.Name(access.Purpose),
                ]
        );
    }

    private static string DetailOf(PersonAccess access) =>
        access.ErrorReason != ErrorReason.Unspecified ? MessageJson.Name(access.ErrorReason)
        : access.Decision != EligibilityDecision.Unspecified
            ? string.Join(
                ' ',
                [MessageJson.Name(access.Decision), .. access.DecisionReasons.Select(detail => MessageJson.Name(detail.Reason))]
            )
        : string.Join(", ", access.DisclosedFields);
}
