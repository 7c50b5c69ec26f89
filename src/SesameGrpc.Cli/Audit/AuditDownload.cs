using Google.Protobuf;
using Grpc.Core;
using SesameGrpc.Cli.Connecting;
using SesameGrpc.Cli.Output;
using SesameGrpc.Client;
using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.TransparencyLog;

namespace SesameGrpc.Cli.Audit;

/// <summary>Fetches every entry under a checkpoint, of those that have ended the hashes, and recomputes the log from them.</summary>
internal static class AuditDownload
{
    /// <summary>Recomputes the log; hands over each entry, null for one that has ended, and each tile on the way.</summary>
    public static async Task<LogRebuild> RunAsync(
        CommandContext context,
        OperatorChannel channel,
        Checkpoint checkpoint,
        Checkpoint? earlier,
        Func<byte[]?, Task> onEntry,
        Action<Tile> onTile,
        CancellationToken cancellationToken
    )
    {
        var rebuild = new LogRebuild(earlier is null ? [checkpoint] : [checkpoint, earlier], MinimumIndexOf);
        if (checkpoint.Size == 0)
        {
            rebuild.End();
            return rebuild;
        }

        return await new RowProgress(context.Output, context.Time).RunAsync(
            "reading the log",
            checkpoint.Size,
            async progress =>
            {
                using var export = channel.Audit.ExportAuditLog(
                    new ExportAuditLogRequest { EndIndex = checkpoint.Size },
                    cancellationToken: cancellationToken
                );
                await foreach (var message in export.ResponseStream.ReadAllAsync(cancellationToken))
                {
                    foreach (var hash in message.LeafHashes)
                    {
                        await onEntry(null);
                        rebuild.AppendEnded(hash.ToByteArray(), onTile);
                    }

                    foreach (var entry in message.Entries.Select(entry => entry.ToByteArray()))
                    {
                        await onEntry(entry);
                        rebuild.Append(entry, onTile);
                    }

                    progress(rebuild.Size);
                }

                rebuild.End(onTile);
                return rebuild;
            }
        );
    }

    /// <summary>Before which index an entry says that the log's entries have ended; 0: it is of something else.</summary>
    public static long MinimumIndexOf(ReadOnlySpan<byte> entry)
    {
        if (entry.IndexOf("RetentionWorker"u8) < 0)
        {
            return 0;
        }

        try
        {
            var parsed = AuditEntry.Parser.ParseFrom(entry);
            return parsed is { Caller: "gateway", Method: "RetentionWorker", Retention: { } retention } ? retention.MinimumIndex : 0;
        }
        catch (InvalidProtocolBufferException)
        {
            return 0;
        }
    }
}
