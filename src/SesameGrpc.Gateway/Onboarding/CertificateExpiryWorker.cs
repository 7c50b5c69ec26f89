using System.Data.Common;
using Google.Protobuf.WellKnownTypes;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Audit;
using SesameGrpc.Gateway.Events;
using SesameGrpc.Gateway.Identity;
using SesameGrpc.Gateway.Partners;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Onboarding;

/// <summary>
/// Warns before the newest certificate of a partner ends: the partner by an event, the operator by a line in the log and a metric; on every instance. Invariant: of all instances and restarts one gives each
/// warning, in the transaction of its event. It knows the certificates that were issued or registered here, and those that partners have called with.
/// </summary>
internal sealed partial class CertificateExpiryWorker(
    PartnerCertificateStore store,
    SeenCertificates seen,
    PartnerDirectory directory,
    Database database,
    AuditEntries entries,
    CertificateMetrics metrics,
    TimeProvider time,
    ILogger<CertificateExpiryWorker> logger
) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(10);

    // As long as a renewal may be asked for again after a lost answer, and far longer.
    private static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    /// <summary>Stores what was seen, gives the warnings that are due, and deletes what ended long ago.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var news = seen.TakeNews();
        await database.WriteAsync(
            async (transaction, token) =>
            {
                foreach (var certificate in news.Where(known => directory.Current.Find(known.Partner) is not null))
                {
                    var row = new PartnerCertificateRow(certificate.Thumbprint, certificate.Partner, certificate.End.ToMicros());
                    await PartnerCertificateStore.AddAsync(transaction, row, token);
                }

                return await PartnerCertificateStore.PruneAsync(transaction, (now - Kept).ToMicros(), token);
            },
            cancellationToken
        );
        var stored = await store.ReadAsync(now.ToMicros(), cancellationToken);
        var newest = NewestOf(stored).Select(row => (Row: row, Left: Instants.FromMicros(row.ExpireMicros) - now)).ToList();
        metrics.Record([.. newest.Select(known => CertificateExpiryRules.StageAt(known.Left)).OfType<int>()]);
        foreach (var (row, left) in newest)
        {
            if (CertificateExpiryRules.DueWarning(left, row.WarnedDays) is { } days)
            {
                await WarnAsync(row, days, cancellationToken);
            }
        }
    }

    /// <summary>Gives a warning, unless it was given; it is durable when this returns.</summary>
    public async Task WarnAsync(PartnerCertificateRow certificate, int days, CancellationToken cancellationToken)
    {
        var isGiven = await database.WriteBatchedAsync(
            async (transaction, token) =>
            {
                var last = new StatementBatch(transaction);
                await PartnerCertificateStore.AddAsync(transaction, certificate, token);
                var isFirst = await PartnerCertificateStore.MarkWarnedAsync(transaction, certificate.Thumbprint, days, token);
                if (isFirst)
                {
                    AuditLog.Append(last, [entries.ChangeOfWorker(nameof(CertificateExpiryWorker), "certificate", certificate.Thumbprint)]);
                    EventStore.Append(last, [new PendingEvent(certificate.Partner, "", EventOf(certificate, days), 0)], 1);
                }

                return (isFirst, last);
            },
            cancellationToken
        );
        if (isGiven)
        {
            LogExpiring(certificate.Partner, certificate.Thumbprint, Instants.FromMicros(certificate.ExpireMicros), days);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pause, time);
        do
        {
            try
            {
                await SweepAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is DbException or RefusalException || StoreFaults.IsOutage(exception))
            {
                LogFailed(exception.Message);
            }
        } while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    // Registered certificates are in the partner's document; whether they were warned of is stored with the others.
    private IEnumerable<PartnerCertificateRow> NewestOf(List<PartnerCertificateRow> stored)
    {
        var known = stored.ToDictionary(row => row.Thumbprint, StringComparer.Ordinal);
        var registered =
            from partner in stored.Select(row => row.Partner).Concat(directory.Current.Ids).Distinct(StringComparer.Ordinal)
            from certificate in directory.Current.Find(partner)?.Document.Certificates ?? []
            where certificate.ExpireTime is not null && !known.ContainsKey(certificate.Thumbprint)
            select new PartnerCertificateRow(certificate.Thumbprint, partner, certificate.ExpireTime.ToMicros());
        return stored
            .Concat(registered)
            .Where(row => !directory.Current.IsRevoked(row.Thumbprint) && directory.Current.Find(row.Partner)?.IsActive == true)
            .GroupBy(row => row.Partner, StringComparer.Ordinal)
            .Select(certificates => certificates.MaxBy(row => row.ExpireMicros)!);
    }

    private Event EventOf(PartnerCertificateRow certificate, int days) =>
        new()
        {
            EventId = TimedId.New(time.NowMicros()),
            Type = EventType.CertificateExpiring,
            EventTime = Timestamp.FromDateTimeOffset(time.GetUtcNow()),
            Certificate = new CertificateReference
            {
                Thumbprint = certificate.Thumbprint,
                ExpireTime = Instants.ToTimestamp(certificate.ExpireMicros),
                Days = days,
            },
        };

    [LoggerMessage(
        2802,
        LogLevel.Warning,
        "Partner {Partner} has no certificate beyond {Thumbprint}, which ends at {End:O}: warning of {Days} days."
    )]
    private partial void LogExpiring(string partner, string thumbprint, DateTimeOffset end, int days);

    [LoggerMessage(2803, LogLevel.Warning, "Certificates could not be looked through and are again in ten minutes: {Cause}")]
    private partial void LogFailed(string cause);
}
