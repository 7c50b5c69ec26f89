using System.Data.Common;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Failpoints;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.TransparencyLog;

namespace SesameGrpc.Gateway.Audit;

/// <summary>
/// Puts the leaves that have come since the last checkpoint into tiles and signs a new one. It runs on every instance; who raises the published size first
/// has the turn. Invariant: nothing is signed that does not continue the last signed checkpoint; where the stored tiles, leaves and checkpoint do not fit
/// one another, it stops and says so.
/// </summary>
internal sealed partial class AuditPublisher(
    Database database,
    FreshLeaves fresh,
    NoteSigner signer,
    GatewayOptions options,
    TimeProvider time,
    ILogger<AuditPublisher> logger
) : BackgroundService
{
    /// <summary>Most leaves under one new checkpoint.</summary>
    private const int MaxLeaves = 32 * Tile.FullWidth;

    private string? lastMisfit;

    /// <summary>Signs one checkpoint over what has come; false when nothing has, or when another instance was first.</summary>
    public async Task<bool> PublishAsync(CancellationToken cancellationToken) => (await PublishPortionAsync(cancellationToken)).IsSigned;

    // Also says how many leaves have come that the checkpoint does not cover.
    private async Task<(bool IsSigned, long Waiting)> PublishPortionAsync(CancellationToken cancellationToken)
    {
        long published;
        long waiting;
        var tiles = new List<Tile>();
        Checkpoint checkpoint;

        // All is read as it is at one moment: another instance may store its tiles and its checkpoint meanwhile.
        await using (var connection = await database.OpenAsync(cancellationToken))
        await using (await Database.BeginSnapshotAsync(connection, cancellationToken))
        {
            published = await AuditStore.PublishedSizeAsync(connection, cancellationToken);
            var size = await AuditStore.SizeAsync(connection, cancellationToken);
            if (size == published)
            {
                return (false, 0);
            }

            var tree = await SignedTree.ContinueAsync(connection, signer.VerifierKey, published, size, cancellationToken);
            await SignedTree.GrowAsync(connection, fresh, tree, Math.Min(size, tree.Size + MaxLeaves), tiles, cancellationToken);
            waiting = size - tree.Size;
            tiles.AddRange(tree.PartialTiles);
            checkpoint = new Checkpoint(signer.VerifierKey.Name, tree.Size, tree.Root());
        }

        Crash.At(Failpoint.CheckpointGrown);
        var isStored = await StoreAsync(published, checkpoint, tiles, cancellationToken);
        Crash.At(Failpoint.CheckpointStored);
        return (isStored, waiting);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Workers.OnOwnThreadAsync(() => PublishWhatComesAsync(stoppingToken));

    private async Task PublishWhatComesAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(options.Audit.CheckpointMilliseconds), time);
        do
        {
            try
            {
                while (await PublishPortionAsync(stoppingToken) is { IsSigned: true, Waiting: > 0 })
                {
                    await Task.Delay(AuditSetup.BacklogPause, time, stoppingToken);
                }

                lastMisfit = null;
            }
            catch (LogFormatException exception)
            {
                Report(exception.Message);
            }
            catch (Exception exception) when (exception is DbException or TimeoutException or RefusalException)
            {
                LogPublishFailed(exception.Message);
            }
        } while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private Task<bool> StoreAsync(long published, Checkpoint checkpoint, List<Tile> tiles, CancellationToken cancellationToken) =>
        database.WriteBatchedAsync(
            async (transaction, token) =>
            {
                var last = new StatementBatch(transaction);
                var turns = await transaction
                    .Command(
                        "UPDATE audit_publication SET size = @size WHERE id = 1 AND size = @before",
                        ("size", checkpoint.Size),
                        ("before", published)
                    )
                    .ExecuteAsync(token);
                if (turns == 1)
                {
                    Crash.At(Failpoint.CheckpointTurnTaken);
                    Add(last, checkpoint, tiles);
                    Crash.At(Failpoint.CheckpointReady);
                }

                return (turns == 1, last);
            },
            cancellationToken
        );

    private void Add(StatementBatch last, Checkpoint checkpoint, List<Tile> tiles)
    {
        foreach (var tile in tiles)
        {
            last.Add(
                """
                INSERT INTO audit_tiles (level, tile_index, hashes) VALUES (@level, @index, @hashes)
                ON CONFLICT (level, tile_index) DO UPDATE SET hashes = excluded.hashes
                """,
                ("level", tile.Level),
                ("index", tile.Index),
                ("hashes", tile.Hashes)
            );
        }

        last.Add(
            "INSERT INTO audit_checkpoints (size, note) VALUES (@size, @note)",
            ("size", checkpoint.Size),
            ("note", checkpoint.Sign(signer))
        );
    }

    // Once for each fault, not at each turn.
    private void Report(string misfit)
    {
        if (lastMisfit != misfit)
        {
            lastMisfit = misfit;
            LogMisfit(misfit);
        }
    }

    [LoggerMessage(1401, LogLevel.Error, "The audit log does not fit its last checkpoint; no new one is signed. {Misfit}")]
    private partial void LogMisfit(string misfit);

    [LoggerMessage(1402, LogLevel.Warning, "The audit log's checkpoint could not be stored: {Cause}")]
    private partial void LogPublishFailed(string cause);
}
