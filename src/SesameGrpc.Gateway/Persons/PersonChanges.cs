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
    private const string CurrentGeneration = "SELECT cache_generation FROM control_state";

    /// <summary>The last step before a commit.</summary>
    public async Task<PendingChanges> BeforeCommitAsync(
        DbTransaction transaction,
        IEnumerable<(string Person, long Version)> changes,
        CancellationToken cancellationToken
    )
    {
        var pending = new PendingChanges([.. changes.Select(change => (pseudonyms.Of(change.Person), change.Version))]);
        if (!await BarAsync(transaction, pending.Versions, cancellationToken))
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
            await database.WriteAsync(SizeBucketsAsync, cancellationToken);
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

    // In the generation that stands at the commit, held against whoever would raise it meanwhile: in one that this instance has not heard of, a read that did not see the change
    // could bring in what the change replaces.
    private async Task<bool> BarAsync(
        DbTransaction transaction,
        IReadOnlyCollection<(UInt128 Pseudonym, long Version)> versions,
        CancellationToken cancellationToken
    )
    {
        if (!shared.IsConfigured || versions.Count == 0)
        {
            return true;
        }

        var known = shared.Generation;
        if (!await shared.RaiseFloorsAsync(known, versions))
        {
            return false;
        }

        var held = database.Provider == StorageProvider.Sqlite ? CurrentGeneration : $"{CurrentGeneration} FOR SHARE";
        var current = await transaction.Command(held).ScalarInt64Async(cancellationToken) ?? known;
        return current == known || await shared.RaiseFloorsAsync(current, versions);
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
            .Command(
                "UPDATE control_state SET cache_generation = cache_generation + @step RETURNING cache_generation",
                ("step", PersonBucket.GenerationStep)
            )
            .ScalarInt64Async(cancellationToken)
        ?? throw new InvalidOperationException("control_state has no row.");

    // The last instance to start says how many buckets there are; the others follow it, as they follow any change of the generation.
    private Task<int> SizeBucketsAsync(DbTransaction transaction, CancellationToken cancellationToken) =>
        transaction
            .Command(
                "UPDATE control_state SET cache_generation = (cache_generation / @step + 1) * @step + @size WHERE cache_generation % @step <> @size",
                ("step", PersonBucket.GenerationStep),
                ("size", PersonBucket.SizeFor(options.Redis.ExpectedPersons))
            )
            .ExecuteAsync(cancellationToken);

    private async Task RefreshGenerationAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        var current = await connection.Command(CurrentGeneration).ScalarInt64Async(cancellationToken) ?? 0;
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
