using System.CommandLine;
using System.Text.Json.Nodes;
using SesameGrpc.Cli.Connecting;
using SesameGrpc.Cli.Output;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.TransparencyLog;

namespace SesameGrpc.Cli.Audit;

/// <summary>`sesame audit export`: the whole log as files in the layout of C2SP tlog-tiles, for whoever verifies or serves it.</summary>
internal static class AuditExportCommand
{
    private static readonly Argument<DirectoryInfo> Target = new("DIR") { Description = "Directory for the files: checkpoint, tile/..." };

    public static Command Create() =>
        new Command("export", "Write the log up to the newest checkpoint to files (c2sp.org/tlog-tiles).")
            .With(Target, AuditCommands.Key)
            .ForOperator()
            .Runs(RunAsync);

    private static async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        using var channel = context.ConnectOperator();
        var newest = await channel.Audit.GetAuditCheckpointAsync(new GetAuditCheckpointRequest(), cancellationToken: cancellationToken);
        var key = VerifierKey.Parse(context.Get(AuditCommands.Key) ?? newest.VerifierKey);
        var path = context.Get(Target).FullName;
        Directory.CreateDirectory(path);
        var directory = new LogDirectory(path);
        var rebuild = await AuditDownload.RunAsync(
            context,
            channel,
            Checkpoint.Open(newest.Note, key),
            null,
            async entry =>
            {
                if (entry is null)
                {
                    directory.PassOver();
                }
                else
                {
                    await directory.AppendAsync(entry, cancellationToken);
                }
            },
            directory.Write,
            cancellationToken
        );
        await directory.FinishAsync(newest.Note, cancellationToken);
        foreach (var difference in rebuild.Differences)
        {
            await context.Output.Error.WriteLineAsync(difference);
        }

        if (context.Output.Json)
        {
            context.Output.WriteJson(
                new JsonObject
                {
                    ["entries"] = rebuild.Size,
                    ["minimum_index"] = rebuild.MinimumIndex,
                    ["directory"] = path,
                    ["key"] = key.ToString(),
                }
            );
        }
        else
        {
            context.Output.WriteCard(
                "exported",
                ("entries", rebuild.Size.ToString("N0")),
                ("ended before", rebuild.MinimumIndex == 0 ? null : rebuild.MinimumIndex.ToString("N0")),
                ("directory", path),
                ("key", key.ToString())
            );
        }

        return rebuild.Differences.Count == 0 ? ExitCode.Ok : ExitCode.NotSound;
    }
}
