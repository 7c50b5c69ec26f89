using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Benchmarks.Calls;

/// <summary>A gateway's store, seen from outside while the gateway runs.</summary>
internal sealed class GatewayStore(string directory, string? postgreSql)
{
    private const string Numbers = "WITH RECURSIVE numbers (n) AS (SELECT @from UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < @to) ";

    // So many rows a transaction.
    private const int Portion = 1_000_000;

    private const string Persons = """
        INSERT INTO persons (person_id, external_id, version, opted_in, opted_in_us, court_listed, score, score_version, model_version, as_of_us)
        SELECT @person || CAST(@first + n AS TEXT), 'citizen-' || CAST(@first + n AS TEXT), 1, 1, 1, 0, @lowest + n % @scores, 1, 'bench', @now FROM numbers
        """;

    // What their partner knows persons by, and what they have agreed to.
    private static readonly string[] Agreements =
    [
        """
            INSERT INTO subjects (partner_id, subject, person_id, created_us)
            SELECT 'bench-' || CAST(n % @partners AS TEXT), @subject || CAST(@first + n AS TEXT), @person || CAST(@first + n AS TEXT), @now FROM numbers
            """,
        """
            INSERT INTO consents (consent_id, partner_id, person_id, subject, purpose, scopes, programmes, state, granted_us, expire_us)
            SELECT 'consent-' || CAST(@first + n AS TEXT), 'bench-' || CAST(n % @partners AS TEXT), @person || CAST(@first + n AS TEXT),
                @subject || CAST(@first + n AS TEXT), 1, 'score.read eligibility.check', @programme, 1, @now, @now + 86400000000 FROM numbers
            """,
    ];

    /// <summary>Puts so many persons there; the first so many of them have each agreed with one of the partners.</summary>
    public async Task FillAsync(int persons, int agreed)
    {
        await using var connection = await OpenAsync();
        await ExecuteAsync(connection, Persons, persons);
        foreach (var sql in Agreements)
        {
            await ExecuteAsync(connection, sql, agreed);
        }

        await connection.Command("ANALYZE").ExecuteAsync(CancellationToken.None);
    }

    /// <summary>How many entries the audit log has, and how many of them the last checkpoint covers.</summary>
    public async Task<(long Size, long Published)> AuditLogAsync()
    {
        await using var connection = await OpenAsync();
        return (await NumberAsync("audit_log"), await NumberAsync("audit_publication"));

        async Task<long> NumberAsync(string table) =>
            await connection.Command($"SELECT size FROM {table} WHERE id = 1").ScalarInt64Async(CancellationToken.None) ?? 0;
    }

    /// <summary>Has PostgreSQL write now what it would write later, so that no window pays for the one before.</summary>
    public async Task CheckpointAsync()
    {
        if (postgreSql is not null)
        {
            await using var connection = await OpenAsync();
            await connection.Command("CHECKPOINT").ExecuteAsync(CancellationToken.None);
        }
    }

    private static async Task ExecuteAsync(DbConnection connection, string sql, int count)
    {
        for (var from = 0; from < count; from += Portion)
        {
            await ExecuteAsync(connection, sql, from, Math.Min(count, from + Portion));
        }
    }

    private static async Task ExecuteAsync(DbConnection connection, string sql, int from, int to)
    {
        var command = connection.Command(Numbers);
        command.CommandText = sql.Replace("INSERT", Numbers + "INSERT", StringComparison.Ordinal);
        command.CommandTimeout = 0;
        foreach (
            var (name, value) in new (string, object)[]
            {
                ("from", from),
                ("to", to),
                ("first", CallPersons.First),
                ("person", CallPersons.PersonPrefix),
                ("subject", CallPersons.SubjectPrefix),
                ("lowest", CallPersons.LowestScore),
                ("scores", CallPersons.Scores),
                ("partners", CallPersons.CallingPartners),
                ("programme", CallMessage.Programme),
                ("now", TimeProvider.System.GetUtcNow().ToMicros()),
            }
        )
        {
            if (sql.Contains($"@{name}", StringComparison.Ordinal) || name is "from" or "to")
            {
                command.Add(name, value);
            }
        }

        await command.ExecuteAsync(CancellationToken.None);
    }

    private async Task<DbConnection> OpenAsync()
    {
        DbConnection connection = postgreSql is null
            ? new SqliteConnection($"Data Source={Path.Combine(directory, "gateway.db")};Pooling=False")
            : new NpgsqlConnection(postgreSql);
        await connection.OpenAsync();
        return connection;
    }
}
