using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using SesameGrpc.Gateway.Keys;

namespace SesameGrpc.Gateway.Events;

/// <summary>
/// Makes the tokens that say how far a partner has read its events: a position, sealed by HMAC-SHA-256 together with the partner's id, so that a token is worth
/// nothing to another partner and cannot be made up. Nothing is stored for it.
/// </summary>
internal sealed class ResumeTokens(KeyRing keys)
{
    private const byte Format = 1;
    private const int BodyLength = 1 + 8;
    private const int SealLength = 16;

    private readonly byte[] key = keys.Derive("event resume tokens");

    public string Of(string partner, long position)
    {
        Span<byte> token = stackalloc byte[BodyLength + SealLength];
        token[0] = Format;
        BinaryPrimitives.WriteInt64BigEndian(token[1..], position);
        Seal(token[..BodyLength], partner, token[BodyLength..]);
        return Base64Url.EncodeToString(token);
    }

    /// <summary>The position that a token of this partner states; null for any other text.</summary>
    public long? PositionOf(string partner, string text)
    {
        Span<byte> token = stackalloc byte[BodyLength + SealLength];
        if (
            text.Length != Base64Url.GetEncodedLength(token.Length)
            || !Base64Url.IsValid(text)
            || Base64Url.DecodeFromChars(text, token) != token.Length
            || token[0] != Format
        )
        {
            return null;
        }

        Span<byte> seal = stackalloc byte[SealLength];
        Seal(token[..BodyLength], partner, seal);
        return CryptographicOperations.FixedTimeEquals(seal, token[BodyLength..]) ? BinaryPrimitives.ReadInt64BigEndian(token[1..]) : null;
    }

    private void Seal(ReadOnlySpan<byte> body, string partner, Span<byte> seal)
    {
        Span<byte> mac = stackalloc byte[32];
        HMACSHA256.HashData(key, [.. body, .. Encoding.UTF8.GetBytes(partner)], mac);
        mac[..SealLength].CopyTo(seal);
    }
}
