using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace SesameGrpc.Gateway.Persons;

/// <summary>
/// The form of a person in the shared cache: format, version, fields and a seal of eight bytes that binds them to the person's pseudonym. Anything whose
/// seal does not fit (garbage, another person's value, an older format) decodes to null, and the store is asked.
/// </summary>
internal sealed class PersonCodec(byte[] sealKey)
{
    /// <summary>Format byte of a value without fields: "nothing below this version may be put here".</summary>
    public const byte FloorFormat = 0;

    private const byte Format = 1;
    private const int SealLength = 8;

    // A person takes up to 150 bytes: a model version has at most 32 characters.
    private const int LongestValue = 512;

    public static byte[] EncodeFloor(long version)
    {
        var floor = new byte[9];
        floor[0] = FloorFormat;
        BinaryPrimitives.WriteInt64BigEndian(floor.AsSpan(1), version);
        return floor;
    }

    public byte[] Encode(UInt128 pseudonym, PersonSnapshot person)
    {
        using var stream = new MemoryStream(64);
        using var writer = new BinaryWriter(stream);
        writer.Write(Format);
        writer.Write(BinaryPrimitives.ReverseEndianness(person.Version));
        writer.Write((byte)((person.CourtListed ? 1 : 0) | (person.FedScore is null ? 0 : 2) | (person.Parts is null ? 0 : 4)));
        writer.Write(person.OptedInMicros);
        writer.Write(person.ReadMicros);
        if (person.FedScore is { } score)
        {
            writer.Write((short)score);
            writer.Write(person.AsOfMicros);
            writer.Write(person.ModelVersion);
        }

        if (person.Parts is { } parts)
        {
            writer.Write((short)parts.CreditHistory);
            writer.Write((short)parts.FulfilmentCapacity);
            writer.Write((short)parts.BehaviourPreference);
            writer.Write((short)parts.PersonalCharacteristics);
            writer.Write((short)parts.ContactNetwork);
        }

        writer.Flush();
        writer.Write(Seal(pseudonym, stream.GetBuffer().AsSpan(0, (int)stream.Length)));
        writer.Flush();
        return stream.ToArray();
    }

    public PersonSnapshot? Decode(UInt128 pseudonym, byte[]? value)
    {
        if (value is null || value.Length is < 9 + SealLength or > LongestValue || value[0] != Format)
        {
            return null;
        }

        var payload = value.AsSpan(0, value.Length - SealLength);
        if (!CryptographicOperations.FixedTimeEquals(Seal(pseudonym, payload), value.AsSpan(value.Length - SealLength)))
        {
            return null;
        }

        using var reader = new BinaryReader(new MemoryStream(value, 1, payload.Length - 1), Encoding.UTF8);
        var version = BinaryPrimitives.ReverseEndianness(reader.ReadInt64());
        var flags = reader.ReadByte();
        var optedIn = reader.ReadInt64();
        var read = reader.ReadInt64();
        var hasScore = (flags & 2) != 0;
        return new PersonSnapshot
        {
            Version = version,
            CourtListed = (flags & 1) != 0,
            OptedInMicros = optedIn,
            ReadMicros = read,
            FedScore = hasScore ? reader.ReadInt16() : null,
            AsOfMicros = hasScore ? reader.ReadInt64() : 0,
            ModelVersion = hasScore ? reader.ReadString() : "",
            Parts =
                (flags & 4) != 0
                    ? new ScoreParts(reader.ReadInt16(), reader.ReadInt16(), reader.ReadInt16(), reader.ReadInt16(), reader.ReadInt16())
                    : null,
        };
    }

    private byte[] Seal(UInt128 pseudonym, ReadOnlySpan<byte> payload)
    {
        Span<byte> bound = stackalloc byte[16 + payload.Length];
        BinaryPrimitives.WriteUInt128BigEndian(bound, pseudonym);
        payload.CopyTo(bound[16..]);
        return HMACSHA256.HashData(sealKey, bound)[..SealLength];
    }
}
