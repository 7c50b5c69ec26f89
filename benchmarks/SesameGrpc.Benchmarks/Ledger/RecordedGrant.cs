using System.Text.Json;
using System.Text.RegularExpressions;
using Npgsql;
using SesameGrpc.TestSupport;

namespace SesameGrpc.Benchmarks.Ledger;

/// <summary>A statement as the server's log tells it: its text with $1, $2 ... and their values; null: NULL.</summary>
internal sealed record RecordedStatement(string Sql, IReadOnlyDictionary<int, string?> Values);

/// <summary>The values of a recorded grant that differ from grant to grant.</summary>
internal sealed record GrantValues(string Person, string OrderId, string ObligationId, byte[] SubjectHash, long Version);

/// <summary>
/// Has the gateway make one grant on a server that logs every statement, and reads its transaction from the log: pgbench then repeats what the gateway really sends,
/// whatever that has become.
/// </summary>
internal sealed partial record RecordedGrant(IReadOnlyList<RecordedStatement> Statements, GrantValues Values)
{
    /// <summary>What a server is started with whose grants are to be recorded.</summary>
    public static string[] ServerSettings { get; } = ["logging_collector=on", "log_destination=jsonlog"];

    // The number of the person's next entry is recognised by its value.
    private const long EarlierVersion = 7_000_000_001;

    public static async Task<RecordedGrant> RecordAsync(PostgresServer server, LedgerWorld world, string database)
    {
        GrantValues values;
        await using (var gateway = await world.StartGatewayAsync($"{database};Options=-c log_statement=all"))
        {
            var (person, order) = ($"{LedgerWorld.FirstPerson}", "recorded-order");
            await NumberEarlierEntriesAsync(database, person);
            var (obligation, subject) = await new LedgerClient(gateway, world).GrantAsync(person, order);
            values = new GrantValues(person, order, obligation, subject, EarlierVersion + 1);
        }

        var statements = await ReadLogAsync(server.LogDirectory, values.ObligationId);
        return new RecordedGrant(statements, values);
    }

    private static async Task NumberEarlierEntriesAsync(string database, string person)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            """
            INSERT INTO exposures (person_id, scope, open_fen, open_count, ceiling_fen, ceiling_count, version)
            SELECT @person, scope, 0, 0, 0, 0, @version FROM unnest(ARRAY['all', 'partner:bench', 'programme:bike.deposit_free']) AS scopes (scope)
            """,
            connection
        );
        command.Parameters.AddWithValue("person", person);
        command.Parameters.AddWithValue("version", EarlierVersion);
        await command.ExecuteNonQueryAsync();
    }

    // The lines of the session that stored the obligation, from the BEGIN before to the COMMIT behind.
    private static async Task<List<RecordedStatement>> ReadLogAsync(string directory, string obligationId)
    {
        var lines = new List<LogLine>();
        foreach (var path in Directory.EnumerateFiles(directory, "*.json").Order(StringComparer.Ordinal))
        {
            lines.AddRange((await File.ReadAllLinesAsync(path)).Select(LogLine.Parse).OfType<LogLine>());
        }

        var insert = lines.First(line => line.Statement.Values.Values.Contains(obligationId, StringComparer.Ordinal));
        var session = lines.Where(line => line.Session == insert.Session).Select(line => line.Statement).ToList();
        var at = session.IndexOf(insert.Statement);
        var begin = session.FindLastIndex(at, statement => statement.Sql.StartsWith("BEGIN", StringComparison.Ordinal));
        var commit = session.FindIndex(at, statement => statement.Sql.StartsWith("COMMIT", StringComparison.Ordinal));
        return session[begin..(commit + 1)];
    }

    private sealed partial record LogLine(string Session, RecordedStatement Statement)
    {
        public static LogLine? Parse(string json)
        {
            using var document = JsonDocument.Parse(json);
            var line = document.RootElement;
            if (
                !line.TryGetProperty("message", out var message)
                || StatementPattern().Match(message.GetString()!) is not { Success: true } statement
            )
            {
                return null;
            }

            var detail = line.TryGetProperty("detail", out var parameters) ? parameters.GetString()! : "";
            var values = ValuePattern()
                .Matches(detail)
                .ToDictionary(
                    match => int.Parse(match.Groups["number"].Value),
                    match => match.Groups["value"].Success ? match.Groups["value"].Value.Replace("''", "'", StringComparison.Ordinal) : null
                );
            return new LogLine(
                line.GetProperty("session_id").GetString()!,
                new RecordedStatement(statement.Groups["sql"].Value.Trim(), values)
            );
        }

        [GeneratedRegex(@"\A(statement|execute [^:]*): (?<sql>.*)\z", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
        private static partial Regex StatementPattern();

        [GeneratedRegex(@"\$(?<number>\d+) = (NULL|'(?<value>([^']|'')*)')", RegexOptions.ExplicitCapture, 1000)]
        private static partial Regex ValuePattern();
    }
}
