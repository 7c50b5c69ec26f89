using System.Buffers.Binary;
using System.Numerics;

namespace SesameGrpc.Gateway.Persons;

/// <summary>
/// SipHash-2-4 (Aumasson and Bernstein, 2012): a pseudorandom function of short messages under a key of 128 bits. Made for what HMAC is too dear for: here it is a fiftieth of the time.
/// </summary>
internal readonly struct SipHash(ReadOnlySpan<byte> key)
{
    private readonly ulong k0 = BinaryPrimitives.ReadUInt64LittleEndian(key);
    private readonly ulong k1 = BinaryPrimitives.ReadUInt64LittleEndian(key[8..16]);

    public ulong Of(ReadOnlySpan<byte> message)
    {
        var state = new State(k0, k1);
        var last = (ulong)message.Length << 56;
        while (message.Length >= 8)
        {
            state.Take(BinaryPrimitives.ReadUInt64LittleEndian(message));
            message = message[8..];
        }

        for (var index = 0; index < message.Length; index++)
        {
            last |= (ulong)message[index] << (8 * index);
        }

        state.Take(last);
        return state.Finish();
    }

    private struct State(ulong k0, ulong k1)
    {
        private ulong v0 = k0 ^ 0x736f6d6570736575;
        private ulong v1 = k1 ^ 0x646f72616e646f6d;
        private ulong v2 = k0 ^ 0x6c7967656e657261;
        private ulong v3 = k1 ^ 0x7465646279746573;

        public void Take(ulong word)
        {
            v3 ^= word;
            Round();
            Round();
            v0 ^= word;
        }

        public ulong Finish()
        {
            v2 ^= 0xff;
            Round();
            Round();
            Round();
            Round();
            return v0 ^ v1 ^ v2 ^ v3;
        }

        private void Round()
        {
            v0 += v1;
            v2 += v3;
            v1 = BitOperations.RotateLeft(v1, 13) ^ v0;
            v3 = BitOperations.RotateLeft(v3, 16) ^ v2;
            v0 = BitOperations.RotateLeft(v0, 32);
            v2 += v1;
            v0 += v3;
            v1 = BitOperations.RotateLeft(v1, 17) ^ v2;
            v3 = BitOperations.RotateLeft(v3, 21) ^ v0;
            v2 = BitOperations.RotateLeft(v2, 32);
        }
    }
}
