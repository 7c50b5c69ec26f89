namespace SesameGrpc.Cli.Scores;

/// <summary>Where each column stands in a score file; -1 where the header does not have it.</summary>
internal sealed record ScoreCsvColumns(
    int Count,
    int Person,
    int Version,
    int AsOf,
    int Score,
    IReadOnlyList<int> Dimensions,
    int CourtListed,
    int OptedIn
)
{
    public static readonly IReadOnlyList<string> DimensionNames =
    [
        "credit_history",
        "fulfilment_capacity",
        "behaviour_preference",
        "personal_characteristics",
        "contact_network",
    ];

    private static readonly IReadOnlyList<string> Known =
    [
        "person",
        "version",
        "as_of",
        "score",
        .. DimensionNames,
        "court_listed",
        "opted_in",
    ];

    public static ScoreCsvColumns Parse(string header)
    {
        var names = header.TrimStart('\uFEFF').Split(',').Select(name => name.Trim().Trim('"')).ToList();
        var unknown = names.Find(name => !Known.Contains(name, StringComparer.Ordinal));
        if (unknown is not null)
        {
            throw new ScoreFileException($"Line 1: column \"{unknown}\" is not known. Known columns: {string.Join(", ", Known)}.");
        }

        if (names.Distinct(StringComparer.Ordinal).Count() != names.Count)
        {
            throw new ScoreFileException("Line 1: a column appears twice.");
        }

        var dimensions = DimensionNames.Select(name => names.IndexOf(name)).ToList();
        var columns = new ScoreCsvColumns(
            names.Count,
            names.IndexOf("person"),
            names.IndexOf("version"),
            names.IndexOf("as_of"),
            names.IndexOf("score"),
            dimensions,
            names.IndexOf("court_listed"),
            names.IndexOf("opted_in")
        );
        columns.RequireAll();
        return columns;
    }

    private void RequireAll()
    {
        if (Person < 0 || Version < 0 || AsOf < 0)
        {
            throw new ScoreFileException("Line 1: the columns person, version and as_of are required.");
        }

        var given = Dimensions.Count(index => index >= 0);
        if (given is not 0 and not 5 || (given == 0 && Score < 0))
        {
            throw new ScoreFileException($"Line 1: either the column score or all of {string.Join(", ", DimensionNames)} are required.");
        }
    }
}

/// <summary>A score file that cannot be read at all, with words on why.</summary>
internal sealed class ScoreFileException(string message) : Exception(message);
