using System.Security.Cryptography;

namespace SesameGrpc.Gateway.Keys;

/// <summary>HMAC-SHA-256 under one key. A thread's state is used again: making one costs more than hashing a few hundred bytes.</summary>
internal sealed class KeyedHash(byte[] key) : IDisposable
{
    private readonly ThreadLocal<IncrementalHash> states = new(() => IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key));

    /// <summary>Writes the first bytes of the hash, as many as there is room for; at most 32.</summary>
    public void Write(ReadOnlySpan<byte> message, Span<byte> hash)
    {
        Span<byte> whole = stackalloc byte[HMACSHA256.HashSizeInBytes];
        var state = states.Value!;
        state.AppendData(message);
        state.GetHashAndReset(whole);
        whole[..hash.Length].CopyTo(hash);
    }

    public void Dispose() => states.Dispose();
}
