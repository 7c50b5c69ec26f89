using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SesameGrpc.Gateway.Configuration;

namespace SesameGrpc.Gateway.Tls;

/// <summary>Everything that TLS needs, read from files at one moment; immutable.</summary>
internal sealed class TlsMaterial
{
    private TlsMaterial(
        SslStreamCertificateContext server,
        X509Certificate2Collection partnerCa,
        X509Certificate2Collection operatorCa,
        IReadOnlyList<RevocationList> revocations
    )
    {
        Server = server;
        PartnerCa = partnerCa;
        OperatorCa = operatorCa;
        Revocations = revocations;
    }

    public SslStreamCertificateContext Server { get; }

    public X509Certificate2Collection PartnerCa { get; }

    public X509Certificate2Collection OperatorCa { get; }

    public IReadOnlyList<RevocationList> Revocations { get; }

    public static TlsMaterial Read(TlsOptions options)
    {
        var server = X509Certificate2.CreateFromPemFile(options.ServerCertificate, options.ServerKey);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(options.ServerCertificate);
        chain.RemoveAt(0);
        var partnerCa = ReadBundle("PartnerCa", options.PartnerCa);
        var operatorCa = ReadBundle("OperatorCa", options.OperatorCa);
        var revocations =
            options.PartnerCrl.Length == 0 ? [] : RevocationList.Read(File.ReadAllBytes(options.PartnerCrl), [.. partnerCa, .. operatorCa]);
        return new TlsMaterial(SslStreamCertificateContext.Create(server, chain, offline: true), partnerCa, operatorCa, revocations);
    }

    private static X509Certificate2Collection ReadBundle(string key, string path)
    {
        var bundle = new X509Certificate2Collection();
        bundle.ImportFromPemFile(path);
        return bundle.Count > 0 ? bundle : throw new CryptographicException($"Sesame:Tls:{key} \"{path}\" has no certificate.");
    }
}

/// <summary>The TLS material in force, read again when a file changes. A bad new file is logged and the old material stays in use.</summary>
internal sealed partial class TlsMaterialSource(
    GatewayOptions options,
    TrustEpoch epoch,
    TimeProvider time,
    ILogger<TlsMaterialSource> logger
) : BackgroundService
{
    // Taken before the files are read: a change in between is then seen at the first look.
    private string fingerprint = Fingerprint(options.Tls);
    private volatile TlsMaterial current = ReadAtStart(options.Tls);

    public TlsMaterial Current => current;

    /// <summary>Looks at the files once; true when new material came into force.</summary>
    public bool Refresh()
    {
        try
        {
            var seen = Fingerprint(options.Tls);
            if (seen == fingerprint)
            {
                return false;
            }

            // Kept even when reading fails: the same bad files are not read, and not complained of, again.
            fingerprint = seen;
            current = TlsMaterial.Read(options.Tls);
            epoch.Raise();
            LogReloaded(current.Revocations.Sum(list => list.Count));
            WarnOfOldLists();
            return true;
        }
        catch (Exception exception)
            when (exception is IOException or CryptographicException or UnauthorizedAccessException or ArgumentException)
        {
            LogReloadFailed(exception.Message);
            return false;
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        WarnOfOldLists();
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(options.Tls.ReloadSeconds), time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            Refresh();
        }
    }

    private void WarnOfOldLists()
    {
        foreach (var list in current.Revocations.Where(list => list.NextUpdate < time.GetUtcNow()))
        {
            LogOldList(list.NextUpdate!.Value);
        }
    }

    private static TlsMaterial ReadAtStart(TlsOptions options)
    {
        try
        {
            return TlsMaterial.Read(options);
        }
        catch (Exception exception)
            when (exception is CryptographicException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"Sesame:Tls is not usable: {exception.Message}");
        }
    }

    private static string Fingerprint(TlsOptions options) =>
        FileFingerprint.Of(options.ServerCertificate, options.ServerKey, options.PartnerCa, options.OperatorCa, options.PartnerCrl);

    [LoggerMessage(1001, LogLevel.Information, "TLS files changed and are in force; {Revoked} certificates are revoked by list.")]
    private partial void LogReloaded(int revoked);

    [LoggerMessage(1002, LogLevel.Warning, "TLS files changed but are not usable, the old ones stay in force: {Cause}")]
    private partial void LogReloadFailed(string cause);

    [LoggerMessage(
        1003,
        LogLevel.Warning,
        "A revocation list should have been replaced at {NextUpdate:O}; it stays in force, but newer revocations are not known."
    )]
    private partial void LogOldList(DateTimeOffset nextUpdate);
}
