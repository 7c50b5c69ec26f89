using System.Collections.Frozen;
using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Keys;

/// <summary>
/// The keys that take turns, in memory, and who makes the next ones. Whose turn it is, the clock says at each use. Invariant: a key is in the store twice the refresh interval before its
/// turn at least, so every instance verifies what any of them signs.
/// </summary>
internal sealed class KeyCalendar(KeyRing ring, KeyStore store, Database database, GatewayOptions options, TimeProvider time)
{
    /// <summary>How long before its turn a key is known that is wanted at once: longer than any instance takes to read it.</summary>
    public static readonly TimeSpan ShortestNotice = TimeSpan.FromSeconds(10);

    /// <summary>What there are keys for.</summary>
    public static readonly IReadOnlyList<KeyPurpose> Purposes = [KeyPurpose.TokenSigning, KeyPurpose.PairwiseSubjects];

    private volatile Snapshot current = new([], options.Keys);

    /// <summary>Signs tokens now.</summary>
    public ECDsaSecurityKey SigningKey => Active(KeyPurpose.TokenSigning).Signing!;

    /// <summary>Those of which a token may be: announced, active and retained.</summary>
    public IReadOnlyList<ECDsaSecurityKey> VerificationKeys => current.Verification;

    /// <summary>32 secret bytes from which subjects are made now.</summary>
    public byte[] SubjectSecret => Active(KeyPurpose.PairwiseSubjects).Secret;

    /// <summary>Of each purpose.</summary>
    public IEnumerable<KeyTurns> Turns => Purposes.Select(purpose => current.Turns[purpose]);

    /// <summary>Reads the keys again.</summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        var keys = await store.ReadAsync(cancellationToken);
        if (!keys.Select(Turn).SequenceEqual(current.Keys.Select(Turn)))
        {
            current = new Snapshot(keys, options.Keys);
        }

        static (string Id, long ActiveMicros) Turn(RotatingKey key) => (key.Id, key.ActiveMicros);
    }

    /// <summary>
    /// At start: the first keys. The key ring's token-signing.pem is the first of its purpose; one that was put in its place since the last start takes its turn at the shortest notice.
    /// </summary>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        try
        {
            await database.WriteAsync(
                async (transaction, token) =>
                {
                    var keys = await store.LockAsync(transaction, token);
                    var now = time.NowMicros();
                    if (!await KeyStore.KnowsAsync(transaction, ring.SigningKey.KeyId, token))
                    {
                        var isFirst = keys.TrueForAll(key => key.Purpose != KeyPurpose.TokenSigning);
                        var turn = isFirst ? now : now + ShortestNotice.ToMicros();
                        var secret = ring.SigningKey.ECDsa.ExportPkcs8PrivateKey();
                        await store.SaveAsync(transaction, new(ring.SigningKey.KeyId, KeyPurpose.TokenSigning, secret, now, turn), token);
                    }

                    if (keys.TrueForAll(key => key.Purpose != KeyPurpose.PairwiseSubjects))
                    {
                        await store.SaveAsync(transaction, NewKey(KeyPurpose.PairwiseSubjects, now, now), token);
                    }

                    return true;
                },
                cancellationToken
            );
            await RefreshAsync(cancellationToken);
        }
        catch (CryptographicException)
        {
            throw new ConfigurationException(
                $"Sesame:DataDirectory is \"{options.DataDirectory}\"; allowed: a directory whose keys/master.key is the one under which the store of record was begun."
            );
        }
    }

    /// <summary>A new key.</summary>
    public static RotatingKey NewKey(KeyPurpose purpose, long announceMicros, long activeMicros)
    {
        if (purpose != KeyPurpose.TokenSigning)
        {
            var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
            return new RotatingKey(id, purpose, RandomNumberGenerator.GetBytes(32), announceMicros, activeMicros);
        }

        using var pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new RotatingKey(KeyRing.IdOf(pair), purpose, pair.ExportPkcs8PrivateKey(), announceMicros, activeMicros);
    }

    private RotatingKey Active(KeyPurpose purpose) =>
        current.Turns[purpose].ActiveAt(time.NowMicros())
        ?? throw new InvalidOperationException($"There is no key of {purpose} whose turn it is.");

    private sealed class Snapshot(List<RotatingKey> keys, KeyOptions options)
    {
        public List<RotatingKey> Keys { get; } = keys;

        public FrozenDictionary<KeyPurpose, KeyTurns> Turns { get; } =
            Purposes.ToFrozenDictionary(purpose => purpose, purpose => new KeyTurns(keys.Where(key => key.Purpose == purpose), options));

        public IReadOnlyList<ECDsaSecurityKey> Verification { get; } = [.. keys.Select(key => key.Signing).OfType<ECDsaSecurityKey>()];
    }
}
