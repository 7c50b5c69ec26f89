using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Grpc.Net.Client;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Tls;

namespace SesameGrpc.Gateway.Collections;

/// <summary>The connection to the payment system, made anew when its certificate files change. Bad new files are logged, and the old connection stays.</summary>
internal sealed partial class RailChannel : IDisposable
{
    private readonly RailOptions rail;
    private readonly TimeSpan lookEvery;
    private readonly TimeProvider time;
    private readonly ILogger<RailChannel> logger;
    private readonly Lock sync = new();
    private GrpcChannel current;

    // Calls may still be under way on the one before.
    private GrpcChannel? former;
    private string fingerprint;
    private long lookedAt;

    /// <summary>Throws <see cref="ConfigurationException"/> when the files are not usable.</summary>
    public RailChannel(GatewayOptions options, TimeProvider time, ILogger<RailChannel> logger)
    {
        (rail, this.time, this.logger) = (options.Rail, time, logger);
        lookEvery = TimeSpan.FromSeconds(options.Tls.ReloadSeconds);

        // Taken before the files are read: a change in between is then seen at the next look.
        fingerprint = Fingerprint(rail);
        lookedAt = time.GetTimestamp();
        try
        {
            current = Open(rail);
        }
        catch (Exception exception) when (IsUnusable(exception))
        {
            throw new ConfigurationException($"Sesame:Rail is not usable: {exception.Message}");
        }
    }

    public GrpcChannel Current
    {
        get
        {
            lock (sync)
            {
                if (time.GetElapsedTime(lookedAt) >= lookEvery)
                {
                    lookedAt = time.GetTimestamp();
                    Refresh();
                }

                return current;
            }
        }
    }

    public void Dispose()
    {
        current.Dispose();
        former?.Dispose();
    }

    private void Refresh()
    {
        try
        {
            var seen = Fingerprint(rail);
            if (seen == fingerprint)
            {
                return;
            }

            // Kept even when reading fails: the same bad files are not read, and not complained of, again.
            fingerprint = seen;
            var opened = Open(rail);
            former?.Dispose();
            (former, current) = (current, opened);
            LogReloaded();
        }
        catch (Exception exception) when (IsUnusable(exception))
        {
            LogReloadFailed(exception.Message);
        }
    }

    private static GrpcChannel Open(RailOptions rail)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = TimeSpan.FromSeconds(rail.TimeoutSeconds),
            KeepAlivePingDelay = TimeSpan.FromSeconds(30),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(rail.TimeoutSeconds),
        };
        try
        {
            var own = X509Certificate2.CreateFromPemFile(rail.ClientCertificate, rail.ClientKey);
            var intermediates = new X509Certificate2Collection();
            intermediates.ImportFromPemFile(rail.ClientCertificate);
            intermediates.RemoveAt(0);
            handler.SslOptions.ClientCertificateContext = SslStreamCertificateContext.Create(own, intermediates, offline: true);
            if (rail.Ca.Length > 0)
            {
                handler.SslOptions.CertificateChainPolicy = ChainPolicy(rail.Ca);
            }

            return GrpcChannel.ForAddress(rail.Url, new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true });
        }
        catch
        {
            handler.Dispose();
            throw;
        }
    }

    private static X509ChainPolicy ChainPolicy(string path)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPemFile(path);
        return policy.CustomTrustStore.Count > 0 ? policy : throw new CryptographicException($"\"{path}\" has no certificate.");
    }

    private static bool IsUnusable(Exception exception) =>
        exception is CryptographicException or ArgumentException or IOException or UnauthorizedAccessException;

    private static string Fingerprint(RailOptions rail) => FileFingerprint.Of(rail.Ca, rail.ClientCertificate, rail.ClientKey);

    [LoggerMessage(1701, LogLevel.Information, "Certificate files of the payment system changed and are in force.")]
    private partial void LogReloaded();

    [LoggerMessage(
        1702,
        LogLevel.Warning,
        "Certificate files of the payment system changed but are not usable, the old ones stay in force: {Cause}"
    )]
    private partial void LogReloadFailed(string cause);
}
