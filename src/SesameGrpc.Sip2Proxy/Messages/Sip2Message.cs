using System.Text;
using System.Text.RegularExpressions;

namespace SesameGrpc.Sip2Proxy.Messages;

/// <summary>
/// One of the few messages of the 3M Standard Interchange Protocol 2.00 that the proxy reads: two digits of a code, a part of fixed length, fields with two letters each that end with a bar,
/// and, where error detection is on, a sequence number and a checksum. Text is read as Latin-1, in which every byte is a character and comes back as it was.
/// </summary>
/// <param name="Code">Two digits.</param>
/// <param name="Fixed">The part of fixed length, without the code.</param>
/// <param name="Fields">The fields of variable length, as they stand; an id may come more than once.</param>
/// <param name="Sequence">AY with its digit; empty where there is none.</param>
/// <param name="HasChecksum">Whether the message ends with a checksum.</param>
internal sealed partial record Sip2Message(string Code, string Fixed, IReadOnlyList<Sip2Field> Fields, string Sequence, bool HasChecksum)
{
    public const string BlockPatron = "01";
    public const string PatronStatus = "23";
    public const string PatronStatusResponse = "24";
    public const string PatronInformation = "63";
    public const string PatronInformationResponse = "64";
    public const string RequestResend = "97";

    private const int ChecksumLength = 4;

    /// <summary>Lengths of the fixed parts.</summary>
    private static readonly Dictionary<string, int> FixedLengths = new(StringComparer.Ordinal)
    {
        // Card retained, transaction date.
        [BlockPatron] = 1 + 18,
        // Language, transaction date.
        [PatronStatus] = 3 + 18,
        // Patron status, language, transaction date.
        [PatronStatusResponse] = 14 + 3 + 18,
        // Language, transaction date, summary.
        [PatronInformation] = 3 + 18 + 10,
        // Patron status, language, transaction date, six counts.
        [PatronInformationResponse] = 14 + 3 + 18 + (6 * 4),
        [RequestResend] = 0,
    };

    /// <summary>Reads a message without its end of line. Null for other messages, and for what is damaged or has a wrong checksum: what cannot be read for certain is nothing to act upon.</summary>
    public static Sip2Message? Parse(ReadOnlySpan<byte> line)
    {
        if (line.Length < 2 || !FixedLengths.TryGetValue(Encoding.Latin1.GetString(line[..2]), out var fixedLength))
        {
            return null;
        }

        var text = Encoding.Latin1.GetString(line);
        var trailer = Trailer().Match(text);
        var bodyLength = trailer.Index;
        if (bodyLength < 2 + fixedLength || (trailer.Groups["sum"] is { Success: true } sum && !IsRight(line, sum)))
        {
            return null;
        }

        var fields = new List<Sip2Field>();
        for (var start = 2 + fixedLength; start < bodyLength; )
        {
            var end = text.IndexOf(Sip2Field.End, start);
            if (end < start + 2 || end >= bodyLength)
            {
                return null;
            }

            fields.Add(new Sip2Field(text.Substring(start, 2), text[(start + 2)..end]));
            start = end + 1;
        }

        return new Sip2Message(
            text[..2],
            text.Substring(2, fixedLength),
            fields,
            trailer.Groups["sequence"].Value,
            trailer.Groups["sum"].Success
        );
    }

    /// <summary>Two's complement of the sum of all bytes up to and including the letters AZ, as four hexadecimal digits.</summary>
    public static string Checksum(ReadOnlySpan<byte> upToItsId)
    {
        ushort sum = 0;
        foreach (var value in upToItsId)
        {
            sum = unchecked((ushort)(sum + value));
        }

        return unchecked((ushort)-sum).ToString("X4");
    }

    /// <summary>The value of a field that stands there exactly once; else null.</summary>
    public string? Single(string id)
    {
        var found = Fields.Where(field => field.Id == id).Take(2).ToList();
        return found is [var only] ? only.Value : null;
    }

    public bool Has(string id) => Fields.Any(field => field.Id == id);

    /// <summary>The message without an end of line, with its checksum recomputed.</summary>
    public byte[] ToBytes()
    {
        var text = new StringBuilder(Code).Append(Fixed);
        foreach (var field in Fields)
        {
            text.Append(field.Id).Append(field.Value).Append(Sip2Field.End);
        }

        text.Append(Sequence);
        if (HasChecksum)
        {
            text.Append("AZ");
            text.Append(Checksum(Encoding.Latin1.GetBytes(text.ToString())));
        }

        return Encoding.Latin1.GetBytes(text.ToString());
    }

    private static bool IsRight(ReadOnlySpan<byte> line, Group sum) =>
        sum.Value.Equals(Checksum(line[..^ChecksumLength]), StringComparison.OrdinalIgnoreCase);

    // What stands in front of it ends with a bar, or is the part of fixed length: else these letters belong to a field.
    [GeneratedRegex(@"(?<sequence>AY[0-9])?(?:AZ(?<sum>[0-9A-Fa-f]{4}))?\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Trailer();
}

/// <summary>A field of variable length.</summary>
/// <param name="Id">Two letters, for example AA.</param>
/// <param name="Value">What follows, as far as the bar.</param>
internal sealed record Sip2Field(string Id, string Value)
{
    public const char End = '|';
}
