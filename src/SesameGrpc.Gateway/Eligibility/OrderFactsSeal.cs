using System.Security.Cryptography;
using Google.Protobuf;
using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Gateway.Keys;

namespace SesameGrpc.Gateway.Eligibility;

/// <summary>
/// Seals what was stated about an order into the entry of its decision: the log is for good and is exported, and what partners state could be anything. AES-256-GCM with a random nonce, bound to the
/// entry's person, so that it cannot be moved to somebody else's entry.
/// </summary>
internal sealed class OrderFactsSeal(KeyRing keys) : IDisposable
{
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    private static readonly OrderFacts Nothing = new();

    // One for each thread: its state is not for several at once.
    private readonly ThreadLocal<AesGcm> ciphers = new(() => new AesGcm(keys.Derive("order facts"), TagBytes), trackAllValues: true);

    public ByteString Seal(OrderFacts facts, ByteString subjectHash)
    {
        var text = facts.ToByteArray();
        var sealedFacts = new byte[NonceBytes + text.Length + TagBytes];
        var nonce = sealedFacts.AsSpan(0, NonceBytes);
        SecureRandom.Fill(nonce);
        ciphers.Value!.Encrypt(
            nonce,
            text,
            sealedFacts.AsSpan(NonceBytes, text.Length),
            sealedFacts.AsSpan(NonceBytes + text.Length),
            subjectHash.Span
        );
        return UnsafeByteOperations.UnsafeWrap(sealedFacts);
    }

    /// <summary>What an entry holds under the seal; nothing where it has none. Null: it was not sealed by this gateway for this entry.</summary>
    public OrderFacts? Open(AuditEntry entry)
    {
        if (entry.OrderFacts.IsEmpty)
        {
            return Nothing;
        }

        var sealedFacts = entry.OrderFacts.Span;
        var length = sealedFacts.Length - NonceBytes - TagBytes;
        if (length < 0)
        {
            return null;
        }

        var text = new byte[length];
        try
        {
            ciphers.Value!.Decrypt(
                sealedFacts[..NonceBytes],
                sealedFacts.Slice(NonceBytes, length),
                sealedFacts[(NonceBytes + length)..],
                text,
                entry.SubjectHash.Span
            );
            return OrderFacts.Parser.ParseFrom(text);
        }
        catch (Exception exception) when (exception is CryptographicException or InvalidProtocolBufferException)
        {
            return null;
        }
    }

    public void Dispose()
    {
        foreach (var cipher in ciphers.Values)
        {
            cipher.Dispose();
        }

        ciphers.Dispose();
    }
}
