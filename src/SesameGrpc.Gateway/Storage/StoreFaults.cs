using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace SesameGrpc.Gateway.Storage;

/// <summary>What an exception of the store means.</summary>
internal static class StoreFaults
{
    private const int SqlitePrimaryKey = 1555;
    private const int SqliteUnique = 2067;

    /// <summary>
    /// No connection (class 08 behind a proxy), a server that is going down (57), out of resources (53), losing its disk (58) or not the primary any more
    /// (25006: read-only), a SQLite file that is locked, full or unreadable. Entity Framework wraps what a change met in a <see cref="DbUpdateException"/>, and what
    /// it takes for passing in an <see cref="InvalidOperationException"/>.
    /// </summary>
    public static bool IsOutage(Exception exception) =>
        exception switch
        {
            TimeoutException => true,
            PostgresException postgres => postgres.SqlState == PostgresErrorCodes.ReadOnlySqlTransaction
                || postgres.SqlState[..2] is "08" or "53" or "57" or "58",
            NpgsqlException => true,
            SqliteException sqlite => sqlite.SqliteErrorCode is 5 or 6 or 10 or 13 or 14,
            DbUpdateException or InvalidOperationException => exception.InnerException is { } inner && IsOutage(inner),
            _ => false,
        };

    /// <summary>Somebody else has stored a row of the same key in the meantime.</summary>
    public static bool IsDuplicate(Exception exception) =>
        exception
            is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation }
                or SqliteException { SqliteExtendedErrorCode: SqlitePrimaryKey or SqliteUnique };
}
