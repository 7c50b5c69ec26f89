using System.Data.Common;
using SesameGrpc.TransparencyLog;

namespace SesameGrpc.Gateway.Audit;

/// <summary>
/// What a verification found: how many leaves there are, how many of them a signed checkpoint covers, how many entries have ended, and each difference as one sentence.
/// </summary>
internal sealed record AuditReport(long Leaves, long Covered, long Ended, IReadOnlyList<string> Differences);

/// <summary>
/// Checks the whole stored audit log: every group against the columns that repeat a part of it, every leaf against its tile and against the runs by which persons' leaves are found, every tile against those below, every checkpoint
/// against the leaves and its signature. It repairs nothing. What lies behind the last checkpoint is checked against columns and runs only. Entries may lack that have ended, as far as an
/// entry under a checkpoint says so.
/// </summary>
internal sealed class AuditVerification(NoteSigner signer)
{
    /// <summary>Verifies what the connection sees; begin a snapshot on it when the log is in use.</summary>
    /// <param name="connection">An open connection to the store.</param>
    /// <param name="earlierNote">A signed checkpoint kept elsewhere, without which a log that was cut off whole cannot be told; null for none.</param>
    /// <param name="progress">Is told the number of leaves checked so far.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<AuditReport> RunAsync(
        DbConnection connection,
        string? earlierNote,
        Func<long, Task> progress,
        CancellationToken cancellationToken
    )
    {
        var size = await AuditStore.SizeAsync(connection, cancellationToken);
        var published = await AuditStore.PublishedSizeAsync(connection, cancellationToken);
        var run = await BeginAsync(connection, earlierNote, size, published, cancellationToken);
        while (await run.NextPageAsync(cancellationToken))
        {
            await progress(run.Size);
        }

        await run.EndAsync(cancellationToken);
        return new AuditReport(run.Size, Math.Max(published, 0), run.MinimumIndex, run.Differences);
    }

    private async Task<AuditPass> BeginAsync(
        DbConnection connection,
        string? earlierNote,
        long stated,
        long published,
        CancellationToken cancellationToken
    )
    {
        var faults = new List<string>();
        var checkpoints = new List<Checkpoint>();
        var stored = await AuditStore.CheckpointsAsync(connection, cancellationToken);
        foreach (var (size, note) in stored)
        {
            if (Open(note, $"The stored checkpoint of {size} leaves", faults) is not { } checkpoint)
            {
                continue;
            }

            checkpoints.Add(checkpoint);
            if (checkpoint.Size != size)
            {
                faults.Add($"The stored checkpoint of {size} leaves states {checkpoint.Size}.");
            }
        }

        var last = stored.Count == 0 ? -1 : stored[^1].Size;
        if (last != published)
        {
            faults.Add($"The last stored checkpoint is of {last} leaves; {published} were published.");
        }

        if (earlierNote is not null && Open(earlierNote, "The earlier checkpoint", faults) is { } earlier)
        {
            checkpoints.Add(earlier);
        }

        var minimum = await AuditStore.MinimumIndexAsync(connection, cancellationToken);
        if (minimum % Tile.FullWidth != 0 || minimum > Math.Max(published, 0))
        {
            faults.Add($"The entries before {minimum} are said to have ended, which are no whole bundles under the last checkpoint.");
            minimum = 0;
        }

        var rebuild = new LogRebuild(checkpoints, AuditEntries.MinimumIndexOf);
        var indexed = await AuditStore.IndexedAsync(connection, cancellationToken);
        var runs = new LeafRunPass(connection, indexed, minimum, rebuild.Add);
        var run = new AuditPass(connection, rebuild, runs, stated, Math.Max(published, 0), minimum);
        faults.ForEach(run.Add);
        return run;
    }

    private Checkpoint? Open(string note, string what, List<string> faults)
    {
        try
        {
            return Checkpoint.Open(note, signer.VerifierKey);
        }
        catch (LogFormatException exception)
        {
            faults.Add($"{what} cannot be believed: {exception.Message}");
            return null;
        }
    }
}
