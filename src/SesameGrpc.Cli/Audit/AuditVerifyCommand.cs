using System.CommandLine;
using Grpc.Core;
using SesameGrpc.Cli.Connecting;
using SesameGrpc.Cli.Output;
using SesameGrpc.Client;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.TransparencyLog;

namespace SesameGrpc.Cli.Audit;

/// <summary>`sesame audit verify`: recomputes the whole log, of the gateway or of an export, and names each difference.</summary>
internal static class AuditVerifyCommand
{
    private static readonly Option<FileInfo?> Earlier = new("--checkpoint")
    {
        Description = "A checkpoint that was kept elsewhere (`sesame audit checkpoint --out`); the log must continue it.",
        HelpName = "file",
    };

    private static readonly Option<DirectoryInfo?> Exported = new("--dir")
    {
        Description = "Verify this export, without a gateway; needs --key.",
        HelpName = "directory",
    };

    public static Command Create() =>
        new Command(
            "verify",
            "Recompute the whole log from its entries, and have the gateway check what it stores. Exit code 5 when anything does not fit."
        )
            .With(Earlier, AuditCommands.Key, Exported)
            .ForOperator()
            .Runs(RunAsync);

    private static async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var earlier = context.Get(Earlier) is { } file ? await LogDirectory.ReadNoteAsync(file.FullName, cancellationToken) : null;
        AuditVerdict verdict;
        if (context.Get(Exported) is { } exported)
        {
            var key = context.Get(AuditCommands.Key) ?? throw new UsageException("--dir needs --key: an export must not vouch for itself.");
            verdict = await VerifyExportAsync(
                context,
                new LogDirectory(exported.FullName),
                VerifierKey.Parse(key),
                earlier,
                cancellationToken
            );
        }
        else
        {
            using var channel = context.ConnectOperator();
            verdict = await VerifyGatewayAsync(context, channel, earlier, cancellationToken);
        }

        verdict.Show(context.Output);
        return verdict.Differences.Count == 0 ? ExitCode.Ok : ExitCode.NotSound;
    }

    private static async Task<AuditVerdict> VerifyExportAsync(
        CommandContext context,
        LogDirectory export,
        VerifierKey key,
        string? earlier,
        CancellationToken cancellationToken
    )
    {
        var entries = 0L;
        var differences = await new RowProgress(context.Output, context.Time).RunAsync(
            "reading the export",
            await SizeOfAsync(export, key, cancellationToken),
            progress =>
                export.VerifyAsync(
                    key,
                    earlier,
                    AuditDownload.MinimumIndexOf,
                    done =>
                    {
                        entries = done;
                        progress(done);
                    },
                    cancellationToken
                )
        );
        return new AuditVerdict(entries, export.MinimumIndex, key.ToString(), differences);
    }

    // For the progress alone; what is wrong with the checkpoint is told by the verification.
    private static async Task<long> SizeOfAsync(LogDirectory export, VerifierKey key, CancellationToken cancellationToken)
    {
        try
        {
            return Checkpoint.Open(await export.ReadCheckpointAsync(cancellationToken), key).Size;
        }
        catch (LogFormatException)
        {
            return 0;
        }
    }

    private static async Task<AuditVerdict> VerifyGatewayAsync(
        CommandContext context,
        OperatorChannel channel,
        string? earlier,
        CancellationToken cancellationToken
    )
    {
        var newest = await channel.Audit.GetAuditCheckpointAsync(new GetAuditCheckpointRequest(), cancellationToken: cancellationToken);
        var key = VerifierKey.Parse(context.Get(AuditCommands.Key) ?? newest.VerifierKey);
        try
        {
            var rebuild = await AuditDownload.RunAsync(
                context,
                channel,
                Checkpoint.Open(newest.Note, key),
                earlier is null ? null : Checkpoint.Open(earlier, key),
                _ => Task.CompletedTask,
                _ => { },
                cancellationToken
            );
            var stored = await CheckStoreAsync(context, channel, newest.TreeSize, earlier, cancellationToken);
            return new AuditVerdict(rebuild.Size, rebuild.MinimumIndex, key.ToString(), [.. rebuild.Differences, .. stored]);
        }
        catch (LogFormatException exception)
        {
            return new AuditVerdict(0, 0, key.ToString(), [exception.Message]);
        }
    }

    private static Task<List<string>> CheckStoreAsync(
        CommandContext context,
        OperatorChannel channel,
        long size,
        string? earlier,
        CancellationToken cancellationToken
    ) =>
        new RowProgress(context.Output, context.Time).RunAsync(
            "checking the store",
            size,
            async progress =>
            {
                var differences = new List<string>();
                using var check = channel.Audit.CheckAuditLog(
                    new CheckAuditLogRequest { EarlierNote = earlier ?? "" },
                    cancellationToken: cancellationToken
                );
                await foreach (var message in check.ResponseStream.ReadAllAsync(cancellationToken))
                {
                    progress(message.CheckedLeaves);
                    differences.AddRange(message.Differences.Select(difference => $"In the store: {difference}"));
                    if (message.DifferenceCount > message.Differences.Count)
                    {
                        differences.Add($"In the store: {message.DifferenceCount - message.Differences.Count:N0} more differences.");
                    }
                }

                return differences;
            }
        );
}
