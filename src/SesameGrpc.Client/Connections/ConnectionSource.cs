using Microsoft.Extensions.Logging;
using SesameGrpc.Client.Calls;

namespace SesameGrpc.Client.Connections;

/// <summary>
/// The connection in force. It looks for a newer certificate at an interval and lets it take over once the issuer has given a token for it: a certificate that is half written, or that the gateway
/// does not know yet, costs no call. Warns before the certificate in force expires.
/// </summary>
internal sealed partial class ConnectionSource : IDisposable
{
    private readonly SesameClientOptions options;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly CancellationTokenSource stopped = new();
    private readonly ExpiryNotice expiry = new();
    private string fingerprint;
    private string complainedOf = "";
    private PartnerConnection current;

    public ConnectionSource(SesameClientOptions options, TimeProvider time, ILogger logger)
    {
        (this.options, this.time, this.logger) = (options, time, logger);
        // Taken before the files are read: a change in between is then seen at the first look.
        fingerprint = CertificateMaterial.Fingerprint(options.Certificate, time.GetUtcNow());
        current = new PartnerConnection(options, CertificateMaterial.Read(options.Certificate, time.GetUtcNow()), time);
        NoticeExpiry();
        _ = WatchAsync(stopped.Token);
    }

    /// <summary>The connection in force, until the caller leaves it.</summary>
    public PartnerConnection Enter()
    {
        while (true)
        {
            ObjectDisposedException.ThrowIf(stopped.IsCancellationRequested, typeof(SesameClient));
            var connection = Volatile.Read(ref current);
            if (connection.TryEnter())
            {
                return connection;
            }
        }
    }

    /// <summary>Looks for another certificate once; true when it has taken over.</summary>
    public async Task<bool> RefreshAsync(CancellationToken cancellationToken)
    {
        var seen = fingerprint;
        PartnerConnection? next = null;
        try
        {
            seen = CertificateMaterial.Fingerprint(options.Certificate, time.GetUtcNow());
            if (seen == fingerprint)
            {
                return false;
            }

            next = new PartnerConnection(options, CertificateMaterial.Read(options.Certificate, time.GetUtcNow()), time);
            if (options.TokenProvider is null)
            {
                await next.Tokens.GetAsync(cancellationToken);
            }

            fingerprint = seen;
            LogReplaced(next.ExpireTime);
            Interlocked.Exchange(ref current, next).Dispose();
            return true;
        }
        catch (Exception fault) when (fault is SesameException || CertificateMaterial.IsFault(fault))
        {
            next?.Dispose();
            Complain(seen, fault.Message);
            return false;
        }
        catch (OperationCanceledException)
        {
            next?.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        if (!stopped.IsCancellationRequested)
        {
            stopped.Cancel();
            current.Dispose();
        }
    }

    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(options.CertificateReloadInterval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                await RefreshAsync(cancellationToken);
                NoticeExpiry();
            }
        }
        catch (OperationCanceledException)
        {
            // The client is disposed.
        }
    }

    // The same certificate is complained of once, though it is tried again and again.
    private void Complain(string of, string cause)
    {
        if (of != complainedOf)
        {
            complainedOf = of;
            LogNotReplaced(cause);
        }
    }

    private void NoticeExpiry()
    {
        var expires = current.ExpireTime;
        var left = expires - time.GetUtcNow();
        ClientTelemetry.CertificateTimeLeft.Record(
            left.TotalSeconds,
            new KeyValuePair<string, object?>("sesame.partner", options.PartnerId)
        );
        if (expiry.IsDue(expires, left))
        {
            LogExpires(expires, Math.Max(0, left.TotalDays));
        }
    }

    [LoggerMessage(1, LogLevel.Information, "Another client certificate is in force; it expires at {ExpireTime:O}.")]
    private partial void LogReplaced(DateTimeOffset expireTime);

    [LoggerMessage(
        2,
        LogLevel.Warning,
        "There is another client certificate, but it cannot be used yet; the old one stays in force: {Cause}"
    )]
    private partial void LogNotReplaced(string cause);

    [LoggerMessage(
        3,
        LogLevel.Warning,
        "The client certificate expires at {ExpireTime:O}, in {Days:0.0} days; put a new one in its place."
    )]
    private partial void LogExpires(DateTimeOffset expireTime, double days);
}
