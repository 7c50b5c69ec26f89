using Microsoft.Data.Sqlite;
using SesameGrpc.Gateway.Configuration;

namespace SesameGrpc.Gateway.Storage;

/// <summary>
/// Writes what SQLite has in its log into its file, beside the writers. SQLite by itself does so within the commit that makes the log too long, and everybody waits for that commit. Here a commit
/// waits only for the little that came while the bulk was written; then the log begins anew.
/// </summary>
internal sealed partial class SqliteCheckpointer(
    Database database,
    GatewayOptions options,
    TimeProvider time,
    ILogger<SqliteCheckpointer> logger
) : BackgroundService
{
    // A page that changes often is written to the file once for each length of the log.
    private const long LongestLogBytes = 4 << 20;

    private const string PassiveCheckpoint = "PRAGMA wal_checkpoint(PASSIVE)";

    // Each writes what came while the one before wrote, which is less each time; the last one is done while everybody waits.
    private const int UnlockedRounds = 3;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    /// <summary>Whatever its length, writes the log into the file.</summary>
    public async Task CheckpointAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        for (var round = 0; round < UnlockedRounds; round++)
        {
            await connection.Command(PassiveCheckpoint).ExecuteAsync(cancellationToken);
        }

        await database.EnterWriterAsync(cancellationToken);
        try
        {
            await connection.Command(PassiveCheckpoint).ExecuteAsync(cancellationToken);
        }
        finally
        {
            database.LeaveWriter();
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        options.Storage.Provider == StorageProvider.Sqlite ? Workers.OnOwnThreadAsync(() => WatchAsync(stoppingToken)) : Task.CompletedTask;

    private async Task WatchAsync(CancellationToken stoppingToken)
    {
        var log = new SqliteLogFile(new SqliteConnectionStringBuilder(database.ConnectionString).DataSource);
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                if (log.IsLongerThan(LongestLogBytes))
                {
                    await CheckpointAsync(stoppingToken);
                }
            }
            catch (Exception exception) when (exception is SqliteException or IOException)
            {
                LogCheckpointFailed(exception.Message);
            }
        }
    }

    [LoggerMessage(1304, LogLevel.Warning, "SQLite's log could not be written into its file: {Cause}")]
    private partial void LogCheckpointFailed(string cause);
}
