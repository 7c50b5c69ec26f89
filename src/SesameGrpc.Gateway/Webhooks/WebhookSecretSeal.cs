using System.Security.Cryptography;
using System.Text;
using SesameGrpc.Gateway.Keys;

namespace SesameGrpc.Gateway.Webhooks;

/// <summary>
/// Seals signing keys for the store: AES-256-GCM under a key of the key ring, bound to their endpoint. Invariant: no signing key is in the store in clear, neither
/// in an endpoint's row nor in an answer that is kept for replay.
/// </summary>
internal sealed class WebhookSecretSeal(KeyRing keys)
{
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    private readonly byte[] sealingKey = keys.Derive("webhook secrets");

    /// <summary>Nonce, ciphertext and tag.</summary>
    public byte[] Seal(string endpointId, ReadOnlySpan<byte> secret)
    {
        var output = new byte[NonceBytes + secret.Length + TagBytes];
        var nonce = output.AsSpan(0, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(sealingKey, TagBytes);
        aes.Encrypt(
            nonce,
            secret,
            output.AsSpan(NonceBytes, secret.Length),
            output.AsSpan(NonceBytes + secret.Length),
            Encoding.UTF8.GetBytes(endpointId)
        );
        return output;
    }

    /// <summary>Throws <see cref="CryptographicException"/> when it was sealed under another key or for another endpoint.</summary>
    public byte[] Open(string endpointId, ReadOnlySpan<byte> sealedSecret)
    {
        if (sealedSecret.Length < NonceBytes + TagBytes)
        {
            throw new CryptographicException("The sealed signing key is too short.");
        }

        var secret = new byte[sealedSecret.Length - NonceBytes - TagBytes];
        using var aes = new AesGcm(sealingKey, TagBytes);
        aes.Decrypt(
            sealedSecret[..NonceBytes],
            sealedSecret[NonceBytes..^TagBytes],
            sealedSecret[^TagBytes..],
            secret,
            Encoding.UTF8.GetBytes(endpointId)
        );
        return secret;
    }
}
