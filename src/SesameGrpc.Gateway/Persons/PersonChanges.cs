using System.Data.Common;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Failpoints;
using SesameGrpc.Gateway.Keys;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Persons;

/// <summary>
/// Keeps the caches true to the store. Around every commit that changes persons: before it, the shared cache is barred from holding anything
/// older (and if Redis does not take that, the same transaction raises the generation, which puts all its entries out of reach); after it,
/// every instance is told. So a crash at any point leaves no older version behind in the shared cache.
/// </summary>
internal sealed partial class PersonChanges(
    SharedPersonCache shared,
    PersonReader reader,
    PersonPseudonyms pseudonyms,
    Database database,
    GatewayOptions options,
    TimeProvider time,
    ILogger<PersonChanges> logger
) : BackgroundService
{
    /// <summary>The last step before a commit.</summary>
    public async Task<PendingChanges> BeforeCommitAsync(
        DbTransaction transaction,
        IEnumerable<(string Person, long Version)> changes,
        CancellationToken cancellationToken
    )
    {
        var pending = new PendingChanges([.. changes.Select(change => (pseudonyms.Of(change.Person), change.Version))]);
        if (!await shared.RaiseFloorsAsync(pending.Versions))
        {
            pending.Generation = await RaiseGenerationAsync(transaction, cancellationToken);
            LogGenerationRaised();
        }

        Crash.At(Failpoint.PersonBarred);
        return pending;
    }

    /// <summary>The first step after a commit, before its answer.</summary>
    public async Task AnnounceAsync(PendingChanges pending)
    {
        if (pending.Generation is { } generation)
        {
            shared.RaiseGenerationTo(generation);
        }

        foreach (var (pseudonym, version) in pending.Versions)
        {
            reader.Announce(pseudonym, version);
        }

        await shared.PublishAsync(pending.Versions);
    }

    /// <summary>Announces a version that was committed before: another instance may have done it, or this one may not have come to it.</summary>
    public Task AnnounceAgainAsync(string person, long version) => AnnounceAsync(new PendingChanges([(pseudonyms.Of(person), version)]));

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        if (shared.IsConfigured)
        {
            await RefreshGenerationAsync(cancellationToken);
            await shared.SubscribeAsync(reader.Announce, reader.ForgetAll);
        }

        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!shared.IsConfigured)
        {
            return;
        }

        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(options.Storage.RefreshMilliseconds), time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await RefreshGenerationAsync(stoppingToken);
                await LeaveSuspectEntriesAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is DbException or TimeoutException or RefusalException)
            {
                LogRefreshFailed(exception.Message);
            }
        }
    }

    // A Redis that was restarted from a snapshot, or a replica that was promoted, holds older versions without any floor.
    private async Task LeaveSuspectEntriesAsync(CancellationToken cancellationToken)
    {
        if (shared.IsBackAndSuspect)
        {
            var raised = await database.WriteAsync(RaiseGenerationAsync, cancellationToken);
            shared.RaiseGenerationTo(raised);
            shared.Trust();
            reader.ForgetAll();
        }
    }

    private static async Task<long> RaiseGenerationAsync(DbTransaction transaction, CancellationToken cancellationToken) =>
        await transaction
            .Command("UPDATE control_state SET cache_generation = cache_generation + 1 RETURNING cache_generation")
            .ScalarInt64Async(cancellationToken)
        ?? throw new InvalidOperationException("control_state has no row.");

    private async Task RefreshGenerationAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        var current = await connection.Command("SELECT cache_generation FROM control_state").ScalarInt64Async(cancellationToken) ?? 0;
        if (shared.RaiseGenerationTo(current))
        {
            reader.ForgetAll();
        }
    }

    [LoggerMessage(1301, LogLevel.Warning, "Redis did not take a change of persons; the generation of the shared cache is raised.")]
    private partial void LogGenerationRaised();

    [LoggerMessage(1302, LogLevel.Warning, "The generation of the shared cache could not be read: {Cause}")]
    private partial void LogRefreshFailed(string cause);
}

/// <summary>Changes of persons that are about to be, or have just been, committed.</summary>
internal sealed class PendingChanges(IReadOnlyList<(UInt128 Pseudonym, long Version)> versions)
{
    public IReadOnlyList<(UInt128 Pseudonym, long Version)> Versions { get; } = versions;

    /// <summary>The generation that the commit raises; null when Redis took the change.</summary>
    public long? Generation { get; set; }
}
