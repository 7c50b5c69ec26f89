using System.CommandLine;
using Google.Protobuf.WellKnownTypes;
using SesameGrpc.Cli.Connecting;
using SesameGrpc.Cli.Output;
using SesameGrpc.Contracts.Operator.V1;

namespace SesameGrpc.Cli.Programmes;

/// <summary>`sesame programme list|get|versions|propose|activate|roll-back|history`, and the group that holds them, `dry-run` and `replay`.</summary>
internal static class ProgrammeCommands
{
    private static readonly Argument<string> Id = new("PROGRAMME") { Description = "Id of the programme, for example bike.deposit_free." };

    private static readonly Argument<string?> AnyId = new("PROGRAMME")
    {
        Description = "Id of the programme; all, where it is left out.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Argument<int> Version = new("VERSION") { Description = "The version." };

    private static readonly Option<int?> OfVersion = new("--version")
    {
        Description = "This version, in force or not.",
        HelpName = "number",
    };

    private static readonly Option<FileInfo?> Out = new("--out")
    {
        Description = "Write it to this file, to edit and to propose.",
        HelpName = "file",
    };

    private static readonly Option<DateTimeOffset?> At = new("--at")
    {
        Description = "From when it counts. Default: from now on.",
        HelpName = "time",
    };

    public static Command Create() =>
        new Command("programme", "What a score opens: versions, and which is in force (operator).").With(
            new Command("list", "List the programmes in force.").ForOperator().Runs(ListAsync),
            new Command("get", "Show a programme in force, or one of its versions.").With(Id, OfVersion, Out).ForOperator().Runs(GetAsync),
            new Command("versions", "List versions, in force or not.").With(AnyId).ForOperator().Runs(VersionsAsync),
            new Command("propose", "Store the next version of a programme. It is not in force before it is activated.")
                .With(ProgrammeDryRunCommand.Document, ConnectionOptions.RequestId)
                .ForOperator()
                .Runs(ProposeAsync),
            ProgrammeDryRunCommand.Create(),
            new Command("activate", "Put a version in force, now or later.")
                .With(Id, Version, At, ConnectionOptions.RequestId)
                .ForOperator()
                .Runs(ActivateAsync),
            new Command("roll-back", "Put the version in force again that was before; again, the one before that.")
                .With(Id, ConnectionOptions.RequestId)
                .ForOperator()
                .Runs(RollBackAsync),
            new Command("history", "List who put which version in force, newest first.").With(AnyId).ForOperator().Runs(HistoryAsync),
            ProgrammeReplayCommand.Create()
        );

    private static async Task<ExitCode> ListAsync(CommandContext context, CancellationToken cancellationToken)
    {
        using var channel = context.ConnectOperator();
        var request = new ListProgrammesRequest();
        var programmes = await PagedList.ReadAllAsync<Programme>(
            async (size, token) =>
            {
                (request.PageSize, request.PageToken) = (size, token);
                var page = await channel.Programmes.ListProgrammesAsync(request, cancellationToken: cancellationToken);
                return (page.Programmes, page.NextPageToken);
            }
        );

        ProgrammeTables.Show(context.Output, programmes);
        return ExitCode.Ok;
    }

    private static async Task<ExitCode> GetAsync(CommandContext context, CancellationToken cancellationToken)
    {
        using var channel = context.ConnectOperator();
        var programme = context.Get(OfVersion) is { } version
            ? (
                await channel.Programmes.GetProgrammeVersionAsync(
                    new() { Programme = context.Get(Id), Version = version },
                    cancellationToken: cancellationToken
                )
            )
                .ProgrammeVersion
                .Programme
            : (
                await channel.Programmes.GetProgrammeAsync(new() { Programme = context.Get(Id) }, cancellationToken: cancellationToken)
            ).Programme;
        if (context.Get(Out) is { } file)
        {
            await ProgrammeFile.WriteAsync(file, programme, cancellationToken);
        }

        ProgrammeTables.ShowCard(context.Output, programme);
        return ExitCode.Ok;
    }

    private static async Task<ExitCode> VersionsAsync(CommandContext context, CancellationToken cancellationToken)
    {
        using var channel = context.ConnectOperator();
        var request = new ListProgrammeVersionsRequest { Programme = context.Get(AnyId) ?? "" };
        var versions = await PagedList.ReadAllAsync<ProgrammeVersion>(
            async (size, token) =>
            {
                (request.PageSize, request.PageToken) = (size, token);
                var page = await channel.Programmes.ListProgrammeVersionsAsync(request, cancellationToken: cancellationToken);
                return (page.ProgrammeVersions, page.NextPageToken);
            }
        );

        ProgrammeTables.Show(context.Output, versions);
        return ExitCode.Ok;
    }

    private static async Task<ExitCode> ProposeAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var request = new CreateProgrammeVersionRequest
        {
            RequestId = context.RequestId(),
            Programme = await ProgrammeFile.ReadAsync(context.Get(ProgrammeDryRunCommand.Document), cancellationToken),
        };
        using var channel = context.ConnectOperator();
        var created = await channel.Programmes.CreateProgrammeVersionAsync(request, cancellationToken: cancellationToken);
        ProgrammeTables.Show(context.Output, [created.ProgrammeVersion]);
        return ExitCode.Ok;
    }

    private static async Task<ExitCode> ActivateAsync(CommandContext context, CancellationToken cancellationToken)
    {
        using var channel = context.ConnectOperator();
        var request = new ActivateProgrammeVersionRequest
        {
            RequestId = context.RequestId(),
            Programme = context.Get(Id),
            Version = context.Get(Version),
            ActivateTime = context.Get(At) is { } at ? Timestamp.FromDateTimeOffset(at) : null,
        };
        var activated = await channel.Programmes.ActivateProgrammeVersionAsync(request, cancellationToken: cancellationToken);
        ProgrammeTables.Show(context.Output, [activated.Activation]);
        return ExitCode.Ok;
    }

    private static async Task<ExitCode> RollBackAsync(CommandContext context, CancellationToken cancellationToken)
    {
        using var channel = context.ConnectOperator();
        var request = new RollBackProgrammeRequest { RequestId = context.RequestId(), Programme = context.Get(Id) };
        var rolledBack = await channel.Programmes.RollBackProgrammeAsync(request, cancellationToken: cancellationToken);
        ProgrammeTables.Show(context.Output, [rolledBack.Activation]);
        return ExitCode.Ok;
    }

    private static async Task<ExitCode> HistoryAsync(CommandContext context, CancellationToken cancellationToken)
    {
        using var channel = context.ConnectOperator();
        var request = new ListProgrammeActivationsRequest { Programme = context.Get(AnyId) ?? "" };
        var activations = await PagedList.ReadAllAsync<ProgrammeActivation>(
            async (size, token) =>
            {
                (request.PageSize, request.PageToken) = (size, token);
                var page = await channel.Programmes.ListProgrammeActivationsAsync(request, cancellationToken: cancellationToken);
                return (page.Activations, page.NextPageToken);
            }
        );

        ProgrammeTables.Show(context.Output, activations);
        return ExitCode.Ok;
    }
}
