using System.Data.Common;
using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.IdentityModel.Tokens;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Keys;

/// <summary>The keys that take turns, in the store of record. Invariant: a secret is there only sealed under the master key, and bound to its key's id.</summary>
internal sealed class KeyStore(KeyRing ring, Database database)
{
    private const string Select = "SELECT key_id, purpose, sealed, announce_us, active_us FROM rotating_keys WHERE sealed IS NOT NULL";

    private readonly IDataProtector seal = new KeyRingProtection(ring).CreateProtector("rotating keys");

    /// <summary>All that have not ended. Throws CryptographicException when they were sealed under another master key.</summary>
    public async Task<List<RotatingKey>> ReadAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await connection.Command(Select).ListAsync(Parse, cancellationToken);
    }

    /// <summary>The same for a change; others that change keys wait until the transaction ends.</summary>
    public async Task<List<RotatingKey>> LockAsync(DbTransaction transaction, CancellationToken cancellationToken)
    {
        await transaction.Command("UPDATE control_state SET directory_version = directory_version").ExecuteAsync(cancellationToken);
        return await transaction.Command(Select).ListAsync(Parse, cancellationToken);
    }

    /// <summary>Whether a key of this id is or was among them.</summary>
    public static async Task<bool> KnowsAsync(DbTransaction transaction, string id, CancellationToken cancellationToken) =>
        await transaction.Command("SELECT COUNT(*) FROM rotating_keys WHERE key_id = @id", ("id", id)).ScalarInt64Async(cancellationToken)
        > 0;

    /// <summary>Adds a key, or gives one that is there another turn.</summary>
    public Task SaveAsync(DbTransaction transaction, RotatingKey key, CancellationToken cancellationToken) =>
        transaction
            .Command(
                """
                INSERT INTO rotating_keys (key_id, purpose, sealed, announce_us, active_us) VALUES (@id, @purpose, @sealed, @announce, @active)
                ON CONFLICT (key_id) DO UPDATE SET active_us = excluded.active_us
                """,
                ("id", key.Id),
                ("purpose", (int)key.Purpose),
                ("sealed", seal.CreateProtector(key.Id).Protect(key.Secret)),
                ("announce", key.AnnounceMicros),
                ("active", key.ActiveMicros)
            )
            .ExecuteAsync(cancellationToken);

    /// <summary>Forgets the secret of a key that has ended. The row stays: a file of the key ring that is the same key does not begin again.</summary>
    public static Task EndAsync(DbTransaction transaction, string id, CancellationToken cancellationToken) =>
        transaction.Command("UPDATE rotating_keys SET sealed = NULL WHERE key_id = @id", ("id", id)).ExecuteAsync(cancellationToken);

    private RotatingKey Parse(DbDataReader row)
    {
        var id = row.GetString(0);
        var secret = seal.CreateProtector(id).Unprotect(row.GetFieldValue<byte[]>(2));
        var key = new RotatingKey(id, (KeyPurpose)row.GetInt32(1), secret, row.GetInt64(3), row.GetInt64(4));
        if (key.Purpose != KeyPurpose.TokenSigning)
        {
            return key;
        }

        var pair = ECDsa.Create();
        pair.ImportPkcs8PrivateKey(secret, out _);
        return key with { Signing = new ECDsaSecurityKey(pair) { KeyId = id } };
    }
}
