using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Collections;

/// <summary>Finds the collections in which there is something to do. They are changed through the ledger alone.</summary>
internal sealed class CollectionStore(Database database)
{
    /// <summary>The obligations whose collections are due, longest due first; other instances find the same ones.</summary>
    public async Task<List<string>> FindDueAsync(long nowMicros, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await connection
            .Command(
                "SELECT obligation_id FROM collections WHERE next_us IS NOT NULL AND next_us <= @now ORDER BY next_us LIMIT @limit",
                ("now", nowMicros),
                ("limit", limit)
            )
            .ListAsync(row => row.GetString(0), cancellationToken);
    }
}
