using System.Data.Common;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.CreditScores;

/// <summary>How far imports have come.</summary>
internal sealed class ScoreImportStore(Database database, TimeProvider time)
{
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
