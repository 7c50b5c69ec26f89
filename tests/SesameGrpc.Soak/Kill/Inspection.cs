using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Contracts.Rail.V1;
using SesameGrpc.Gateway.Audit;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Keys;
using SesameGrpc.Gateway.Ledger;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.TransparencyLog;
using CollectionState = SesameGrpc.Gateway.Ledger.CollectionState;

namespace SesameGrpc.Soak.Kill;

/// <summary>What an inspection found: what is lost of what was acknowledged, and what is half done. Each is one sentence.</summary>
internal sealed record InspectionReport(IReadOnlyList<string> Lost, IReadOnlyList<string> HalfDone);

/// <summary>Holds the store, the audit log and the payment system's journal against one another and against what the clients know.</summary>
internal static class Inspection
{
    /// <summary>Inspects the store as it is at one moment; null: its first start has not come so far.</summary>
    public static async Task<InspectionReport?> RunAsync(Victim victim, Traffic traffic)
    {
        await using var connection = await victim.OpenStoreAsync();
        if (!await StoredState.HasSchemaAsync(connection))
        {
            return null;
        }

        // The ledger may know less of the payments than the payment system, and never more: read before and after it.
        var before = victim.Rail.Book.History;
        await using var snapshot = await Database.BeginSnapshotAsync(connection, CancellationToken.None);
        var state = await StoredState.ReadAsync(connection);
        var signer = new NoteSigner("localhost/audit", KeyRing.Open(OptionsOf(victim)).AuditSeed);
        var log = await new AuditVerification(signer).RunAsync(
            connection,
            traffic.KeptCheckpoint,
            _ => Task.CompletedTask,
            CancellationToken.None
        );
        return new InspectionReport(
            [.. Lost(state, traffic)],
            [
                .. WholeEffects.Differences(state),
                .. log.Differences,
                .. OfPayments(before, state),
                .. OfSettled(victim.Rail.Book.History, state),
                .. OfImports(state, traffic.Imports),
            ]
        );
    }

    private static IEnumerable<string> Lost(StoredState state, Traffic traffic)
    {
        foreach (var call in traffic.Journal.Calls)
        {
            var isStored = state.Requests.TryGetValue((call.Caller, call.Method, call.RequestId), out var stored);
            if (call.Answer is { } answer && !(isStored && stored.AsSpan().SequenceEqual(answer)))
            {
                yield return $"{call} was answered; its record is {(isStored ? "another" : "missing")}.";
            }
            else if (call.Refusal is { } refusal && isStored)
            {
                yield return $"{call} was refused with {refusal}, and there is a record of an effect.";
            }
        }

        var disclosed = state
            .Leaves.Where(leaf => leaf.Outcome is AuditOutcome.Disclosed or AuditOutcome.Decided)
            .DistinctBy(leaf => leaf.CallId)
            .CountBy(leaf => (leaf.Caller, leaf.Method))
            .ToDictionary();
        foreach (var ((caller, method), count) in traffic.Journal.Reads)
        {
            var leaves = disclosed.GetValueOrDefault((caller, method));
            if (leaves < count)
            {
                yield return $"{count} calls of {method} by {caller} were answered; the audit log has {leaves}.";
            }
        }
    }

    private static IEnumerable<string> OfImports(StoredState state, ScoreImports imports)
    {
        foreach (var import in imports.All)
        {
            var isComplete = state.CompleteImports.Contains(import.Id);
            var versions = import.Persons.Select(person => state.ScoreVersions.GetValueOrDefault(person)).ToList();
            if (isComplete ? versions.Any(version => version < import.Version) : versions.Contains(import.Version))
            {
                yield return $"{import.Id} is {(isComplete ? "complete" : "not complete")}; its persons have {string.Join(',', versions)}.";
            }

            if (import.IsAcknowledged && !isComplete)
            {
                yield return $"{import.Id} was acknowledged, and is not complete.";
            }
        }
    }

    private static IEnumerable<string> OfPayments(IReadOnlyList<SandboxRail.JournalEntry> payments, StoredState state)
    {
        var collections = state.Collections.ToDictionary(collection => collection.Obligation, StringComparer.Ordinal);
        var taken = new Dictionary<string, Dictionary<string, long>>(StringComparer.Ordinal);
        foreach (var entry in payments.Where(entry => entry.ObligationId.Length > 0))
        {
            var own = taken.TryGetValue(entry.ObligationId, out var known) ? known : taken[entry.ObligationId] = [];
            own[entry.CollectionId] = entry.Status == CollectionStatus.Collected ? entry.AmountFen : 0;
            if (own.Values.Count(amount => amount > 0) > 1)
            {
                yield return $"Obligation {entry.ObligationId} was paid twice: {string.Join(", ", own.Keys)}.";
            }
        }

        foreach (var (id, own) in taken)
        {
            var (fen, collection) = (own.Values.Sum(), collections.GetValueOrDefault(id));
            if (fen > 0 && collection?.State is not (CollectionState.Submitted or CollectionState.Reversing or CollectionState.Collected))
            {
                yield return $"{fen} fen were taken for obligation {id}; its collection is {collection}.";
            }
        }
    }

    private static IEnumerable<string> OfSettled(IReadOnlyList<SandboxRail.JournalEntry> payments, StoredState state)
    {
        var taken = payments
            .Where(entry => entry.Status == CollectionStatus.Collected)
            .ToLookup(entry => entry.ObligationId, entry => entry.AmountFen, StringComparer.Ordinal);
        foreach (var obligation in state.Obligations.Where(obligation => obligation.SettledBy == SettledBy.Collection))
        {
            var fen = taken[obligation.Id].Sum();
            if (fen != obligation.ChargedFen)
            {
                yield return $"{obligation} is settled by a collection; {fen} fen were taken.";
            }
        }
    }

    private static GatewayOptions OptionsOf(Victim victim) => new() { Mode = GatewayMode.Sandbox, DataDirectory = victim.Site.Directory };
}
