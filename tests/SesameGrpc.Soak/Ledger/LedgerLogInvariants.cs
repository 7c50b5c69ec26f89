using System.Data.Common;
using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Soak.Ledger;

/// <summary>A change, its leaf in the audit log, its event and the record of its request: each has the others, once.</summary>
internal static class LedgerLogInvariants
{
    public static async Task<IEnumerable<string>> CheckAsync(DbTransaction snapshot)
    {
        var leaves = await LedgerInvariants.LeavesAsync(snapshot, 0);
        List<string> violations =
        [
            .. await CheckChangesAsync(snapshot, leaves),
            .. await CheckRequestsAsync(snapshot, leaves),
            .. await CheckEventsAsync(snapshot, leaves),
        ];
        return violations.Take(LedgerInvariants.MostTold);
    }

    private static async Task<List<string>> CheckChangesAsync(DbTransaction snapshot, List<AuditEntry> leaves)
    {
        var changes = new Dictionary<(string Id, long Revision), int>();
        foreach (var leaf in leaves.Where(IsChange))
        {
            // What only moves a collection on leaves the revision as it is, so a worker's leaves may name one revision more than once.
            var key = (leaf.ResourceId, leaf.ResourceRevision);
            var isPartners = leaf.Caller.StartsWith("partner:", StringComparison.Ordinal);
            changes[key] = isPartners ? changes.GetValueOrDefault(key) + 1 : Math.Max(1, changes.GetValueOrDefault(key));
        }

        var violations = new List<string>();
        foreach (var row in await LedgerInvariants.RowsAsync(snapshot, "SELECT obligation_id, revision FROM obligations"))
        {
            var (id, revision) = (row.Split(' ')[0], long.Parse(row.Split(' ')[1]));
            for (var number = 1L; number <= revision; number++)
            {
                if (!changes.Remove((id, number), out var found) || found != 1)
                {
                    violations.Add($"one leaf per change: {id} revision {number} has {found}");
                }
            }
        }

        violations.AddRange(changes.Keys.Select(key => $"one change per leaf: {key.Id} revision {key.Revision} is only in the log"));
        return violations;
    }

    private static async Task<List<string>> CheckRequestsAsync(DbTransaction snapshot, List<AuditEntry> leaves)
    {
        var requests = leaves
            .Where(leaf =>
                leaf.Outcome is AuditOutcome.Changed or AuditOutcome.Decided
                && leaf is { RequestId.Length: > 0, ResourceKind: not "consent" }
            )
            .CountBy(leaf => $"{leaf.Caller} {leaf.Method} {leaf.RequestId}", StringComparer.Ordinal)
            .ToDictionary(StringComparer.Ordinal);
        var violations = new List<string>();
        foreach (
            var row in await LedgerInvariants.RowsAsync(
                snapshot,
                "SELECT caller || ' ' || method || ' ' || request_id FROM requests WHERE response IS NOT NULL"
            )
        )
        {
            if (!requests.Remove(row, out var found) || found != 1)
            {
                violations.Add($"one effect per request: {row} has {found} leaves");
            }
        }

        violations.AddRange(requests.Keys.Select(key => $"a record for every request: {key} is only in the log"));
        return violations;
    }

    private static async Task<List<string>> CheckEventsAsync(DbTransaction snapshot, List<AuditEntry> leaves)
    {
        var events = await snapshot
            .Command("SELECT position, partner_id, document FROM events ORDER BY position")
            .ListAsync(
                row => (Position: row.GetInt64(0), Partner: row.GetString(1), Event: Event.Parser.ParseFrom(row.GetFieldValue<byte[]>(2))),
                CancellationToken.None
            );
        var violations = new List<string>();
        var told = new HashSet<(string Id, long Revision)>();
        foreach (var (position, partner, what) in events.Where(row => row.Event.DepositWaiver is not null))
        {
            var (id, revision) = (what.DepositWaiver.DepositWaiverId, what.DepositWaiver.Revision);
            if (
                position >= leaves.Count
                || !IsChange(leaves[(int)position])
                || (leaves[(int)position].ResourceId, leaves[(int)position].ResourceRevision) != (id, revision)
            )
            {
                violations.Add($"the event at its change's leaf: {what.EventId} of {partner} at {position}");
            }

            if (!told.Add((id, revision)))
            {
                violations.Add($"one event per change: {id} revision {revision} is told twice");
            }
        }

        foreach (var row in await LedgerInvariants.RowsAsync(snapshot, "SELECT obligation_id, revision FROM obligations"))
        {
            var (id, revision) = (row.Split(' ')[0], long.Parse(row.Split(' ')[1]));
            var missing = Enumerable.Range(1, (int)revision).Where(number => !told.Remove((id, number)));
            violations.AddRange(missing.Select(number => $"an event for every change: {id} revision {number}"));
        }

        violations.AddRange(told.Select(key => $"a change for every event: {key.Id} revision {key.Revision}"));
        return violations;
    }

    private static bool IsChange(AuditEntry leaf) => leaf is { Outcome: AuditOutcome.Changed, ResourceKind: "obligation" };
}
