using System.Security.Cryptography;
using System.Text;

namespace SesameGrpc.Gateway.Keys;

/// <summary>Stands in for a person outside the store: 16 bytes of HMAC-SHA-256 over the person's id. Logs and the shared cache know persons only so.</summary>
internal sealed class PersonPseudonyms(KeyRing keys)
{
    private readonly byte[] key = keys.Derive("person pseudonyms");

    public UInt128 Of(string person)
    {
        Span<byte> text = stackalloc byte[256];
        var length = Encoding.UTF8.GetBytes(person, text);
        Span<byte> mac = stackalloc byte[32];
        HMACSHA256.HashData(key, text[..length], mac);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(mac);
    }
}
