using System.Buffers.Binary;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Persons;

/// <summary>
/// The first two bytes of a value in the shared cache, which say what follows: ten bits for the score (0 is a floor, 1 a newcomer), one each for the courts' list and for parts, two for
/// the unit of the time, two for the length of the version.
/// </summary>
internal readonly struct PersonCodecHead
{
    public const int Length = 2;

    private const int Floor = 0;
    private const int Newcomer = 1;
    private const int CourtListed = 32;
    private const int WithParts = 16;

    private readonly ushort bits;

    private PersonCodecHead(int score, int flags, int timeForm, int versionForm) =>
        bits = (ushort)((score << 6) | flags | (timeForm << 2) | versionForm);

    private PersonCodecHead(ushort bits) => this.bits = bits;

    public bool IsFloor => Score == Floor;

    public bool IsNewcomer => Score == Newcomer;

    public int Score => bits >> 6;

    public bool IsCourtListed => (bits & CourtListed) != 0;

    public bool HasParts => (bits & WithParts) != 0;

    /// <summary>Most times are whole days or whole seconds; none is rounded.</summary>
    public long TimeUnitMicros =>
        TimeForm switch
        {
            0 => TimeSpan.TicksPerDay / TimeSpan.TicksPerMicrosecond,
            1 => TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond,
            _ => 1,
        };

    public int TimeLength =>
        TimeForm switch
        {
            0 => 2,
            1 => 4,
            2 => 7,
            _ => 8,
        };

    public int VersionLength => 1 << (bits & 3);

    private int TimeForm => (bits >> 2) & 3;

    public static PersonCodecHead OfFloor(long version) => new(Floor, 0, 0, VersionFormOf(version));

    public static PersonCodecHead Of(PersonSnapshot person)
    {
        var flags = (person.CourtListed ? CourtListed : 0) | (person.Parts is null ? 0 : WithParts);
        return new PersonCodecHead(person.FedScore ?? Newcomer, flags, TimeFormOf(person.AsOfMicros), VersionFormOf(person.Version));
    }

    public static PersonCodecHead Read(ReadOnlySpan<byte> value) => new(BinaryPrimitives.ReadUInt16BigEndian(value));

    public void Write(Span<byte> value) => BinaryPrimitives.WriteUInt16BigEndian(value, bits);

    private static int TimeFormOf(long micros) =>
        IsWhole(micros, TimeSpan.FromDays(1).ToMicros(), ushort.MaxValue) ? 0
        : IsWhole(micros, TimeSpan.FromSeconds(1).ToMicros(), uint.MaxValue) ? 1
        : micros is >= 0 and < 1L << 56 ? 2
        : 3;

    private static bool IsWhole(long micros, long unit, long most) =>
        micros % unit == 0 && micros / unit is var count && count >= 0 && count <= most;

    private static int VersionFormOf(long version) =>
        version switch
        {
            >= 0 and <= byte.MaxValue => 0,
            >= 0 and <= ushort.MaxValue => 1,
            >= 0 and <= uint.MaxValue => 2,
            _ => 3,
        };
}
