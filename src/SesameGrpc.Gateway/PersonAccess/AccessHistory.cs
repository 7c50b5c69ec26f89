using SesameGrpc.Gateway.Audit;
using SesameGrpc.Gateway.Persons;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.PersonAccess;

/// <summary>
/// Who looked at a person, from the audit log, newest first. Entries know the person by the hash of the internal id; those that were made before there was one, or of a question
/// that did not lead to the person, by the hash of the operator's id.
/// </summary>
internal sealed class AccessHistory(AuditSearch search, Database database, AuditEntries entries)
{
    /// <summary>Entries before an index; one more than a page holds may be asked for.</summary>
    public async Task<List<StoredLeaf>> ListAsync(PersonRow person, long before, int count, CancellationToken cancellationToken)
    {
        var found = new List<StoredLeaf>();
        foreach (var hash in HashesOf(person))
        {
            found.AddRange(await search.NewestOfAsync(hash, before, count, cancellationToken));
        }

        return [.. found.OrderByDescending(leaf => leaf.Index).Take(count)];
    }

    /// <summary>The entry with this number, if it is the person's.</summary>
    public async Task<StoredLeaf?> FindAsync(PersonRow person, long index, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        var leaf = await AuditStore.LeafAsync(connection, index, cancellationToken);
        return leaf is { } found && HashesOf(person).Any(hash => AuditEntries.SubjectHashIn(found.Entry.Span).SequenceEqual(hash))
            ? leaf
            : null;
    }

    private IEnumerable<byte[]> HashesOf(PersonRow person) =>
        new[] { person.Id, person.ExternalId }.Distinct(StringComparer.Ordinal).Select(id => entries.SubjectHashOf(id).ToByteArray());
}
