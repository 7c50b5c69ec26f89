using System.Buffers.Text;
using System.Text;

namespace SesameGrpc.Benchmarks.Calls;

/// <summary>The persons of every store, by number from 0 on: as long as real ids are, and each with a score that an answer can be checked against.</summary>
internal static class CallPersons
{
    /// <summary>A subject is this and eight digits: 32 hexadecimal digits, as the gateway makes them.</summary>
    public const string SubjectPrefix = "5e5a3ec0ffee5e5a3ec0ffee";

    /// <summary>An internal id is this and eight digits.</summary>
    public const string PersonPrefix = "be9c4a11d00dbe9c4a11d00d";

    /// <summary>The eight digits are this and the person's number.</summary>
    public const int First = 10_000_000;

    /// <summary>The calls come from so many partners; of a person's, the remainder of the number by this is the partner's.</summary>
    public const int CallingPartners = 4;

    public const int LowestScore = 700;
    public const int Scores = 200;

    private const int Digits = 8;

    public static int SubjectLength => SubjectPrefix.Length + Digits;

    public static int ScoreOf(int person) => LowestScore + person % Scores;

    /// <summary>Writes a subject; the place must hold it.</summary>
    public static void WriteSubject(Span<byte> place, int person)
    {
        Encoding.ASCII.GetBytes(SubjectPrefix, place);
        Utf8Formatter.TryFormat(First + person, place[SubjectPrefix.Length..], out _);
    }
}
