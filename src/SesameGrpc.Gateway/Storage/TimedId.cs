using System.Buffers.Binary;
using System.Security.Cryptography;
using SesameGrpc.Gateway.Refusals;

namespace SesameGrpc.Gateway.Storage;

/// <summary>Ids of 32 hexadecimal digits that begin with their time (RFC 9562 section 5.7, UUID version 7), so that they sort by it and new rows lie together; 74 of their bits are random.</summary>
internal static class TimedId
{
    public static string New(long nowMicros) => Guid.CreateVersion7(Instants.FromMicros(nowMicros)).ToString("N");

    /// <summary>So many of them at once, whose random bits are drawn together: to ask the system for them costs more than all the rest.</summary>
    public static string[] New(long nowMicros, int count)
    {
        const int Length = 16;
        var random = RandomNumberGenerator.GetBytes(count * Length);
        var ids = new string[count];
        for (var index = 0; index < count; index++)
        {
            var id = random.AsSpan(index * Length, Length);
            BinaryPrimitives.WriteInt32BigEndian(id, (int)(nowMicros / 1000 >> 16));
            BinaryPrimitives.WriteInt16BigEndian(id[4..], (short)(nowMicros / 1000));
            (id[6], id[8]) = ((byte)(0x70 | (id[6] & 0x0F)), (byte)(0x80 | (id[8] & 0x3F)));
            ids[index] = Convert.ToHexStringLower(id);
        }

        return ids;
    }

    /// <summary>What the ids of a page are below: the last one seen, or, where that is empty, a text behind all of them.</summary>
    public static string Below(string lastSeen) => lastSeen.Length > 0 ? lastSeen : "g";

    /// <summary>What a request for a page of a list whose tokens are ids must be.</summary>
    public static FieldCheck PageOfIds(this FieldCheck check, int size, string token) =>
        check.PageSize(size).PageToken(token.Length == 0 || Is(token));

    /// <summary>Whether a text has the form of such an id.</summary>
    public static bool Is(string text) => text.Length == 32 && text.All(char.IsAsciiHexDigitLower);
}
