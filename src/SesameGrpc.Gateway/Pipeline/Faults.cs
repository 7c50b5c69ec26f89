using System.Data.Common;
using Google.Protobuf;
using Google.Rpc;
using Microsoft.Data.Sqlite;
using Npgsql;
using SesameGrpc.Gateway.Refusals;

namespace SesameGrpc.Gateway.Pipeline;

/// <summary>Says which refusal an exception means to the caller. What is not expected is logged, once, and answered INTERNAL.</summary>
internal sealed partial class Faults(ILogger<Faults> logger)
{
    public Refusal RefusalOf(Exception exception, Call call)
    {
        var refusal = exception switch
        {
            RefusalException expected => expected.Refusal,
            OperationCanceledException when call.Deadline?.HasPassed == true => Refuse.DeadlineExceeded(call.Deadline.Timeout),
            OperationCanceledException or IOException when call.Deadline?.Aborted.IsCancellationRequested == true => Refuse.Cancelled(),
            InvalidProtocolBufferException => Refuse.MessageMalformed(),
            TimeoutException => Refuse.StoreUnavailable(),
            DbException database when IsOutage(database) => Refuse.StoreUnavailable(),
            _ => Refuse.Internal(),
        };
        if (refusal.Code == Code.Internal)
        {
            LogFault(exception, call.Method, call.Id);
        }

        return refusal;
    }

    // No connection (class 08 behind a proxy), a server that is going down (57), out of resources (53), losing its disk (58) or not the primary any more
    // (25006: read-only), a SQLite file that is locked, full or unreadable.
    private static bool IsOutage(DbException exception) =>
        exception switch
        {
            PostgresException postgres => postgres.SqlState == PostgresErrorCodes.ReadOnlySqlTransaction
                || postgres.SqlState[..2] is "08" or "53" or "57" or "58",
            NpgsqlException => true,
            SqliteException sqlite => sqlite.SqliteErrorCode is 5 or 6 or 10 or 13 or 14,
            _ => false,
        };

    [LoggerMessage(1201, LogLevel.Error, "{Method} failed; call {CallId}.")]
    private partial void LogFault(Exception exception, string? method, string callId);
}
