using System.Globalization;
using SesameGrpc.Gateway.Audit;
using SesameGrpc.Gateway.Persons;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.PersonAccess;

/// <summary>
/// Who looked at a person, from the audit log, newest first. Entries know the person by the hash of the internal id; those that were made before there was one, or of a question
/// that did not lead to the person, by the hash of the operator's id.
/// </summary>
internal sealed class AccessHistory(Database database, AuditEntries entries)
{
    /// <summary>Entries behind a place; one more than a page holds may be asked for.</summary>
    public async Task<List<StoredLeaf>> ListAsync(PersonRow person, LeafPlace before, int count, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        var found = new List<StoredLeaf>();
        foreach (var hash in HashesOf(person))
        {
            // Each by its index; one query over both would have to sort.
            found.AddRange(await AuditStore.NewestOfSubjectAsync(connection, hash, before, count, cancellationToken));
        }

        return [.. found.OrderByDescending(leaf => leaf.TimeMicros).ThenByDescending(leaf => leaf.Index).Take(count)];
    }

    /// <summary>The entry with this number, if it is the person's.</summary>
    public async Task<StoredLeaf?> FindAsync(PersonRow person, long index, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        var leaf = (await AuditStore.LeavesAsync(connection, index, 1, cancellationToken)).SingleOrDefault();
        return leaf is not null && HashesOf(person).Any(hash => leaf.SubjectHash.AsSpan().SequenceEqual(hash)) ? leaf : null;
    }

    /// <summary>The token of the page behind this entry.</summary>
    public static string TokenOf(StoredLeaf last) => $"{last.TimeMicros}.{last.Index}";

    /// <summary>The place that a token names; the empty one names the newest entry. Null: it is none.</summary>
    public static LeafPlace? PlaceOf(string token)
    {
        if (token.Length == 0)
        {
            return LeafPlace.End;
        }

        var parts = token.Split('.');
        return
            parts.Length == 2
            && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var micros)
            && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            ? new LeafPlace(micros, index)
            : null;
    }

    private IEnumerable<byte[]> HashesOf(PersonRow person) =>
        new[] { person.Id, person.ExternalId }.Distinct(StringComparer.Ordinal).Select(id => entries.SubjectHashOf(id).ToByteArray());
}
