using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using SesameGrpc.Gateway.Keys;

namespace SesameGrpc.Gateway.Onboarding;

/// <summary>
/// Codes of invitations: 128 random bits that the store knows, and 256 bits of HMAC over them under a key of the key ring. Invariants: whoever has the store alone can make no code, and
/// one that was never given is told without asking the store.
/// </summary>
internal sealed class InvitationCodes(KeyRing keys)
{
    private const int IdBytes = 16;
    private const int CodeBytes = IdBytes + HMACSHA256.HashSizeInBytes;

    private readonly byte[] key = keys.Derive("invitations");

    public static byte[] NewId() => RandomNumberGenerator.GetBytes(IdBytes);

    /// <summary>64 characters of A-Z a-z 0-9 - _.</summary>
    public string Of(byte[] id) => Base64Url.EncodeToString([.. id, .. HMACSHA256.HashData(key, id)]);

    /// <summary>The id of the invitation whose code this is; null: it was never given.</summary>
    public byte[]? IdOf(string code)
    {
        var bytes = new byte[CodeBytes];
        if (
            code.Length != CodeBytes / 3 * 4
            || Base64Url.DecodeFromChars(code, bytes, out _, out var written) != OperationStatus.Done
            || written != CodeBytes
        )
        {
            return null;
        }

        var id = bytes[..IdBytes];
        return CryptographicOperations.FixedTimeEquals(bytes.AsSpan(IdBytes), HMACSHA256.HashData(key, id)) ? id : null;
    }
}
