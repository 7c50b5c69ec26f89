using System.Data.Common;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Onboarding;

/// <summary>An invitation as stored. KeyHash: the key that came with it; null: none has yet.</summary>
internal sealed record StoredInvitation(string Partner, byte[] Id, long ExpireMicros, string? KeyHash);

/// <summary>A request for a certificate as stored. Certificate: null while it waits.</summary>
internal sealed record StoredRequest(
    string KeyHash,
    string Partner,
    byte[] Der,
    long RequestMicros,
    byte[]? Certificate = null,
    long? ExpireMicros = null
);

/// <summary>Invitations and requests for certificates, in the store of record. What writes is called under the partners' lock.</summary>
internal sealed class CertificateRequestStore(Database database)
{
    private const string Columns = "key_sha256, partner_id, request, requested_us, certificate, expire_us";
    private const string InvitationOf = "SELECT partner_id, invitation_id, expire_us, key_sha256 FROM invitations WHERE ";

    /// <summary>The invitation of this id, if it was not replaced or withdrawn.</summary>
    public async Task<StoredInvitation?> FindInvitationAsync(byte[] id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await InvitationAsync(connection.Command(InvitationOf + "invitation_id = @id", ("id", id)), cancellationToken);
    }

    public static Task<StoredInvitation?> FindInvitationAsync(
        DbTransaction transaction,
        string partner,
        CancellationToken cancellationToken
    ) => InvitationAsync(transaction.Command(InvitationOf + "partner_id = @partner", ("partner", partner)), cancellationToken);

    /// <summary>In place of the one before, if any.</summary>
    public static Task SaveInvitationAsync(DbTransaction transaction, StoredInvitation invitation, CancellationToken cancellationToken) =>
        transaction
            .Command(
                """
                INSERT INTO invitations (partner_id, invitation_id, expire_us, key_sha256) VALUES (@partner, @id, @expire, @key)
                ON CONFLICT (partner_id) DO UPDATE
                SET invitation_id = excluded.invitation_id, expire_us = excluded.expire_us, key_sha256 = excluded.key_sha256
                """,
                ("partner", invitation.Partner),
                ("id", invitation.Id),
                ("expire", invitation.ExpireMicros),
                ("key", invitation.KeyHash)
            )
            .ExecuteAsync(cancellationToken);

    public static Task DeleteInvitationAsync(DbTransaction transaction, string partner, CancellationToken cancellationToken) =>
        transaction.Command("DELETE FROM invitations WHERE partner_id = @partner", ("partner", partner)).ExecuteAsync(cancellationToken);

    public async Task<StoredRequest?> FindAsync(string keyHash, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await OneAsync(
            connection.Command($"SELECT {Columns} FROM certificate_requests WHERE key_sha256 = @key", ("key", keyHash)),
            cancellationToken
        );
    }

    public static Task<StoredRequest?> FindAsync(DbTransaction transaction, string keyHash, CancellationToken cancellationToken) =>
        OneAsync(
            transaction.Command($"SELECT {Columns} FROM certificate_requests WHERE key_sha256 = @key", ("key", keyHash)),
            cancellationToken
        );

    /// <summary>A page behind a key's hash, in their order. isIssued: null for both.</summary>
    public async Task<List<StoredRequest>> ListAsync(
        string partner,
        bool? isIssued,
        string after,
        int limit,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await connection
            .Command(
                $"""
                SELECT {Columns} FROM certificate_requests
                WHERE key_sha256 > @after AND (@partner = '' OR partner_id = @partner)
                  AND (@state = 0 OR @state = 1 AND certificate IS NULL OR @state = 2 AND certificate IS NOT NULL)
                ORDER BY key_sha256 LIMIT @limit
                """,
                ("after", after),
                ("partner", partner),
                (
                    "state",
                    isIssued switch
                    {
                        null => 0,
                        false => 1,
                        true => 2,
                    }
                ),
                ("limit", limit)
            )
            .ListAsync(Read, cancellationToken);
    }

    /// <summary>How many requests of a partner wait, or have a certificate that has not ended.</summary>
    public static async Task<long> CountAsync(
        DbTransaction transaction,
        string partner,
        long nowMicros,
        CancellationToken cancellationToken
    ) =>
        await transaction
            .Command(
                "SELECT COUNT(*) FROM certificate_requests WHERE partner_id = @partner AND (expire_us IS NULL OR expire_us > @now)",
                ("partner", partner),
                ("now", nowMicros)
            )
            .ScalarInt64Async(cancellationToken)
        ?? 0;

    public static Task SaveAsync(DbTransaction transaction, StoredRequest request, CancellationToken cancellationToken) =>
        transaction
            .Command(
                """
                INSERT INTO certificate_requests (key_sha256, partner_id, request, requested_us, certificate, expire_us)
                VALUES (@key, @partner, @request, @requested, @certificate, @expire)
                ON CONFLICT (key_sha256) DO UPDATE SET certificate = excluded.certificate, expire_us = excluded.expire_us
                """,
                ("key", request.KeyHash),
                ("partner", request.Partner),
                ("request", request.Der),
                ("requested", request.RequestMicros),
                ("certificate", request.Certificate),
                ("expire", request.ExpireMicros)
            )
            .ExecuteAsync(cancellationToken);

    private static async Task<StoredInvitation?> InvitationAsync(DbCommand command, CancellationToken cancellationToken) =>
        (
            await command.ListAsync(
                row => new StoredInvitation(
                    row.GetString(0),
                    row.GetFieldValue<byte[]>(1),
                    row.GetInt64(2),
                    row.IsDBNull(3) ? null : row.GetString(3)
                ),
                cancellationToken
            )
        ).SingleOrDefault();

    private static async Task<StoredRequest?> OneAsync(DbCommand command, CancellationToken cancellationToken) =>
        (await command.ListAsync(Read, cancellationToken)).SingleOrDefault();

    private static StoredRequest Read(DbDataReader row) =>
        new(
            row.GetString(0),
            row.GetString(1),
            row.GetFieldValue<byte[]>(2),
            row.GetInt64(3),
            row.IsDBNull(4) ? null : row.GetFieldValue<byte[]>(4),
            row.NullableInt64(5)
        );
}
