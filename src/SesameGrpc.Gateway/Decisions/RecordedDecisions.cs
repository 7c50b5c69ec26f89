using System.Data.Common;
using System.Runtime.CompilerServices;
using System.Text;
using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Audit;
using SesameGrpc.Gateway.Persons;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Decisions;

/// <summary>Which recorded decisions are wanted; empty, or the widest bound, where it does not matter.</summary>
/// <param name="Programme">Id of the programme.</param>
/// <param name="Caller">Who was told.</param>
/// <param name="FirstIndex">First entry of the log.</param>
/// <param name="EndIndex">The entry behind the last one.</param>
/// <param name="FromMicros">The earliest time.</param>
/// <param name="UntilMicros">The time behind the latest.</param>
internal sealed record DecisionFilter(string Programme, string Caller, long FirstIndex, long EndIndex, long FromMicros, long UntilMicros);

/// <summary>A decision as the log has it, and what the store knows of its person.</summary>
/// <param name="Index">Place of its entry.</param>
/// <param name="Entry">The entry.</param>
/// <param name="PersonId">The person's internal id; null: nobody, the person was erased.</param>
/// <param name="Person">The person's row at the recorded version, as far as it decides; null: it is not stored.</param>
internal sealed record RecordedDecision(long Index, AuditEntry Entry, string? PersonId, PersonSnapshot? Person);

/// <summary>Decisions of a part of the log, newest first, and how much was looked through for them since the first part.</summary>
internal sealed record DecisionPage(IReadOnlyList<RecordedDecision> Decisions, long Scanned, long Total);

/// <summary>Reads recorded decisions on one snapshot of the store, newest first, each with the row of its person that it rested on: the present one, or a former one.</summary>
internal sealed class RecordedDecisions(Database database)
{
    private const int LeavesAtOnce = 4096;

    // An entry names its person by a hash; the consent that it rested on is the way to the row.
    private const string FindPerson = """
        SELECT c.person_id, p.version, p.court_listed, p.score, p.as_of_us, v.version, v.court_listed, v.score, v.as_of_us FROM consents c
        LEFT JOIN persons p ON p.person_id = c.person_id AND p.version = @version
        LEFT JOIN person_versions v ON v.person_id = c.person_id AND v.version = @version
        WHERE c.consent_id = @consent
        """;

    public async IAsyncEnumerable<DecisionPage> ReadAsync(
        DecisionFilter filter,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var snapshot = await Database.BeginSnapshotAsync(connection, cancellationToken);
        var range = new LeafFilter(null, null, filter.FirstIndex, filter.FromMicros, filter.UntilMicros);
        var (first, end) = await AuditSearch.RangeAsync(connection, range, cancellationToken);
        end = Math.Max(first, Math.Min(end, filter.EndIndex));
        yield return new DecisionPage([], 0, end - first);
        for (var behind = end; behind > first; )
        {
            var from = Math.Max(first, behind - LeavesAtOnce);
            var leaves = await AuditStore.LeavesAsync(connection, from, behind - from, cancellationToken);
            behind = from;
            yield return new DecisionPage(
                await WithPersonsAsync(snapshot, Select(filter, leaves), cancellationToken),
                end - behind,
                end - first
            );
        }
    }

    private static List<(long Index, AuditEntry Entry)> Select(DecisionFilter filter, List<StoredLeaf> leaves)
    {
        // Every decision's entry has its policy version; most others have no such sign and are not parsed.
        var sign = Encoding.UTF8.GetBytes($"{filter.Programme}@");
        var found = new List<(long Index, AuditEntry Entry)>();
        for (var place = leaves.Count - 1; place >= 0; place--)
        {
            if (leaves[place].Entry.Span.IndexOf(sign) >= 0 && leaves[place].Parse() is var entry && Fits(filter, entry))
            {
                found.Add((leaves[place].Index, entry));
            }
        }

        return found;
    }

    private static bool Fits(DecisionFilter filter, AuditEntry entry) =>
        entry.Decision != EligibilityDecision.Unspecified
        && entry.Outcome is AuditOutcome.Decided or AuditOutcome.Changed
        && (filter.Programme.Length == 0 || entry.Programme == filter.Programme)
        && (filter.Caller.Length == 0 || entry.Caller == filter.Caller)
        && entry.RecordTime.ToMicros() is var time
        && time >= filter.FromMicros
        && time < filter.UntilMicros;

    private static async Task<IReadOnlyList<RecordedDecision>> WithPersonsAsync(
        DbTransaction snapshot,
        List<(long Index, AuditEntry Entry)> decisions,
        CancellationToken cancellationToken
    )
    {
        var batch = new StatementBatch(snapshot);
        var persons = decisions.ConvertAll(decision =>
            batch.Query(FindPerson, MapPerson, ("consent", decision.Entry.ConsentId), ("version", decision.Entry.PersonVersion))
        );
        await batch.SendAsync(cancellationToken);
        return
        [
            .. decisions.Zip(
                persons,
                (decision, found) =>
                    new RecordedDecision(decision.Index, decision.Entry, found.SingleOrDefault().Id, found.SingleOrDefault().Person)
            ),
        ];
    }

    private static (string Id, PersonSnapshot? Person) MapPerson(DbDataReader row)
    {
        var first = !row.IsDBNull(1) ? 1 : 5;
        var person = row.IsDBNull(first)
            ? null
            : new PersonSnapshot
            {
                Version = row.GetInt64(first),
                CourtListed = row.GetInt32(first + 1) == 1,
                FedScore = row.NullableInt32(first + 2),
                AsOfMicros = row.NullableInt64(first + 3) ?? 0,
                ReadMicros = 0,
            };
        return (row.GetString(0), person);
    }
}
