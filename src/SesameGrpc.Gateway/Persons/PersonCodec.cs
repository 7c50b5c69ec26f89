using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace SesameGrpc.Gateway.Persons;

/// <summary>
/// The form of a person in the shared cache, 15 to 37 bytes, big-endian: <see cref="PersonCodecHead"/>, the version, the second of the reading, the time of the score (or of opting in),
/// two bytes that stand for the model, the five parts in 50 bits, and a seal. The seal binds them to the person's pseudonym and to the model's name: anything whose seal does not fit
/// (garbage, another person's value, another form) decodes to null, and the store is asked.
/// </summary>
/// <remarks>
/// The seal is 48 bits of SipHash-2-4. A guess at one is a look-up that a partner must make, and a wrong guess a read of the store: at 100,000 a second, one is taken for true in 89 years.
/// </remarks>
internal sealed class PersonCodec(byte[] sealKey)
{
    private const int SealLength = 6;
    private const int ReadLength = 4;
    private const int ModelLength = 2;
    private const int PartsLength = 7;
    private const int LongestPayload = PersonCodecHead.Length + 8 + ReadLength + 8 + ModelLength + PartsLength;
    private const int MicrosPerSecond = 1_000_000;

    private readonly SipHash hash = new(sealKey);
    private readonly ConcurrentDictionary<ushort, Model> models = new();

    /// <summary>A value without a person: "nothing below this version may be put here". The script that puts it adds the time.</summary>
    public static byte[] EncodeFloor(long version)
    {
        var head = PersonCodecHead.OfFloor(version);
        var floor = new byte[PersonCodecHead.Length + head.VersionLength];
        head.Write(floor);
        Put(floor, PersonCodecHead.Length, (ulong)version, head.VersionLength);
        return floor;
    }

    public byte[] Encode(UInt128 pseudonym, PersonSnapshot person)
    {
        Span<byte> value = stackalloc byte[LongestPayload + SealLength];
        var head = PersonCodecHead.Of(person);
        head.Write(value);
        var end = Put(value, PersonCodecHead.Length, (ulong)person.Version, head.VersionLength);
        end = Put(value, end, (ulong)(person.ReadMicros / MicrosPerSecond), ReadLength);
        end = Put(value, end, (ulong)(person.AsOfMicros / head.TimeUnitMicros), head.TimeLength);
        var model = head.IsNewcomer ? default : Learn(person.ModelVersion);
        if (!head.IsNewcomer)
        {
            end = Put(value, end, model.Number, ModelLength);
        }

        if (person.Parts is { } parts)
        {
            end = Put(value, end, Pack(parts), PartsLength);
        }

        return value[..Put(value, end, Seal(pseudonym, value[..end], model), SealLength)].ToArray();
    }

    /// <summary>Null also for a model whose name this instance has not read from the store yet.</summary>
    public PersonSnapshot? Decode(UInt128 pseudonym, ReadOnlySpan<byte> value)
    {
        if (value.Length < PersonCodecHead.Length)
        {
            return null;
        }

        var head = PersonCodecHead.Read(value);
        if (head.IsFloor || value.Length != LengthOf(head))
        {
            return null;
        }

        var rest = value[PersonCodecHead.Length..];
        var version = Take(ref rest, head.VersionLength);
        var readSeconds = Take(ref rest, ReadLength);
        var time = Take(ref rest, head.TimeLength);
        var model = default(Model);
        if (!head.IsNewcomer && !models.TryGetValue((ushort)Take(ref rest, ModelLength), out model))
        {
            return null;
        }

        var parts = head.HasParts ? Unpack(Take(ref rest, PartsLength)) : null;
        if (Take(ref rest, SealLength) != Seal(pseudonym, value[..^SealLength], model))
        {
            return null;
        }

        return new PersonSnapshot
        {
            Version = (long)version,
            CourtListed = head.IsCourtListed,
            FedScore = head.IsNewcomer ? null : head.Score,
            AsOfMicros = (long)time * head.TimeUnitMicros,
            ModelVersion = model.Name ?? "",
            Parts = parts,
            ReadMicros = (long)readSeconds * MicrosPerSecond,
        };
    }

    private static int LengthOf(PersonCodecHead head) =>
        PersonCodecHead.Length
        + head.VersionLength
        + ReadLength
        + head.TimeLength
        + (head.IsNewcomer ? 0 : ModelLength)
        + (head.HasParts ? PartsLength : 0)
        + SealLength;

    // A model is put down by two bytes of its hash. Should two share them, the seal, which covers all eight, lets the value of the other read as a miss.
    private Model Learn(string name)
    {
        var model = new Model(name, hash.Of(MemoryMarshal.AsBytes(name.AsSpan())));
        if (!models.TryGetValue(model.Number, out var known) || known != model)
        {
            models[model.Number] = model;
        }

        return model;
    }

    private ulong Seal(UInt128 pseudonym, ReadOnlySpan<byte> payload, Model model)
    {
        Span<byte> bound = stackalloc byte[16 + 8 + LongestPayload];
        Put(bound, 0, (ulong)(pseudonym >> 64), 8);
        Put(bound, 8, (ulong)pseudonym, 8);
        Put(bound, 16, model.Hash, 8);
        payload.CopyTo(bound[24..]);
        return hash.Of(bound[..(24 + payload.Length)]) >> (64 - (8 * SealLength));
    }

    private static ulong Pack(ScoreParts parts) =>
        ((ulong)(uint)parts.CreditHistory << 40)
        | ((ulong)(uint)parts.FulfilmentCapacity << 30)
        | ((ulong)(uint)parts.BehaviourPreference << 20)
        | ((ulong)(uint)parts.PersonalCharacteristics << 10)
        | (uint)parts.ContactNetwork;

    private static ScoreParts Unpack(ulong bits)
    {
        return new ScoreParts(At(40), At(30), At(20), At(10), At(0));

        int At(int shift) => (int)(bits >> shift) & 1023;
    }

    // Big-endian. Returns where the next field begins.
    private static int Put(Span<byte> value, int start, ulong number, int length)
    {
        for (var index = start + length - 1; index >= start; index--)
        {
            value[index] = (byte)number;
            number >>= 8;
        }

        return start + length;
    }

    private static ulong Take(ref ReadOnlySpan<byte> rest, int length)
    {
        var number = 0UL;
        foreach (var part in rest[..length])
        {
            number = (number << 8) | part;
        }

        rest = rest[length..];
        return number;
    }

    private readonly record struct Model(string? Name, ulong Hash)
    {
        public ushort Number => (ushort)Hash;
    }
}
