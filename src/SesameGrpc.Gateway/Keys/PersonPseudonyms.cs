using System.Buffers.Binary;

namespace SesameGrpc.Gateway.Keys;

/// <summary>Stands in for a person outside the store: 16 bytes of HMAC-SHA-256 over the person's id. Logs and the shared cache know persons only so.</summary>
internal sealed class PersonPseudonyms(KeyRing keys) : IDisposable
{
    private readonly PersonDigests<UInt128> digests = new(keys.Derive("person pseudonyms"), BinaryPrimitives.ReadUInt128BigEndian);

    public UInt128 Of(string person) => digests.Of(person);

    public void Dispose() => digests.Dispose();
}
