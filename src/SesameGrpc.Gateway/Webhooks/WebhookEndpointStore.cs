using System.Data.Common;
using Google.Protobuf;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Webhooks;

/// <summary>
/// Endpoints in the store of record. Invariant: whatever makes out deliveries of an endpoint, ends one or begins one anew holds the lock of the endpoint's row, so that
/// a person's next event is neither overlooked nor sent too early.
/// </summary>
internal sealed class WebhookEndpointStore(Database database)
{
    /// <summary>Most endpoints of a partner: the slots of the table.</summary>
    public const int MostPerPartner = 10;

    private const string Columns = "endpoint_id, partner_id, document, secret, former_secret, former_until_us, failing_since_us, position";

    public async Task<WebhookTarget?> FindAsync(string partner, string id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        var found = await connection
            .Command(
                $"SELECT {Columns} FROM webhook_endpoints WHERE endpoint_id = @id AND partner_id = @partner",
                ("id", id),
                ("partner", partner)
            )
            .ListAsync(Read, cancellationToken);
        return found.SingleOrDefault();
    }

    public async Task<List<WebhookTarget>> ListAsync(string partner, string afterId, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await connection
            .Command(
                $"""
                SELECT {Columns} FROM webhook_endpoints WHERE partner_id = @partner AND endpoint_id > @after
                ORDER BY endpoint_id LIMIT @limit
                """,
                ("partner", partner),
                ("after", afterId),
                ("limit", limit)
            )
            .ListAsync(Read, cancellationToken);
    }

    /// <summary>The enabled endpoints whose partner has events that were not looked at for them.</summary>
    public async Task<List<WebhookTarget>> ListBehindAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await connection
            .Command(
                $"""
                SELECT {Columns} FROM webhook_endpoints WHERE enabled = 1 AND EXISTS (
                    SELECT 1 FROM events
                    WHERE events.partner_id = webhook_endpoints.partner_id AND events.position > webhook_endpoints.position)
                """
            )
            .ListAsync(Read, cancellationToken);
    }

    /// <summary>The enabled endpoints with a delivery to take up now.</summary>
    public async Task<List<WebhookTarget>> ListDueAsync(long nowMicros, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await connection
            .Command(
                $"""
                SELECT {Columns} FROM webhook_endpoints WHERE enabled = 1 AND EXISTS (
                    SELECT 1 FROM webhook_deliveries
                    WHERE webhook_deliveries.endpoint_id = webhook_endpoints.endpoint_id AND next_us <= @now)
                """,
                ("now", nowMicros)
            )
            .ListAsync(Read, cancellationToken);
    }

    /// <summary>Reads an endpoint and keeps other changes of it, and of its deliveries, waiting until the transaction ends; null: the partner has none of this id.</summary>
    public static async Task<WebhookTarget?> LockAsync(
        DbTransaction transaction,
        string partner,
        string id,
        CancellationToken cancellationToken
    )
    {
        var found = await transaction
            .Command(
                $"UPDATE webhook_endpoints SET position = position WHERE endpoint_id = @id AND partner_id = @partner RETURNING {Columns}",
                ("id", id),
                ("partner", partner)
            )
            .ListAsync(Read, cancellationToken);
        return found.SingleOrDefault();
    }

    /// <summary>Adds an endpoint that begins behind the newest event; false: the partner has the most there may be.</summary>
    public static async Task<bool> TryInsertAsync(DbTransaction transaction, WebhookTarget target, CancellationToken cancellationToken)
    {
        var taken = await transaction
            .Command("SELECT slot FROM webhook_endpoints WHERE partner_id = @partner", ("partner", target.Partner))
            .ListAsync(row => row.GetInt32(0), cancellationToken);
        foreach (var slot in Enumerable.Range(1, MostPerPartner).Except(taken))
        {
            // Zero rows: a concurrent call has taken the slot since; the next one may be free.
            var inserted = await transaction
                .Command(
                    """
                    INSERT INTO webhook_endpoints (endpoint_id, partner_id, slot, document, revision, enabled, secret, position)
                    SELECT @id, @partner, @slot, @document, @revision, 1, @secret, COALESCE(MAX(position), -1)
                    FROM events WHERE partner_id = @partner
                    ON CONFLICT (partner_id, slot) DO NOTHING
                    """,
                    ("id", target.Id),
                    ("partner", target.Partner),
                    ("slot", slot),
                    ("document", target.Document.ToByteArray()),
                    ("revision", target.Document.Revision),
                    ("secret", target.Secret)
                )
                .ExecuteAsync(cancellationToken);
            if (inserted == 1)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Writes an endpoint that <see cref="LockAsync"/> has locked.</summary>
    public static Task SaveAsync(DbTransaction transaction, WebhookTarget target, CancellationToken cancellationToken) =>
        transaction
            .Command(
                """
                UPDATE webhook_endpoints SET document = @document, revision = @revision, enabled = @enabled, secret = @secret,
                    former_secret = @former, former_until_us = @until WHERE endpoint_id = @id
                """,
                ("id", target.Id),
                ("document", target.Document.ToByteArray()),
                ("revision", target.Document.Revision),
                ("enabled", target.Document.Enabled ? 1 : 0),
                ("secret", target.Secret),
                ("former", target.FormerSecret),
                ("until", target.FormerUntilMicros)
            )
            .ExecuteAsync(cancellationToken);

    /// <summary>Removes an endpoint that <see cref="LockAsync"/> has locked, with its deliveries.</summary>
    public static async Task DeleteAsync(DbTransaction transaction, string id, CancellationToken cancellationToken)
    {
        var batch = new StatementBatch(transaction)
            .Add("DELETE FROM webhook_attempts WHERE endpoint_id = @id", ("id", id))
            .Add("DELETE FROM webhook_deliveries WHERE endpoint_id = @id", ("id", id))
            .Add("DELETE FROM webhook_endpoints WHERE endpoint_id = @id", ("id", id));
        await batch.SendAsync(cancellationToken);
    }

    private static WebhookTarget Read(DbDataReader row) =>
        new(
            row.GetString(0),
            row.GetString(1),
            WebhookEndpoint.Parser.ParseFrom(row.GetFieldValue<byte[]>(2)),
            row.GetFieldValue<byte[]>(3),
            row.IsDBNull(4) ? null : row.GetFieldValue<byte[]>(4),
            row.NullableInt64(5),
            row.NullableInt64(6),
            row.GetInt64(7)
        );
}
