using System.Data.Common;
using System.Security.Cryptography;
using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.Audit;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Keys;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.KeyAccess;

/// <summary>Makes the next key in time, forgets the secrets of those that have ended, and reads what other instances have made; on every instance. Whoever comes second finds it done.</summary>
internal sealed partial class KeyRotationWorker(
    KeyCalendar calendar,
    KeyStore store,
    Database database,
    AuditEntries entries,
    GatewayOptions options,
    TimeProvider time,
    ILogger<KeyRotationWorker> logger
) : BackgroundService
{
    /// <summary>Kind of the resource in entries of the audit log.</summary>
    public const string ResourceKind = "key";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(options.Storage.RefreshMilliseconds), time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await calendar.RefreshAsync(stoppingToken);
                if (calendar.Turns.Any(turns => IsDue(turns, time.NowMicros())))
                {
                    await database.WriteBatchedAsync(RotateAsync, stoppingToken);
                    await calendar.RefreshAsync(stoppingToken);
                }
            }
            catch (Exception exception)
                when (exception is DbException or RefusalException or CryptographicException || StoreFaults.IsOutage(exception))
            {
                LogFailed(exception.Message);
            }
        }
    }

    private static bool IsDue(KeyTurns turns, long now) =>
        turns.NextTurn(now) is not null || turns.Keys.Any(key => turns.StateAt(key, now) is null);

    // Looked at again under the lock.
    private async Task<(bool Done, StatementBatch Last)> RotateAsync(DbTransaction transaction, CancellationToken cancellationToken)
    {
        var keys = await store.LockAsync(transaction, cancellationToken);
        var now = time.NowMicros();
        var last = new StatementBatch(transaction);
        var leaves = new List<AuditEntry>();
        foreach (var purpose in KeyCalendar.Purposes)
        {
            var turns = new KeyTurns(keys.Where(key => key.Purpose == purpose), options.Keys);
            foreach (var ended in turns.Keys.Where(key => turns.StateAt(key, now) is null))
            {
                await KeyStore.EndAsync(transaction, ended.Id, cancellationToken);
                leaves.Add(EntryOf(ended.Id));
                LogEnded(ended.Id, purpose);
            }

            if (turns.NextTurn(now) is { } turn)
            {
                var next = KeyCalendar.NewKey(purpose, now, turn);
                await store.SaveAsync(transaction, next, cancellationToken);
                leaves.Add(EntryOf(next.Id));
                LogAnnounced(next.Id, purpose, Instants.FromMicros(turn));
            }
        }

        AuditLog.Append(last, leaves);
        return (true, last);
    }

    private AuditEntry EntryOf(string keyId) => entries.ChangeOfWorker(nameof(KeyRotationWorker), ResourceKind, keyId);

    [LoggerMessage(2901, LogLevel.Information, "Key {KeyId} of {Purpose} is announced; its turn begins at {Turn:O}.")]
    private partial void LogAnnounced(string keyId, KeyPurpose purpose, DateTimeOffset turn);

    [LoggerMessage(2902, LogLevel.Information, "Key {KeyId} of {Purpose} has ended; its secret is gone.")]
    private partial void LogEnded(string keyId, KeyPurpose purpose);

    [LoggerMessage(
        2903,
        LogLevel.Warning,
        "Keys could not be read or changed; those in memory go on serving, and it is tried again: {Cause}"
    )]
    private partial void LogFailed(string cause);
}
