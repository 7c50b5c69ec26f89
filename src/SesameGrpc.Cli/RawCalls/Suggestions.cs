namespace SesameGrpc.Cli.RawCalls;

/// <summary>What somebody may have meant by a name that there is not.</summary>
internal static class Suggestions
{
    private const int Most = 3;

    /// <summary>"; did you mean A, B?", or nothing where no name is near.</summary>
    public static string For(string name, IEnumerable<string> known)
    {
        var near = known
            .Select(candidate => (Name: candidate, Distance: Distance(name.ToUpperInvariant(), candidate.ToUpperInvariant())))
            .Where(candidate => candidate.Distance <= Math.Max(2, name.Length / 3))
            .OrderBy(candidate => candidate.Distance)
            .Take(Most)
            .Select(candidate => candidate.Name)
            .ToList();
        return near.Count == 0 ? "" : $"; did you mean {string.Join(", ", near)}?";
    }

    // How many letters must be put in, taken out or changed (Levenshtein), row by row.
    private static int Distance(string one, string other)
    {
        var above = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var row = new int[other.Length + 1];
            row[0] = i;
            for (var j = 1; j <= other.Length; j++)
            {
                var changed = above[j - 1] + (one[i - 1] == other[j - 1] ? 0 : 1);
                row[j] = Math.Min(changed, Math.Min(above[j], row[j - 1]) + 1);
            }

            above = row;
        }

        return above[other.Length];
    }
}
