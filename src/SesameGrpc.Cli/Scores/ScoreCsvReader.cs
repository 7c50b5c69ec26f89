using System.Buffers;
using System.Globalization;
using SesameGrpc.Contracts.Operator.V1;

namespace SesameGrpc.Cli.Scores;

/// <summary>
/// Reads a score file line by line, in constant memory. No field can hold a comma, a quote or a line break, so a line is
/// always one row, and a stray quote spoils its own line only.
/// </summary>
internal sealed class ScoreCsvReader(TextReader input)
{
    private const int LongestLine = 4096;
    private const int MostColumns = 11;
    private static readonly SearchValues<char> PersonCharacters = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:-"
    );

    private readonly ScoreCsvColumns columns = ScoreCsvColumns.Parse(
        input.ReadLine() ?? throw new ScoreFileException("The file is empty; the first line must name the columns.")
    );

    /// <summary>Number of the line read last; the header is line 1.</summary>
    public long Line { get; private set; } = 1;

    /// <summary>Reads the next line that is not blank into exactly one of the two. False at the end.</summary>
    public bool TryRead(out ScoreRow? row, out RejectedRow? rejected)
    {
        row = null;
        rejected = null;
        while (input.ReadLine() is { } line)
        {
            Line++;
            if (!string.IsNullOrWhiteSpace(line))
            {
                var fault = Parse(line, out row);
                rejected = fault is null
                    ? null
                    : new RejectedRow
                    {
                        Line = Line,
                        Field = fault.Value.Field,
                        Description = fault.Value.Description,
                    };
                return true;
            }
        }

        return false;
    }

    private (string Field, string Description)? Parse(ReadOnlySpan<char> line, out ScoreRow? row)
    {
        row = null;
        if (line.Length > LongestLine)
        {
            return ("line", $"is {line.Length} characters long; at most {LongestLine} are read");
        }

        Span<Range> ranges = stackalloc Range[MostColumns + 1];
        var count = line.Split(ranges[..(columns.Count + 1)], ',');
        if (count != columns.Count)
        {
            return (
                "line",
                $"has {(count > columns.Count ? "more than " + columns.Count : count)} fields; the header names {columns.Count}"
            );
        }

        var parsed = new ScoreRow { Line = Line };
        var fields = new Fields(line, ranges[..count]);
        var fault = ParsePerson(fields, parsed) ?? ParseTimes(fields, parsed) ?? ParseScores(fields, parsed);
        row = fault is null ? parsed : null;
        return fault;
    }

    private (string Field, string Description)? ParsePerson(Fields fields, ScoreRow row)
    {
        var person = fields[columns.Person];
        if (person.Length is 0 or > 64 || person.ContainsAnyExcept(PersonCharacters))
        {
            return ("person", $"\"{Excerpt(person)}\" must be 1 to 64 characters of A-Z a-z 0-9 . _ : -");
        }

        if (!long.TryParse(fields[columns.Version], NumberStyles.None, CultureInfo.InvariantCulture, out var version) || version <= 0)
        {
            return ("version", $"\"{Excerpt(fields[columns.Version])}\" must be a whole number above 0");
        }

        row.Person = person.ToString();
        row.Version = version;
        var listed = fields[columns.CourtListed];
        if (TryParseFlag(listed, out var courtListed))
        {
            row.CourtListed = courtListed;
            return null;
        }

        return ("court_listed", $"\"{Excerpt(listed)}\" must be true, false, 1, 0 or empty");
    }

    private (string Field, string Description)? ParseTimes(Fields fields, ScoreRow row)
    {
        const string Form = "must be an ISO 8601 time with zone, for example 2026-01-31T08:00:00Z, or microseconds since 1970";
        if (!UnixMicros.TryParse(fields[columns.AsOf], out var asOf))
        {
            return ("as_of", $"\"{Excerpt(fields[columns.AsOf])}\" {Form}");
        }

        row.AsOfUnixMicros = asOf;
        var optedIn = fields[columns.OptedIn];
        if (optedIn.IsEmpty)
        {
            return null;
        }

        if (!UnixMicros.TryParse(optedIn, out var optedInMicros))
        {
            return ("opted_in", $"\"{Excerpt(optedIn)}\" {Form}, or empty");
        }

        row.OptedInUnixMicros = optedInMicros;
        return null;
    }

    private (string Field, string Description)? ParseScores(Fields fields, ScoreRow row)
    {
        var whole = fields[columns.Score];
        if (whole.IsEmpty == !HasAnyDimension(fields))
        {
            return (
                "score",
                whole.IsEmpty ? "is empty; give a score or the five dimensions" : "is given together with dimensions; give one of the two"
            );
        }

        if (!whole.IsEmpty)
        {
            row.Score = ParseScore(whole);
            return row.Score == 0 ? OutOfRange("score", whole) : null;
        }

        Span<int> parts = stackalloc int[5];
        for (var i = 0; i < parts.Length; i++)
        {
            var field = fields[columns.Dimensions[i]];
            parts[i] = ParseScore(field);
            if (parts[i] == 0)
            {
                return OutOfRange(ScoreCsvColumns.DimensionNames[i], field);
            }
        }

        (row.CreditHistory, row.FulfilmentCapacity, row.BehaviourPreference) = (parts[0], parts[1], parts[2]);
        (row.PersonalCharacteristics, row.ContactNetwork) = (parts[3], parts[4]);
        return null;
    }

    private bool HasAnyDimension(Fields fields)
    {
        foreach (var index in columns.Dimensions)
        {
            if (!fields[index].IsEmpty)
            {
                return true;
            }
        }

        return false;
    }

    private static int ParseScore(ReadOnlySpan<char> field) =>
        int.TryParse(field, NumberStyles.None, CultureInfo.InvariantCulture, out var score) && score is >= 350 and <= 950 ? score : 0;

    private static (string Field, string Description) OutOfRange(string name, ReadOnlySpan<char> field) =>
        (name, $"\"{Excerpt(field)}\" must be a whole number from 350 to 950");

    private static bool TryParseFlag(ReadOnlySpan<char> field, out bool flag)
    {
        flag = field is "1" || field.Equals("true", StringComparison.OrdinalIgnoreCase);
        return flag || field.IsEmpty || field is "0" || field.Equals("false", StringComparison.OrdinalIgnoreCase);
    }

    private static string Excerpt(ReadOnlySpan<char> field) => field.Length <= 40 ? field.ToString() : string.Concat(field[..40], "…");

    /// <summary>The fields of a line, without blanks and enclosing quotes; a column that is not there reads as empty.</summary>
    private readonly ref struct Fields(ReadOnlySpan<char> line, ReadOnlySpan<Range> ranges)
    {
        private readonly ReadOnlySpan<char> line = line;
        private readonly ReadOnlySpan<Range> ranges = ranges;

        public ReadOnlySpan<char> this[int index]
        {
            get
            {
                if (index < 0)
                {
                    return default;
                }

                var field = line[ranges[index]].Trim();
                return field is ['"', .. var inner, '"'] ? inner : field;
            }
        }
    }
}
