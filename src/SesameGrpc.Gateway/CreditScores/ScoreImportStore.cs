using System.Data.Common;
using Npgsql;
using NpgsqlTypes;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.CreditScores;

/// <summary>What a batch did: the persons that changed, by internal id, and their new versions; and those refused because they are not opted in, by the operator's id.</summary>
internal sealed class BatchOutcome
{
    public Dictionary<string, long> Versions { get; } = new(StringComparer.Ordinal);

    public HashSet<string> Refused { get; } = new(StringComparer.Ordinal);
}

/// <summary>
/// Writes batches of the score feed: with PostgreSQL by binary COPY into a temporary table and one statement from there, with SQLite by one prepared
/// statement for each row. Both apply the same condition: the person is opted in, or the row shows an opt-in later than any opt-out; and its
/// version is above the stored one.
/// </summary>
internal sealed class ScoreImportStore(Database database, TimeProvider time)
{
    private const string UpdateOnConflict = """
        ON CONFLICT (external_id) DO UPDATE SET
            version = persons.version + 1, opted_in = 1, opted_out_us = NULL,
            opted_in_us = CASE WHEN persons.opted_in = 1 THEN persons.opted_in_us ELSE excluded.opted_in_us END,
            court_listed = excluded.court_listed, score = excluded.score, credit_history = excluded.credit_history,
            fulfilment_capacity = excluded.fulfilment_capacity, behaviour_preference = excluded.behaviour_preference,
            personal_characteristics = excluded.personal_characteristics, contact_network = excluded.contact_network,
            score_version = excluded.score_version, model_version = excluded.model_version, as_of_us = excluded.as_of_us
        WHERE excluded.score_version > persons.score_version
            AND (persons.opted_in = 1 OR excluded.opted_in_us > COALESCE(persons.opted_out_us, 0))
        """;

    private const string PersonColumns =
        "person_id, external_id, version, opted_in, opted_in_us, court_listed, score, credit_history, fulfilment_capacity, behaviour_preference, "
        + "personal_characteristics, contact_network, score_version, model_version, as_of_us";

    // A row without an opt-in of its own may only change a person who is there: its opted_in_us of 0 is no later than any opt-out.
    private const string UpsertOne = $"""
        INSERT INTO persons ({PersonColumns})
        SELECT @id, @person, 1, 1, @opted_in, @listed, @score, @p1, @p2, @p3, @p4, @p5, @score_version, @model, @as_of
        WHERE @opted_in > 0 OR EXISTS (SELECT 1 FROM persons WHERE external_id = @person)
        {UpdateOnConflict}
        RETURNING person_id, version
        """;

    private const string CreateBatchTable = """
        CREATE TEMPORARY TABLE IF NOT EXISTS score_batch (person_id TEXT, external_id TEXT, opted_in_us BIGINT, court_listed INTEGER, score INTEGER,
            p1 INTEGER, p2 INTEGER, p3 INTEGER, p4 INTEGER, p5 INTEGER, score_version BIGINT, as_of_us BIGINT) ON COMMIT DELETE ROWS;
        TRUNCATE score_batch
        """;

    private const string CopyBatch =
        "COPY score_batch (person_id, external_id, opted_in_us, court_listed, score, p1, p2, p3, p4, p5, score_version, as_of_us) FROM STDIN (FORMAT BINARY)";

    private const string UpsertBatch = $"""
        INSERT INTO persons ({PersonColumns})
        SELECT b.person_id, b.external_id, 1, 1, b.opted_in_us, b.court_listed, b.score, b.p1, b.p2, b.p3, b.p4, b.p5, b.score_version, @model, b.as_of_us
        FROM score_batch b
        WHERE b.opted_in_us > 0 OR EXISTS (SELECT 1 FROM persons p WHERE p.external_id = b.external_id)
        ORDER BY b.external_id
        {UpdateOnConflict}
        RETURNING person_id, version
        """;

    private const string RefusedInBatch = """
        SELECT b.external_id FROM score_batch b LEFT JOIN persons p ON p.external_id = b.external_id
        WHERE p.person_id IS NULL OR (p.opted_in = 0 AND b.opted_in_us <= COALESCE(p.opted_out_us, 0))
        """;

    private const string IsOptedInFor =
        "SELECT CASE WHEN opted_in = 1 OR @opted_in > COALESCE(opted_out_us, 0) THEN 1 ELSE 0 END FROM persons WHERE external_id = @person";

    public async Task<ScoreImport> FindAsync(string importId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        var found = await connection
            .Command(
                "SELECT position, applied_rows, unchanged_rows, rejected_rows, complete, updated_us FROM score_imports WHERE import_id = @id",
                ("id", importId)
            )
            .ListAsync(row => Map(importId, row), cancellationToken);
        return found.SingleOrDefault() ?? new ScoreImport { ImportId = importId };
    }

    /// <summary>Stores how far an import has come; false when another stream has taken it further, or to its end, since the position given.</summary>
    public async Task<bool> SaveAsync(
        DbTransaction transaction,
        ScoreImport import,
        long positionBefore,
        CancellationToken cancellationToken
    ) =>
        await transaction
            .Command(
                """
                INSERT INTO score_imports (import_id, position, applied_rows, unchanged_rows, rejected_rows, complete, updated_us)
                VALUES (@id, @position, @applied, @unchanged, @rejected, @complete, @now)
                ON CONFLICT (import_id) DO UPDATE SET position = excluded.position, applied_rows = excluded.applied_rows, unchanged_rows = excluded.unchanged_rows,
                    rejected_rows = excluded.rejected_rows, complete = excluded.complete, updated_us = excluded.updated_us
                WHERE score_imports.position = @before AND score_imports.complete = 0
                """,
                ("id", import.ImportId),
                ("position", import.Position),
                ("applied", import.AppliedRows),
                ("unchanged", import.UnchangedRows),
                ("rejected", import.RejectedRows),
                ("complete", import.Complete ? 1 : 0),
                ("now", time.NowMicros()),
                ("before", positionBefore)
            )
            .ExecuteAsync(cancellationToken) == 1;

    /// <summary>Applies rows of distinct persons.</summary>
    public Task<BatchOutcome> ApplyAsync(
        DbTransaction transaction,
        IReadOnlyList<ScoreRow> rows,
        string model,
        CancellationToken cancellationToken
    ) =>
        database.Provider == StorageProvider.PostgreSql
            ? ApplyByCopyAsync((NpgsqlTransaction)transaction, rows, model, cancellationToken)
            : ApplyRowByRowAsync(transaction, rows, model, cancellationToken);

    private async Task<BatchOutcome> ApplyRowByRowAsync(
        DbTransaction transaction,
        IReadOnlyList<ScoreRow> rows,
        string model,
        CancellationToken cancellationToken
    )
    {
        var outcome = new BatchOutcome();
        await using var upsert = transaction.Command(
            UpsertOne,
            ("id", ""),
            ("person", ""),
            ("opted_in", 0L),
            ("listed", 0),
            ("score", 0),
            ("p1", 0),
            ("p2", 0),
            ("p3", 0),
            ("p4", 0),
            ("p5", 0),
            ("score_version", 0L),
            ("model", model),
            ("as_of", 0L)
        );
        await upsert.PrepareAsync(cancellationToken);
        foreach (var row in rows)
        {
            var parts = ScoreRowRules.PartsOf(row);
            object?[] values =
            [
                TimedId.New(time.NowMicros()),
                row.Person,
                row.OptedInUnixMicros,
                row.CourtListed ? 1 : 0,
                ScoreRowRules.ScoreOf(row),
                parts?.CreditHistory,
                parts?.FulfilmentCapacity,
                parts?.BehaviourPreference,
                parts?.PersonalCharacteristics,
                parts?.ContactNetwork,
                row.Version,
                model,
                row.AsOfUnixMicros,
            ];
            for (var index = 0; index < values.Length; index++)
            {
                upsert.Parameters[index].Value = values[index] ?? DBNull.Value;
            }

            if (await ApplyOneAsync(upsert, cancellationToken) is { } applied)
            {
                outcome.Versions[applied.Person] = applied.Version;
            }
            else if (
                await transaction
                    .Command(IsOptedInFor, ("person", row.Person), ("opted_in", row.OptedInUnixMicros))
                    .ScalarInt64Async(cancellationToken) != 1
            )
            {
                outcome.Refused.Add(row.Person);
            }
        }

        return outcome;
    }

    private static async Task<(string Person, long Version)?> ApplyOneAsync(DbCommand upsert, CancellationToken cancellationToken)
    {
        await using var reader = await upsert.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? (reader.GetString(0), reader.GetInt64(1)) : null;
    }

    private async Task<BatchOutcome> ApplyByCopyAsync(
        NpgsqlTransaction transaction,
        IReadOnlyList<ScoreRow> rows,
        string model,
        CancellationToken cancellationToken
    )
    {
        await transaction.Command(CreateBatchTable).ExecuteAsync(cancellationToken);
        await using (var copy = await transaction.Connection!.BeginBinaryImportAsync(CopyBatch, cancellationToken))
        {
            foreach (var row in rows)
            {
                await WriteAsync(copy, row, cancellationToken);
            }

            await copy.CompleteAsync(cancellationToken);
        }

        var outcome = new BatchOutcome();
        foreach (
            var (person, version) in await transaction
                .Command(UpsertBatch, ("model", model))
                .ListAsync(row => (row.GetString(0), row.GetInt64(1)), cancellationToken)
        )
        {
            outcome.Versions[person] = version;
        }

        outcome.Refused.UnionWith(await transaction.Command(RefusedInBatch).ListAsync(row => row.GetString(0), cancellationToken));
        return outcome;
    }

    private async Task WriteAsync(NpgsqlBinaryImporter copy, ScoreRow row, CancellationToken cancellationToken)
    {
        var parts = ScoreRowRules.PartsOf(row);
        await copy.StartRowAsync(cancellationToken);
        await copy.WriteAsync(TimedId.New(time.NowMicros()), NpgsqlDbType.Text, cancellationToken);
        await copy.WriteAsync(row.Person, NpgsqlDbType.Text, cancellationToken);
        await copy.WriteAsync(row.OptedInUnixMicros, NpgsqlDbType.Bigint, cancellationToken);
        int?[] numbers =
        [
            row.CourtListed ? 1 : 0,
            ScoreRowRules.ScoreOf(row),
            parts?.CreditHistory,
            parts?.FulfilmentCapacity,
            parts?.BehaviourPreference,
            parts?.PersonalCharacteristics,
            parts?.ContactNetwork,
        ];
        foreach (var number in numbers)
        {
            await (
                number is { } value
                    ? copy.WriteAsync(value, NpgsqlDbType.Integer, cancellationToken)
                    : copy.WriteNullAsync(cancellationToken)
            );
        }

        await copy.WriteAsync(row.Version, NpgsqlDbType.Bigint, cancellationToken);
        await copy.WriteAsync(row.AsOfUnixMicros, NpgsqlDbType.Bigint, cancellationToken);
    }

    private static ScoreImport Map(string importId, DbDataReader row) =>
        new()
        {
            ImportId = importId,
            Position = row.GetInt64(0),
            AppliedRows = row.GetInt64(1),
            UnchangedRows = row.GetInt64(2),
            RejectedRows = row.GetInt64(3),
            Complete = row.GetInt32(4) == 1,
            UpdateTime = Instants.ToTimestamp(row.GetInt64(5)),
        };
}
