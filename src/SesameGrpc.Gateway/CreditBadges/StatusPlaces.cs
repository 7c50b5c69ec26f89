using System.Buffers.Binary;
using System.Security.Cryptography;
using SesameGrpc.Gateway.Caching;
using SesameGrpc.Gateway.Keys;

namespace SesameGrpc.Gateway.CreditBadges;

/// <summary>
/// Where the status of a proof stands: proofs are numbered, each list has the places of 16,384 numbers, in an order of its own that only the key ring leads to. So a place is given
/// once, needs no search for a free one, and tells nothing but a rough time.
/// </summary>
internal sealed class StatusPlaces(KeyRing keys)
{
    public const int ListSize = 1 << 14;

    // An order is 32 KB, and takes as long to make as so many hashes do.
    private const int MostOrders = 32;

    private readonly byte[] key = keys.Derive("badge status places");
    private readonly SieveCache<long, ushort[]> orders = new(MostOrders);

    public static long ListOf(long number) => number / ListSize;

    /// <summary>The first number of a list.</summary>
    public static long FirstOf(long list) => list * ListSize;

    public int PlaceOf(long number) => OrderOf(ListOf(number))[(int)(number % ListSize)];

    /// <summary>The places of a list's numbers, in the order of the numbers.</summary>
    public ReadOnlySpan<ushort> OrderOf(long list)
    {
        if (orders.Find(list) is not { } order)
        {
            orders.Put(list, order = NewOrder(list));
        }

        return order;
    }

    // The places sorted by a keyed hash: an order that cannot be told from any other without the key.
    private ushort[] NewOrder(long list)
    {
        var ranks = new UInt128[ListSize];
        var places = new ushort[ListSize];
        Span<byte> message = stackalloc byte[sizeof(long) + sizeof(ushort)];
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        BinaryPrimitives.WriteInt64BigEndian(message, list);
        for (var place = 0; place < ListSize; place++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(message[sizeof(long)..], (ushort)place);
            HMACSHA256.HashData(key, message, hash);
            (ranks[place], places[place]) = (BinaryPrimitives.ReadUInt128BigEndian(hash), (ushort)place);
        }

        Array.Sort(ranks, places);
        return places;
    }
}
