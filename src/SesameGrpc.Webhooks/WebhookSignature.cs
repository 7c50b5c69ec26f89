using System.Security.Cryptography;
using System.Text;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Webhooks;

/// <summary>Keys and signatures of the Standard Webhooks specification 1.0.0: what is signed is "id.timestamp.body". Pure.</summary>
public static class WebhookSignature
{
    private const string SecretPrefix = "whsec_";
    private const int ShortestKeyBytes = 24;
    private const int LongestKeyBytes = 64;

    // As long as the HMAC's output; the specification allows 24 to 64 bytes. An Ed25519 seed has as many (RFC 8032 section 5.1.5).
    private const int KeyBytes = 32;

    /// <summary>A new random key, for either scheme: 32 bytes.</summary>
    public static byte[] NewKey() => RandomNumberGenerator.GetBytes(KeyBytes);

    /// <summary>The secret that a receiver needs with HMAC.</summary>
    public static string SecretText(ReadOnlySpan<byte> key) => SecretPrefix + Convert.ToBase64String(key);

    /// <summary>The key of such a secret; null for a text that is none: whsec_ and base64 of 24 to 64 bytes.</summary>
    public static byte[]? KeyOf(string secret)
    {
        ArgumentNullException.ThrowIfNull(secret);
        var key = new byte[LongestKeyBytes + 1];
        return
            secret.StartsWith(SecretPrefix, StringComparison.Ordinal)
            && Convert.TryFromBase64String(secret[SecretPrefix.Length..], key, out var length)
            && length is >= ShortestKeyBytes and <= LongestKeyBytes
            ? key[..length]
            : null;
    }

    /// <summary>The public key that a receiver needs with Ed25519.</summary>
    public static string PublicKeyText(byte[] seed) =>
        "whpk_" + Convert.ToBase64String(new Ed25519PrivateKeyParameters(seed).GeneratePublicKey().GetEncoded());

    /// <summary>The value of the header webhook-signature: one signature per key, divided by spaces.</summary>
    public static string Sign(
        WebhookSignatureScheme scheme,
        IEnumerable<byte[]> keys,
        string eventId,
        long timestampSeconds,
        ReadOnlySpan<byte> body
    )
    {
        byte[] message = [.. Encoding.ASCII.GetBytes($"{eventId}.{timestampSeconds}."), .. body];
        return string.Join(
            ' ',
            keys.Select(key =>
                scheme == WebhookSignatureScheme.Ed25519
                    ? "v1a," + Convert.ToBase64String(SignEd25519(key, message))
                    : "v1," + Convert.ToBase64String(HMACSHA256.HashData(key, message))
            )
        );
    }

    private static byte[] SignEd25519(byte[] seed, byte[] message)
    {
        var signer = new Ed25519Signer();
        signer.Init(forSigning: true, new Ed25519PrivateKeyParameters(seed));
        signer.BlockUpdate(message, 0, message.Length);
        return signer.GenerateSignature();
    }
}
