using System.Data.Common;
using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.Audit;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Partners;
using SesameGrpc.Gateway.Programmes;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.ProgrammeAccess;

/// <summary>
/// Brings the versions of the programme file into the store, at start. A version that is higher than all stored ones comes in force; the first ones of an empty store have been so since ever. Invariant: a version
/// means one thing: a file that says something else under a stored number stops the start.
/// </summary>
internal sealed class ProgrammeSeeding(
    ProgrammeStore store,
    PartnerStore partners,
    ProgrammeCatalogueSource source,
    AuditEntries entries,
    Database database,
    TimeProvider time
)
{
    private const long Ever = 0;

    /// <summary>Throws <see cref="ConfigurationException"/> when the file contradicts the store.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        List<Programme> unknown = [];
        foreach (var programme in source.File.Programmes)
        {
            if (!await IsStoredAsync(programme, cancellationToken))
            {
                unknown.Add(programme);
            }
        }

        var unkept = await partners.ListWithoutRevisionsAsync(cancellationToken);
        if (unknown.Count + unkept.Count > 0)
        {
            await database.WriteBatchedAsync((transaction, token) => SeedAsync(transaction, unknown, unkept, token), cancellationToken);
        }
    }

    private async Task<bool> IsStoredAsync(Programme programme, CancellationToken cancellationToken)
    {
        var stored = await store.FindAsync(programme.Programme_, programme.Version, cancellationToken);
        RefuseContradiction(programme, stored);
        return stored is not null;
    }

    private async Task<(bool Result, StatementBatch Last)> SeedAsync(
        DbTransaction transaction,
        List<Programme> programmes,
        List<Partner> unkept,
        CancellationToken cancellationToken
    )
    {
        var leaves = new List<AuditEntry>();
        await PartnerStore.RaiseVersionAsync(transaction, cancellationToken);
        var isFirst = await transaction.Command("SELECT 1 FROM programme_activations LIMIT 1").ScalarInt64Async(cancellationToken) is null;
        foreach (var programme in programmes)
        {
            await SeedAsync(transaction, programme, isFirst, leaves, cancellationToken);
        }

        foreach (var partner in unkept)
        {
            await PartnerStore.KeepRevisionsAsync(transaction, partner, cancellationToken);
        }

        var last = new StatementBatch(transaction);
        AuditLog.Append(last, leaves);
        return (true, last);
    }

    private async Task SeedAsync(
        DbTransaction transaction,
        Programme programme,
        bool isFirst,
        List<AuditEntry> leaves,
        CancellationToken cancellationToken
    )
    {
        // Another instance that starts at the same time may have been first.
        var versions = await ProgrammeStore.VersionsAsync(transaction, programme.Programme_, cancellationToken);
        if (versions.Find(stored => stored.Document.Version == programme.Version) is { } same)
        {
            RefuseContradiction(programme, same);
            return;
        }

        var now = time.NowMicros();
        await ProgrammeStore.InsertAsync(transaction, new StoredProgramme(programme, now, AuditEntries.Gateway), cancellationToken);
        if (versions.Exists(stored => stored.Document.Version > programme.Version))
        {
            return;
        }

        var activation = await ProgrammeStore.InsertAsync(
            transaction,
            new Activation(0, programme.Programme_, programme.Version, isFirst ? Ever : now, null, now, AuditEntries.Gateway),
            cancellationToken
        );
        if (!isFirst)
        {
            leaves.Add(EntryOf(activation));
        }
    }

    private AuditEntry EntryOf(Activation activation)
    {
        var entry = entries.ChangeOfWorker("ProgrammeSeeding");
        ProgrammeMessages.Describe(entry, activation);
        return entry;
    }

    private void RefuseContradiction(Programme programme, StoredProgramme? stored)
    {
        if (stored is not null && !stored.Document.Equals(programme))
        {
            throw new ConfigurationException(
                $"Sesame:Programmes:File is \"{source.Path}\"; programme {programme.Programme_} differs from the stored version {programme.Version}: raise its version."
            );
        }
    }
}
