using System.Data;
using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Refusals;

namespace SesameGrpc.Gateway.Storage;

/// <summary>
/// Connections and transactions of the store of record. All SQL of the gateway is written once, in the dialect that SQLite and
/// PostgreSQL share. Invariant: every write goes through <see cref="WriteAsync"/>, so that SQLite has one writer at a time.
/// </summary>
internal sealed class Database : IAsyncDisposable
{
    private const int WriteAttempts = 5;
    private static readonly TimeSpan LongestLastWrite = TimeSpan.FromSeconds(5);

    private readonly DbDataSource source;
    private readonly SemaphoreSlim sqliteWriter = new(1, 1);
    private DbConnection? sqliteConnection;
    private int waitingWriters;

    public Database(GatewayOptions options)
    {
        Provider = options.Storage.Provider;
        ConnectionString = Provider == StorageProvider.Sqlite ? SqliteConnectionString(options) : PostgreSqlConnectionString(options);
        source =
            Provider == StorageProvider.Sqlite
                ? SqliteFactory.Instance.CreateDataSource(ConnectionString)
                : NpgsqlDataSource.Create(ConnectionString);
    }

    public StorageProvider Provider { get; }

    public string ConnectionString { get; }

    /// <summary>Writers that wait for SQLite's one place; always 0 with PostgreSQL.</summary>
    public int WaitingWriters => Volatile.Read(ref waitingWriters);

    public async ValueTask<DbConnection> OpenAsync(CancellationToken cancellationToken) =>
        await source.OpenConnectionAsync(cancellationToken);

    /// <summary>Begins a transaction in which every query sees the store as it is at the first one. It takes no lock and is never committed.</summary>
    public static async ValueTask<DbTransaction> BeginSnapshotAsync(DbConnection connection, CancellationToken cancellationToken) =>
#pragma warning disable CA1849 // Asynchronously it can only be begun with the lock of a writer; so, it does nothing yet.
        connection is SqliteConnection sqlite
            ? sqlite.BeginTransaction(deferred: true)
#pragma warning restore CA1849
            : await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);

    /// <summary>Runs work in one transaction and commits it; an exception rolls everything back. A lost race is tried again, then refused with LOST_RACE.</summary>
    public Task<T> WriteAsync<T>(Func<DbTransaction, CancellationToken, Task<T>> work, CancellationToken cancellationToken) =>
        WriteBatchedAsync(
            async (transaction, token) => (await work(transaction, token), new StatementBatch(transaction)),
            cancellationToken
        );

    /// <summary>The same for work that leaves its last statements to be sent together with the commit.</summary>
    public async Task<T> WriteBatchedAsync<T>(
        Func<DbTransaction, CancellationToken, Task<(T Result, StatementBatch Last)>> work,
        CancellationToken cancellationToken
    )
    {
        if (Provider == StorageProvider.PostgreSql)
        {
            return await WriteWithRetriesAsync(work, cancellationToken);
        }

        await EnterSqliteAsync(cancellationToken);
        try
        {
            return await WriteOnceAsync(sqliteConnection ?? await OpenSqliteAsync(cancellationToken), work, cancellationToken);
        }
        catch (SqliteException)
        {
            // Whatever was wrong, the next writer begins with a connection about which nothing is.
            await CloseSqliteAsync();
            throw;
        }
        finally
        {
            sqliteWriter.Release();
        }
    }

    /// <summary>
    /// Waits for SQLite's one place for writers, for a write that is not a transaction of ours; <see cref="LeaveWriter"/> gives it back. PostgreSQL has no such place.
    /// </summary>
    public Task EnterWriterAsync(CancellationToken cancellationToken) =>
        Provider == StorageProvider.Sqlite ? EnterSqliteAsync(cancellationToken) : Task.CompletedTask;

    public void LeaveWriter()
    {
        if (Provider == StorageProvider.Sqlite)
        {
            sqliteWriter.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        // A write whose caller has given up may be under way still; it has this long, as a shutdown does not wait for ever.
        await sqliteWriter.WaitAsync(LongestLastWrite);
        await CloseSqliteAsync();
        await source.DisposeAsync();
        sqliteWriter.Dispose();
        if (Provider == StorageProvider.Sqlite)
        {
            using var connection = new SqliteConnection(ConnectionString);
            SqliteConnection.ClearPool(connection);
        }
    }

    private async Task EnterSqliteAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref waitingWriters);
        try
        {
            await sqliteWriter.WaitAsync(cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref waitingWriters);
        }
    }

    private async Task<T> WriteWithRetriesAsync<T>(
        Func<DbTransaction, CancellationToken, Task<(T Result, StatementBatch Last)>> work,
        CancellationToken cancellationToken
    )
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await using var connection = await source.OpenConnectionAsync(cancellationToken);
                return await WriteOnceAsync(connection, work, cancellationToken);
            }
            catch (PostgresException exception)
                when (exception.SqlState is PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure)
            {
                if (attempt == WriteAttempts)
                {
                    throw new RefusalException(Refuse.LostRace());
                }
            }
        }
    }

    // Kept open, since SQLite has one writer at a time. It leaves the log to SqliteCheckpointer.
    private async Task<DbConnection> OpenSqliteAsync(CancellationToken cancellationToken)
    {
        sqliteConnection = await source.OpenConnectionAsync(cancellationToken);
        await sqliteConnection.Command("PRAGMA wal_autocheckpoint = 0").ExecuteAsync(CancellationToken.None);
        return sqliteConnection;
    }

    private async ValueTask CloseSqliteAsync()
    {
        if (sqliteConnection is { } connection)
        {
            sqliteConnection = null;
            await connection.DisposeAsync();
        }
    }

    private static async Task<T> WriteOnceAsync<T>(
        DbConnection connection,
        Func<DbTransaction, CancellationToken, Task<(T Result, StatementBatch Last)>> work,
        CancellationToken cancellationToken
    )
    {
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);
        var (result, last) = await work(transaction, cancellationToken);
        await last.SendAndCommitAsync(CancellationToken.None);
        return result;
    }

    private static string SqliteConnectionString(GatewayOptions options)
    {
        var builder = new SqliteConnectionStringBuilder(options.Storage.ConnectionString) { Pooling = true };
        if (!builder.ShouldSerialize("Default Timeout"))
        {
            // How long to wait, with a thread, while another process holds the file's lock. The provider's own 30 seconds outlast any deadline.
            builder.DefaultTimeout = 2;
        }

        if (builder.DataSource.Length == 0)
        {
            builder.DataSource = Path.Combine(options.DataDirectory, "gateway.db");
        }

        return builder.ToString();
    }

    private static string PostgreSqlConnectionString(GatewayOptions options)
    {
        try
        {
            var builder = new NpgsqlConnectionStringBuilder(options.Storage.ConnectionString);
            var timeoutIsStated =
                builder.ContainsKey("Timeout") && options.Storage.ConnectionString.Contains("Timeout", StringComparison.OrdinalIgnoreCase);
            if (!timeoutIsStated)
            {
                builder.Timeout = 2;
            }

            // Nothing that the gateway does leaves a state on a session; the reset would be five statements before every transaction.
            builder.NoResetOnClose = true;

            if (!options.Storage.ConnectionString.Contains("Auto Prepare", StringComparison.OrdinalIgnoreCase))
            {
                // The gateway's statements are few and constant: each connection plans each of them once.
                builder.MaxAutoPrepare = 200;
                builder.AutoPrepareMinUsages = 2;
            }

            return builder.ToString();
        }
        catch (ArgumentException exception)
        {
            throw new ConfigurationException($"Sesame:Storage:ConnectionString is not an Npgsql connection string: {exception.Message}");
        }
    }
}
