using System.Data.Common;
using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Fulfilments;

/// <summary>A change of a report that is to be written with its leaf.</summary>
/// <param name="FulfilmentId">The report.</param>
/// <param name="Change">What has happened to it.</param>
/// <param name="Leaf">Which of the transaction's leaves in the audit log is the change's, from 0 on.</param>
internal sealed record PendingChange(string FulfilmentId, FulfilmentChange Change, int Leaf);

/// <summary>
/// What the export tells. Invariant: a change's position is the number of its leaf in the audit log, so positions are in the order of commits, and whoever has read up to a position has missed nothing
/// below it. Of a report that is gone the last change alone is left, which says so.
/// </summary>
internal static class FulfilmentJournal
{
    /// <summary>Kind of the object in the audit log.</summary>
    public const string ResourceKind = "fulfilment";

    // Whether it is disputed is asked behind everything else, so that it is as after the change.
    private const string Insert = """
        INSERT INTO fulfilment_changes (position, fulfilment_id, change, revision, is_disputed, changed_us)
        SELECT size - @back, @id, @change, COALESCE((SELECT revision FROM fulfilments WHERE fulfilment_id = @id), 0),
            CASE WHEN EXISTS (SELECT 1 FROM disputes WHERE about_kind = 4 AND about = @id AND answer IS NULL) THEN 1 ELSE 0 END, @now
        FROM audit_log WHERE id = 1
        """;

    private static readonly string[] Deletions =
    [
        "DELETE FROM disputes WHERE about_kind = 4 AND about = @id",
        "DELETE FROM fulfilment_changes WHERE fulfilment_id = @id",
        "DELETE FROM fulfilment_versions WHERE fulfilment_id = @id",
        "DELETE FROM fulfilments WHERE fulfilment_id = @id",
    ];

    /// <summary>Adds the statements that write the changes, right behind those that append the transaction's leaves.</summary>
    public static void Append(StatementBatch last, IEnumerable<PendingChange> changes, int leaves, long nowMicros)
    {
        foreach (var (id, change, leaf) in changes)
        {
            last.Add(Insert, ("back", (long)(leaves - leaf)), ("id", id), ("change", (int)change), ("now", nowMicros));
        }
    }

    /// <summary>Makes an entry the leaf of a change.</summary>
    public static AuditEntry Describe(AuditEntry entry, string fulfilmentId, long revision)
    {
        entry.Outcome = AuditOutcome.Changed;
        entry.ResourceKind = ResourceKind;
        entry.ResourceId = fulfilmentId;
        entry.ResourceRevision = revision;
        return entry;
    }

    /// <summary>Deletes all reports about a person; which they were.</summary>
    public static async Task<List<string>> DeleteOfAsync(DbTransaction transaction, string person, CancellationToken cancellationToken)
    {
        var reports = await transaction
            .Command("SELECT fulfilment_id FROM fulfilments WHERE person_id = @person ORDER BY fulfilment_id", ("person", person))
            .ListAsync(row => row.GetString(0), cancellationToken);
        foreach (var report in reports)
        {
            await DeleteAsync(transaction, report, cancellationToken);
        }

        return reports;
    }

    /// <summary>Deletes a report with all that says something of it; false: it is gone already.</summary>
    public static async Task<bool> DeleteAsync(DbTransaction transaction, string fulfilmentId, CancellationToken cancellationToken)
    {
        var deleted = 0;
        foreach (var deletion in Deletions)
        {
            deleted = await transaction.Command(deletion, ("id", fulfilmentId)).ExecuteAsync(cancellationToken);
        }

        return deleted == 1;
    }
}
