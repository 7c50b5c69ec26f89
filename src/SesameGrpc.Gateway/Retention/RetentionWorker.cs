using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Gateway.Audit;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.CreditBadges;
using SesameGrpc.Gateway.Fulfilments;
using SesameGrpc.Gateway.Persons;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.Gateway.Withdrawals;
using SesameGrpc.TransparencyLog;

namespace SesameGrpc.Gateway.Retention;

/// <summary>What a sweep ended, and what it found left that should be gone.</summary>
internal readonly record struct Sweep(long Entries, long Obligations, long Left)
{
    /// <summary>Former versions of persons' rows that ended.</summary>
    public long PersonVersions { get; init; }

    /// <summary>Adverse reports by partners that ended.</summary>
    public long Reports { get; init; }

    /// <summary>Whether anything ended.</summary>
    public bool HasEnded => Entries > 0 || Obligations > 0 || PersonVersions > 0 || Reports > 0;
}

/// <summary>
/// Ends what has been kept long enough, and counts afterwards what is left of it; on every instance. Each step is one transaction that finds out for itself whether it is still to be done, so that
/// two instances, or one that was killed and starts again, do nothing twice and leave nothing out.
/// </summary>
internal sealed partial class RetentionWorker(
    EntryRetentionStore log,
    AdverseRecordStore records,
    BadgeStore badges,
    PersonVersionStore versions,
    AdverseReportStore reports,
    WithdrawalFence fence,
    AuditPublisher publisher,
    AuditLog audit,
    AuditEntries entries,
    RetentionMetrics metrics,
    GatewayOptions options,
    TimeProvider time,
    ILogger<RetentionWorker> logger
) : BackgroundService
{
    private const int BatchSize = 100;

    /// <summary>A start has other things to do.</summary>
    private static readonly TimeSpan AfterStart = TimeSpan.FromMinutes(1);

    /// <summary>How long a request to erase can be repeated: its record knows the operator's id of the person, by a hash of the request.</summary>
    private static readonly TimeSpan LongestErasureRecord = TimeSpan.FromHours(24);

    /// <summary>How long a badge is on record after it has expired: nobody sees it, and its issue is in the audit log.</summary>
    private static readonly TimeSpan LongestBadgeRecord = TimeSpan.FromDays(30);

    private long lastLeft;

    /// <summary>One sweep over everything.</summary>
    public async Task<Sweep> SweepAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var entryCutoff = now.AddYears(-options.Retention.AuditYears).ToMicros();
        var recordCutoff = now.AddYears(-options.Retention.AdverseYears).ToMicros();
        var versionCutoff = now.AddDays(-options.Retention.PersonHistoryDays).ToMicros();
        var obligations = await EndObligationsAsync(recordCutoff, cancellationToken);
        var endedReports = await EndReportsAsync(recordCutoff, cancellationToken);
        var ended = await EndEntriesAsync(entryCutoff, cancellationToken);
        var formerVersions = await versions.EndAsync(versionCutoff, cancellationToken);
        await fence.ForgetAsync(cancellationToken);
        await badges.ForgetAsync(now - LongestBadgeRecord, cancellationToken);
        await records.ForgetErasuresAsync(now - LongestErasureRecord, cancellationToken);
        var left =
            await log.CountLeftAsync(entryCutoff, cancellationToken)
            + await records.CountLeftAsync(recordCutoff, cancellationToken)
            + await versions.CountLeftAsync(versionCutoff, cancellationToken)
            + await reports.CountLeftAsync(recordCutoff, cancellationToken);
        var sweep = new Sweep(ended, obligations, left) { PersonVersions = formerVersions, Reports = endedReports };
        metrics.Record(sweep);
        if (sweep.HasEnded || sweep.Left != lastLeft)
        {
            await audit.AppendAsync([ResultOf(sweep)], cancellationToken);
            var level = sweep.Left > 0 ? LogLevel.Warning : LogLevel.Information;
            LogSwept(level, sweep.Entries, sweep.Obligations, sweep.Reports, sweep.PersonVersions, sweep.Left);
        }

        lastLeft = sweep.Left;
        return sweep;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Delay(AfterStart, time, stoppingToken);
        using var timer = new PeriodicTimer(TimeSpan.FromMinutes(options.Retention.SweepMinutes), time);
        do
        {
            try
            {
                await SweepAsync(stoppingToken);
            }
            catch (LogFormatException exception)
            {
                LogUnsound(exception.Message);
            }
            catch (Exception exception) when (exception is RefusalException || StoreFaults.IsOutage(exception))
            {
                LogStoreFailed(exception.Message);
            }
        } while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task<long> EndEntriesAsync(long cutoffMicros, CancellationToken cancellationToken)
    {
        var ended = 0L;
        while (true)
        {
            var state = await log.ReadAsync(cancellationToken);
            if (state.MinimumIndex < state.EndingIndex)
            {
                // Signed first, so that whoever finds the entries gone finds the reason as well.
                while (await publisher.PublishAsync(cancellationToken)) { }

                if (!await log.IsCoveredAsync(state, cancellationToken))
                {
                    return ended;
                }

                ended += await log.DeleteAsync(state, cancellationToken) ?? 0;
                continue;
            }

            var ending = await log.OldUpToAsync(state.MinimumIndex, cutoffMicros, cancellationToken);
            if (ending == state.MinimumIndex)
            {
                return ended;
            }

            var leaf = NewLeaf();
            leaf.ResourceKind = "audit_log";
            leaf.Retention = new AuditRetention { MinimumIndex = ending };
            await log.AnnounceAsync(state, ending, leaf, cancellationToken);
        }
    }

    private async Task<long> EndObligationsAsync(long cutoffMicros, CancellationToken cancellationToken)
    {
        var ended = 0L;
        var last = "";
        while (await records.FindAsync(cutoffMicros, last, BatchSize, cancellationToken) is { Count: > 0 } found)
        {
            foreach (var record in found)
            {
                // Without the person: that somebody once was overdue is what ends here.
                var leaf = NewLeaf();
                leaf.ResourceKind = "obligation";
                leaf.ResourceId = record.ObligationId;
                ended += await records.RetireAsync(record, cutoffMicros, leaf, cancellationToken) ? 1 : 0;
            }

            last = found[^1].ObligationId;
        }

        return ended;
    }

    private async Task<long> EndReportsAsync(long cutoffMicros, CancellationToken cancellationToken)
    {
        var ended = 0L;
        var last = "";
        while (await reports.FindAsync(cutoffMicros, last, BatchSize, cancellationToken) is { Count: > 0 } found)
        {
            foreach (var (report, person) in found)
            {
                var leaf = FulfilmentJournal.Describe(NewLeaf(), report, 0);
                ended += await reports.EndAsync(report, person, cutoffMicros, leaf, time.NowMicros(), cancellationToken) ? 1 : 0;
            }

            last = found[^1].Report;
        }

        return ended;
    }

    // It states no index: only what announces an end does, and comes before it.
    private AuditEntry ResultOf(Sweep sweep)
    {
        var leaf = NewLeaf();
        leaf.ResourceKind = "retention";
        leaf.Retention = new AuditRetention
        {
            EndedEntries = sweep.Entries,
            EndedObligations = sweep.Obligations,
            EndedPersonVersions = sweep.PersonVersions,
            EndedFulfilments = sweep.Reports,
            Left = sweep.Left,
        };
        return leaf;
    }

    private AuditEntry NewLeaf() => entries.ChangeOfWorker(AuditEntries.Retention);

    [LoggerMessage(
        EventId = 2701,
        Message = "{Entries} entries of the audit log, {Obligations} overdue obligations, {Reports} adverse reports and {PersonVersions} former versions of persons were kept long enough and are deleted; {Left} are left that should be gone."
    )]
    private partial void LogSwept(LogLevel level, long entries, long obligations, long reports, long personVersions, long left);

    [LoggerMessage(2702, LogLevel.Warning, "What has been kept long enough could not be deleted and is tried again: {Cause}")]
    private partial void LogStoreFailed(string cause);

    [LoggerMessage(2703, LogLevel.Error, "The audit log is not as it was signed; none of its entries is deleted. {Misfit}")]
    private partial void LogUnsound(string misfit);
}
