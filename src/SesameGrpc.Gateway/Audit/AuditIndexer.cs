using System.Data.Common;
using System.Runtime.InteropServices;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.TransparencyLog;

namespace SesameGrpc.Gateway.Audit;

/// <summary>Makes the runs by which a person's leaves are found. It works on every instance; who raises audit_indexing first has the turn.</summary>
internal sealed partial class AuditIndexer(
    Database database,
    FreshLeaves fresh,
    GatewayOptions options,
    TimeProvider time,
    ILogger<AuditIndexer> logger
) : BackgroundService
{
    private const int PageLeaves = 1024;

    /// <summary>Makes the next run; false when its leaves have not all come, or when another instance was first.</summary>
    public async Task<bool> IndexAsync(CancellationToken cancellationToken)
    {
        LeafRun next;
        LeafRun[] merged;
        List<UInt128> records;

        // All is read and sorted before the transaction begins: on SQLite, calls wait for it.
        await using (var connection = await database.OpenAsync(cancellationToken))
        {
            next = new LeafRun(0, await AuditStore.IndexedAsync(connection, cancellationToken) / LeafRun.FreshLeaves);
            if (await AuditStore.SizeAsync(connection, cancellationToken) < next.End)
            {
                return false;
            }

            merged = next.MergedWith();
            records = await RecordsAsync(connection, next, merged, cancellationToken);
        }

        return await database.WriteBatchedAsync(
            (transaction, token) => StoreAsync(transaction, next, merged, records, token),
            cancellationToken
        );
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Workers.OnOwnThreadAsync(() => IndexWhatComesAsync(stoppingToken));

    private async Task IndexWhatComesAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(options.Audit.CheckpointMilliseconds), time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                while (await IndexAsync(stoppingToken))
                {
                    await Task.Delay(AuditSetup.BacklogPause, time, stoppingToken);
                }
            }
            catch (Exception exception) when (exception is DbException or TimeoutException or RefusalException or LogFormatException)
            {
                LogIndexFailed(exception.Message);
            }
        }
    }

    private async Task<List<UInt128>> RecordsAsync(
        DbConnection connection,
        LeafRun run,
        LeafRun[] merged,
        CancellationToken cancellationToken
    )
    {
        // What has ended is nobody's any more.
        var first = Math.Clamp(await AuditStore.MinimumIndexAsync(connection, cancellationToken), run.First, run.End);
        var records = new List<UInt128>((merged.Length + 1) * LeafRun.FreshLeaves);
        for (var next = first; next < run.End; )
        {
            var page = (int)Math.Min(PageLeaves, run.End - next);
            var known = fresh.AddRecords(next, page, records);
            next += known > 0 ? known : await ReadRecordsAsync(connection, next, page, records, cancellationToken);
        }

        foreach (var part in merged)
        {
            (await part.ReadPagesAsync(connection, cancellationToken)).ForEach(records.AddRange);
        }

        records.Sort();
        return records;
    }

    private static async Task<int> ReadRecordsAsync(
        DbConnection connection,
        long first,
        int count,
        List<UInt128> records,
        CancellationToken cancellationToken
    )
    {
        foreach (var leaf in await AuditStore.AllLeavesAsync(connection, first, count, cancellationToken))
        {
            LeafRun.Record(records, leaf);
        }

        return count;
    }

    private static async Task<(bool IsStored, StatementBatch Last)> StoreAsync(
        DbTransaction transaction,
        LeafRun next,
        LeafRun[] merged,
        List<UInt128> records,
        CancellationToken cancellationToken
    )
    {
        var last = new StatementBatch(transaction);
        var turns = await transaction
            .Command("UPDATE audit_indexing SET leaves = @end WHERE id = 1 AND leaves = @first", ("end", next.End), ("first", next.First))
            .ExecuteAsync(cancellationToken);
        if (turns == 0)
        {
            return (false, last);
        }

        foreach (var part in merged)
        {
            part.Delete(last);
        }

        (merged.Length > 0 ? next.Merged : next).Add(last, CollectionsMarshal.AsSpan(records));
        return (true, last);
    }

    [LoggerMessage(1403, LogLevel.Warning, "The audit log's index by person could not be continued: {Cause}")]
    private partial void LogIndexFailed(string cause);
}
