using System.Data.Common;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.Partners;
using SesameGrpc.Gateway.Programmes;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.ProgrammeAccess;

/// <summary>
/// What operators do to programmes, inside the transaction of whoever asks. Each raises the version of the partners' directory first: that is the lock under which versions and activations are numbered, and
/// it has every instance read them again.
/// </summary>
internal sealed class ProgrammeChanges(TimeProvider time)
{
    private const int MostDaysAhead = 366;

    /// <summary>Stores the next version of a programme, or the first one of a new programme.</summary>
    public async Task<StoredProgramme> CreateAsync(
        DbTransaction transaction,
        Programme programme,
        string creator,
        CancellationToken cancellationToken
    )
    {
        await PartnerStore.RaiseVersionAsync(transaction, cancellationToken);
        var versions = await ProgrammeStore.VersionsAsync(transaction, programme.Programme_, cancellationToken);
        var last = versions.LastOrDefault()?.Document;
        var next = (last?.Version ?? 0) + 1;
        new FieldCheck()
            .Require(programme.Version == next, "programme.version", $"must be {next}, the next one of this programme")
            .Require(
                last is null || programme.Kind == last.Kind,
                "programme.kind",
                $"must stay {last?.Kind}; what is another kind is another programme"
            )
            .Enforce();
        var stored = new StoredProgramme(programme, time.NowMicros(), creator);
        await ProgrammeStore.InsertAsync(transaction, stored, cancellationToken);
        return stored;
    }

    /// <summary>Puts a version in force from a time on; null: from now on.</summary>
    public async Task<(Activation Activation, ActivationTimeline Timeline)> ActivateAsync(
        DbTransaction transaction,
        string programme,
        int version,
        DateTimeOffset? from,
        string creator,
        CancellationToken cancellationToken
    )
    {
        await PartnerStore.RaiseVersionAsync(transaction, cancellationToken);
        var versions = await ProgrammeStore.VersionsAsync(transaction, programme, cancellationToken);
        if (versions.TrueForAll(stored => stored.Document.Version != version))
        {
            throw new RefusalException(Refuse.NotFound());
        }

        var now = time.GetUtcNow();
        new FieldCheck()
            .Require(
                from is null || (from >= now && from <= now.AddDays(MostDaysAhead)),
                "activate_time",
                $"must not be in the past and at most {MostDaysAhead} days ahead; it is {now:yyyy-MM-ddTHH:mm:ssZ} here"
            )
            .Enforce();
        return await AddAsync(
            transaction,
            new Activation(0, programme, version, (from ?? now).ToMicros(), null, now.ToMicros(), creator),
            cancellationToken
        );
    }

    /// <summary>Puts the version in force again that was before the one that counts now.</summary>
    public async Task<(Activation Activation, ActivationTimeline Timeline)> RollBackAsync(
        DbTransaction transaction,
        string programme,
        string creator,
        CancellationToken cancellationToken
    )
    {
        await PartnerStore.RaiseVersionAsync(transaction, cancellationToken);
        var now = time.NowMicros();
        var timeline = new ActivationTimeline(await ProgrammeStore.ActivationsAsync(transaction, programme, cancellationToken));
        var current = timeline.InForceAt(now) ?? throw new RefusalException(Refuse.NotFound());
        var before =
            timeline.Before(current) ?? throw new RefusalException(Refuse.StateConflict("FIRST_VERSION", "ACTIVATE", current.Version));
        return await AddAsync(
            transaction,
            new Activation(0, programme, before.Version, now, before.Number, now, creator),
            cancellationToken
        );
    }

    private static async Task<(Activation, ActivationTimeline)> AddAsync(
        DbTransaction transaction,
        Activation activation,
        CancellationToken cancellationToken
    )
    {
        var added = await ProgrammeStore.InsertAsync(transaction, activation, cancellationToken);
        var all = await ProgrammeStore.ActivationsAsync(transaction, activation.Programme, cancellationToken);
        return (added, new ActivationTimeline(all));
    }
}
