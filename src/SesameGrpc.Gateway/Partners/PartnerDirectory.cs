using System.Collections.Frozen;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Programmes;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.Gateway.Tls;

namespace SesameGrpc.Gateway.Partners;

/// <summary>All partners at one moment; immutable.</summary>
internal sealed class PartnerSnapshot(
    long version,
    IReadOnlyCollection<Partner> documents,
    CompiledCatalogue programmes,
    IReadOnlyCollection<string> revokedTokens
)
{
    private readonly FrozenDictionary<string, PartnerRecord> partners = documents.ToFrozenDictionary(
        document => document.Partner_,
        document => new PartnerRecord(document, programmes),
        StringComparer.Ordinal
    );

    private readonly FrozenSet<string> revoked = Certificates(documents, revoked: true)
        .Select(pair => pair.Thumbprint)
        .ToFrozenSet(StringComparer.Ordinal);

    private readonly FrozenDictionary<string, string> registered = Certificates(documents, revoked: false)
        .ToFrozenDictionary(pair => pair.Thumbprint, pair => pair.Partner, StringComparer.Ordinal);

    public long Version { get; } = version;

    /// <summary>Ids of access tokens that were revoked, and of authorizations with all of theirs.</summary>
    public FrozenSet<string> RevokedTokens { get; } = revokedTokens.ToFrozenSet(StringComparer.Ordinal);

    public IReadOnlyCollection<string> Ids => partners.Keys;

    public PartnerRecord? Find(string id) => partners.GetValueOrDefault(id);

    /// <summary>A partner's name; of one that is not known any more, its id.</summary>
    public string NameOf(string id) => Find(id)?.Document.DisplayName ?? id;

    public bool IsRevoked(string thumbprint) => revoked.Contains(thumbprint);

    public string? PartnerOfRegisteredCertificate(string thumbprint) => registered.GetValueOrDefault(thumbprint);

    private static IEnumerable<(string Thumbprint, string Partner)> Certificates(IEnumerable<Partner> documents, bool revoked) =>
        from document in documents
        from certificate in document.Certificates
        where certificate.Revoked == revoked
        group document.Partner_ by certificate.Thumbprint into owners
        select (owners.Key, owners.First());
}

/// <summary>
/// The partners with their programmes, and revoked tokens, in memory: what every call is checked against. A change on this instance is in force before its answer; a change on another
/// instance within the refresh interval, by the version in the store; a scheduled version of a programme within it behind its time, by this instance's clock.
/// </summary>
internal sealed partial class PartnerDirectory(
    PartnerStore store,
    ProgrammeReader reader,
    ProgrammeCatalogueSource programmes,
    TrustEpoch epoch,
    GatewayOptions options,
    TimeProvider time,
    ILogger<PartnerDirectory> logger
) : BackgroundService
{
    private readonly SemaphoreSlim loading = new(1, 1);
    private volatile PartnerSnapshot current = new(0, [], programmes.Current, []);

    public PartnerSnapshot Current => current;

    /// <summary>Reads partners and programmes again if their version in the store has changed, or another version of a programme has come in force.</summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        await loading.WaitAsync(cancellationToken);
        try
        {
            var now = time.NowMicros();
            if (await store.ReadVersionAsync(cancellationToken) == current.Version && now < programmes.Current.ChangesAtMicros)
            {
                return;
            }

            var (version, documents, revokedTokens) = await store.ReadAllAsync(cancellationToken);
            programmes.Current = await reader.ReadAsync(programmes.File.OverallLimits, now, cancellationToken);
            current = new PartnerSnapshot(version, documents, programmes.Current, revokedTokens);
            epoch.Raise();
        }
        finally
        {
            loading.Release();
        }
    }

    public override void Dispose()
    {
        loading.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(options.Storage.RefreshMilliseconds), time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await RefreshAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is System.Data.Common.DbException or TimeoutException)
            {
                LogRefreshFailed(exception.Message);
            }
        }
    }

    [LoggerMessage(1101, LogLevel.Warning, "Partners could not be read again; the ones in memory stay in force: {Cause}")]
    private partial void LogRefreshFailed(string cause);
}
