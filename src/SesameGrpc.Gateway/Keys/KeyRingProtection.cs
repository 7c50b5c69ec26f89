using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;

namespace SesameGrpc.Gateway.Keys;

/// <summary>
/// Data protection of cookies and forms over the key ring, so that every instance reads what another has written: AES-256-GCM under a key of its own for
/// each purpose. Nothing is stored, and nothing outlives the master key.
/// </summary>
internal sealed class KeyRingProtection(KeyRing keys) : IDataProtectionProvider
{
    public IDataProtector CreateProtector(string purpose) => new Protector(keys, Path("data protection", purpose));

    // Lengths keep ("a", "bc") and ("ab", "c") apart.
    private static string Path(string parents, string purpose) => $"{parents}/{purpose.Length}:{purpose}";

    private sealed class Protector(KeyRing keys, string path) : IDataProtector
    {
        private const byte Format = 1;
        private const int NonceBytes = 12;
        private const int TagBytes = 16;
        private const int NonceAt = 1;
        private const int TagAt = NonceAt + NonceBytes;
        private const int TextAt = TagAt + TagBytes;

        private readonly byte[] key = keys.Derive(path);
        private readonly byte[] associated = Encoding.UTF8.GetBytes(path);

        public IDataProtector CreateProtector(string purpose) => new Protector(keys, Path(path, purpose));

        public byte[] Protect(byte[] plaintext)
        {
            var bytes = new byte[TextAt + plaintext.Length];
            bytes[0] = Format;
            RandomNumberGenerator.Fill(bytes.AsSpan(NonceAt, NonceBytes));
            using var aes = new AesGcm(key, TagBytes);
            aes.Encrypt(bytes.AsSpan(NonceAt, NonceBytes), plaintext, bytes.AsSpan(TextAt), bytes.AsSpan(TagAt, TagBytes), associated);
            return bytes;
        }

        public byte[] Unprotect(byte[] protectedData)
        {
            if (protectedData.Length < TextAt || protectedData[0] != Format)
            {
                throw new CryptographicException("The text was not sealed by this gateway.");
            }

            var plaintext = new byte[protectedData.Length - TextAt];
            using var aes = new AesGcm(key, TagBytes);
            aes.Decrypt(
                protectedData.AsSpan(NonceAt, NonceBytes),
                protectedData.AsSpan(TextAt),
                protectedData.AsSpan(TagAt, TagBytes),
                plaintext,
                associated
            );
            return plaintext;
        }
    }
}
