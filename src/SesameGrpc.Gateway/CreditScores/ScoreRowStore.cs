using System.Data.Common;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Npgsql;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.CreditScores;

/// <summary>
/// Reads the persons of a message at once, and writes those that it changes: newcomers and others apart, because a newcomer's row is written without asking anything. With PostgreSQL
/// that is one COPY and one statement, with SQLite a compiled statement for each row.
/// </summary>
internal sealed class ScoreRowStore(Database database, TimeProvider time)
{
    // Persons stand in their index at random places. With SQLite's default cache of 2 MB each page would be read again for every message.
    private const string SqliteSettings = "PRAGMA cache_size = -65536";

    private const string Find =
        "SELECT external_id, person_id, version, opted_in, opted_in_us, opted_out_us, score_version FROM persons WHERE external_id ";

    private const string FindAny = $"{Find} = ANY(@persons)";
    private const string FindAnyLocked = $"{FindAny} ORDER BY external_id FOR UPDATE";
    private const string FindListed = $"{Find} IN (SELECT value FROM json_each(@persons))";

    /// <summary>The stored persons among those of the rows. What is decided on them holds only if <see cref="WriteAsync"/> says so.</summary>
    public async Task<List<ScoredPerson>> ReadAsync(
        DbTransaction transaction,
        IReadOnlyCollection<ScoreRow> rows,
        ScoreRowReading reading,
        CancellationToken cancellationToken
    )
    {
        var asked = reading == ScoreRowReading.Unstored ? rows.Where(row => row.OptedInUnixMicros == 0) : rows;
        var persons = asked.Select(row => row.Person).Order(StringComparer.Ordinal).ToArray();
        if (persons.Length == 0)
        {
            return [];
        }

        if (database.Provider == StorageProvider.Sqlite)
        {
            return await transaction.Command(FindListed, ("persons", JsonSerializer.Serialize(persons))).ListAsync(Map, cancellationToken);
        }

        var batch = new StatementBatch(transaction);

        // A plan that was made while the table was small would read all of it for every message.
        batch.Add("SET LOCAL enable_seqscan = off");
        var found = batch.Query(reading == ScoreRowReading.Locked ? FindAnyLocked : FindAny, Map, ("persons", persons));
        await batch.SendAsync(cancellationToken);
        return found;
    }

    /// <summary>Writes what a message changes; false when somebody else has changed one of the persons since they were read, and all must be rolled back.</summary>
    public async Task<bool> WriteAsync(DbTransaction transaction, ScoreImportBatch batch, string model, CancellationToken cancellationToken)
    {
        // In the order of the index that they go into, so that neighbours meet the same page.
        batch.Newcomers.Sort((one, other) => string.CompareOrdinal(one.ExternalId, other.ExternalId));
        if (database.Provider == StorageProvider.Sqlite)
        {
            await transaction.Command(SqliteSettings).ExecuteAsync(cancellationToken);
            var sqlite = (SqliteConnection)transaction.Connection!;
            ScoreRowStatements.Update(sqlite, batch.Changed, model);
            return ScoreRowStatements.Insert(sqlite, batch.Newcomers, model, time.NowMicros());
        }

        var connection = (NpgsqlConnection)transaction.Connection!;
        return await ScoreRowCopy.InsertAsync(connection, batch.Newcomers, model, time.NowMicros(), cancellationToken)
            && await ScoreRowCopy.UpdateAsync(transaction, batch.Changed, model, cancellationToken);
    }

    private static ScoredPerson Map(DbDataReader row) =>
        ScoredPerson.Stored(
            row.GetString(0),
            row.GetString(1),
            row.GetInt64(2),
            row.GetInt32(3) == 1,
            row.GetInt64(4),
            row.NullableInt64(5),
            row.GetInt64(6)
        );
}

/// <summary>How the persons of a message are read.</summary>
internal enum ScoreRowReading
{
    /// <summary>Who is named with an opt-in is taken for a newcomer, and not looked for; only those are who can be no newcomers.</summary>
    Unstored,

    /// <summary>All are looked for.</summary>
    Plain,

    /// <summary>And nobody else may change those who are found until the commit.</summary>
    Locked,
}
