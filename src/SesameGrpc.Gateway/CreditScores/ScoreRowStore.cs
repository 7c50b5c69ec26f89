using System.Data.Common;
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
    private const string Find =
        "SELECT external_id, person_id, version, opted_in, opted_in_us, opted_out_us, score_version FROM persons WHERE external_id ";

    private const string FindAny = $"{Find} = ANY(@persons)";
    private const string FindAnyLocked = $"{FindAny} ORDER BY external_id FOR UPDATE";
    private const string FindListed = $"{Find} IN (SELECT value FROM json_each(@persons))";

    /// <summary>
    /// The stored persons among those of the rows. With SQLite nobody else writes until the commit; with PostgreSQL that is certain of locked ones only, and of others
    /// <see cref="WriteAsync"/> finds out.
    /// </summary>
    public async Task<List<ScoredPerson>> ReadAsync(
        DbTransaction transaction,
        IReadOnlyCollection<ScoreRow> rows,
        bool locked,
        CancellationToken cancellationToken
    )
    {
        var persons = rows.Select(row => row.Person).Order(StringComparer.Ordinal).ToArray();
        var batch = new StatementBatch(transaction);
        if (database.Provider == StorageProvider.Sqlite)
        {
            var listed = batch.Query(FindListed, Map, ("persons", System.Text.Json.JsonSerializer.Serialize(persons)));
            await batch.SendAsync(cancellationToken);
            return listed;
        }

        // A plan that was made while the table was small would read all of it for every message.
        batch.Add("SET LOCAL enable_seqscan = off");
        var found = batch.Query(locked ? FindAnyLocked : FindAny, Map, ("persons", persons));
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
            var sqlite = (SqliteConnection)transaction.Connection!;
            ScoreRowStatements.Insert(sqlite, batch.Newcomers, model, time.NowMicros());
            ScoreRowStatements.Update(sqlite, batch.Changed, model);
            return true;
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
