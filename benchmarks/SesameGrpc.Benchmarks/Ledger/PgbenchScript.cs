using System.Text;
using System.Text.RegularExpressions;

namespace SesameGrpc.Benchmarks.Ledger;

/// <summary>
/// A recorded grant as a script for pgbench. What differs from grant to grant becomes a variable, all else a constant, so that pgbench has less to send than the gateway. A
/// person who is locked is waited for: pgbench has nobody else to go on with.
/// </summary>
internal sealed partial class PgbenchScript(RecordedGrant grant)
{
    // pgbench knows no texts; one number is the id of the obligation, of the order and of the request. base differs from run to run.
    private const string Head = """
        \set n :n + 1
        \set id :base + :client_id * 1000000000 + :n
        \set person random(:first, :last)
        \set version 0

        """;

    /// <summary>One round trip for each statement.</summary>
    public string Plain { get; } = $"{Head}{string.Join('\n', grant.Statements.Select(statement => Form(statement, grant.Values)))}\n";

    /// <summary>
    /// Three round trips: what is read before the decision, the number of the last entry (whose answer pgbench cannot use inside of a pipeline), what is written.
    /// </summary>
    public string Pipelined
    {
        get
        {
            var numbers = grant.Statements.Single(ReadsVersion);
            var others = grant.Statements.Where(statement => statement != numbers).ToList();
            var reads = others.TakeWhile(statement => !IsWrite(statement));
            var writes = others.SkipWhile(statement => !IsWrite(statement));
            return $"{Head}{Pipeline(reads)}{Form(numbers, grant.Values)}\n{Pipeline(writes)}";
        }
    }

    private string Pipeline(IEnumerable<RecordedStatement> statements) =>
        $"\\startpipeline\n{string.Join('\n', statements.Select(statement => Form(statement, grant.Values)))}\n\\endpipeline\n";

    private static string Form(RecordedStatement statement, GrantValues values)
    {
        var sql = ParameterPattern()
            .Replace(statement.Sql, match => ValueOf(statement.Values[int.Parse(match.Groups["number"].Value)], values))
            .Replace(" SKIP LOCKED", "", StringComparison.Ordinal);
        return ReadsVersion(statement) ? $"{sql}\n\\aset\n\\set version :version + 1" : $"{sql};";
    }

    private static string ValueOf(string? value, GrantValues values) =>
        value is null ? "NULL"
        : value == values.Person ? ":person"
        : value == values.OrderId || value == values.ObligationId ? ":id"
        : value == $"{values.Version}" ? ":version"
        : value == $"\\x{Convert.ToHexStringLower(values.SubjectHash)}" ? "decode(md5(:person), 'hex')"
        : Constant(value);

    // pgbench takes a colon before a letter for a variable, in quotes too.
    private static string Constant(string value)
    {
        var text = new StringBuilder("E'");
        foreach (var character in value)
        {
            _ = character switch
            {
                ':' => text.Append("\\x3a"),
                '\'' => text.Append("''"),
                '\\' => text.Append("\\\\"),
                _ => text.Append(character),
            };
        }

        return text.Append('\'').ToString();
    }

    private static bool ReadsVersion(RecordedStatement statement) =>
        !IsWrite(statement) && statement.Sql.Contains("FROM exposures", StringComparison.Ordinal);

    private static bool IsWrite(RecordedStatement statement) => WritePattern().IsMatch(statement.Sql);

    [GeneratedRegex(@"\$(?<number>\d+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ParameterPattern();

    [GeneratedRegex(@"\A(?:INSERT|UPDATE|COMMIT|WITH)\b", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex WritePattern();
}
