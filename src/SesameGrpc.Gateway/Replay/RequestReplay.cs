using System.Data.Common;
using Google.Protobuf;
using Grpc.Core;
using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Gateway.Audit;
using SesameGrpc.Gateway.Failpoints;
using SesameGrpc.Gateway.Pipeline;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Replay;

/// <summary>
/// Runs every mutation: its effect, its answer, the record of its request_id and its entries in the audit log are one transaction. The same request
/// again gets the first answer, byte for byte; another body under the same id is refused (AIP-155). Concurrent twins wait for one another and have
/// one effect.
/// </summary>
internal sealed class RequestReplay(Database database, TimeProvider time)
{
    /// <summary>Response header of a replayed answer: when it was first given.</summary>
    public const string ReplayedHeader = "sesame-replayed-from";

    /// <summary>
    /// Runs the effect unless the request was answered before. behindLeaves adds what belongs right behind the transaction's leaves, of which it gets the number.
    /// </summary>
    public async Task<TResponse> RunAsync<TResponse>(
        ServerCallContext context,
        string requestId,
        IMessage request,
        MessageParser<TResponse> parser,
        Func<DbTransaction, CancellationToken, Task<TResponse>> effect,
        Action<StatementBatch, int>? behindLeaves = null
    )
        where TResponse : class, IMessage<TResponse>
    {
        var call = context.Call();
        var key = RequestKey.Of(context, requestId, request);
        var (answer, firstTime) = await database.WriteBatchedAsync(
            (transaction, token) => RunOnceAsync(transaction, call, key, effect, behindLeaves, token),
            context.CancellationToken
        );
        Crash.At(Failpoint.ReplayCommitted);
        await MarkAsync(context, firstTime);
        return parser.ParseFrom(answer);
    }

    /// <summary>Marks a replayed answer with the time at which it was first given; null: it is given for the first time.</summary>
    public static async Task MarkAsync(ServerCallContext context, DateTimeOffset? firstTime)
    {
        if (firstTime is { } first)
        {
            await context.WriteResponseHeadersAsync(new Metadata { { ReplayedHeader, $"{first:yyyy-MM-ddTHH:mm:ss.ffffffZ}" } });
            Crash.At(Failpoint.ReplayMarked);
        }
    }

    private async Task<((byte[] Answer, DateTimeOffset? FirstTime) Result, StatementBatch Last)> RunOnceAsync<TResponse>(
        DbTransaction transaction,
        Call call,
        RequestKey key,
        Func<DbTransaction, CancellationToken, Task<TResponse>> effect,
        Action<StatementBatch, int>? behindLeaves,
        CancellationToken cancellationToken
    )
        where TResponse : class, IMessage<TResponse>
    {
        var claimed = await transaction
            .Command(
                """
                INSERT INTO requests (caller, method, request_id, body_sha256, response, created_us)
                VALUES (@caller, @method, @request, @hash, NULL, @now) ON CONFLICT (caller, method, request_id) DO NOTHING
                """,
                ("caller", key.Caller),
                ("method", key.Method),
                ("request", key.RequestId),
                ("hash", key.BodyHash),
                ("now", time.NowMicros())
            )
            .ExecuteAsync(cancellationToken);
        var last = new StatementBatch(transaction);
        if (claimed == 0)
        {
            var first = await ReplayAsync(transaction, key, cancellationToken);
            Crash.At(Failpoint.ReplayFound);
            var replayed = call.NewAuditEntry();
            replayed.Outcome = AuditOutcome.Replayed;
            AuditLog.Append(last, [replayed]);
            return (first, last);
        }

        // A transaction that is tried again makes its entries again.
        Crash.At(Failpoint.ReplayClaimed);
        call.Leaves.Clear();
        var answer = (await effect(transaction, cancellationToken)).ToByteArray();
        Crash.At(Failpoint.ReplayEffectDone);
        last.Add(
            "UPDATE requests SET response = @response, person_id = @person WHERE caller = @caller AND method = @method AND request_id = @request",
            ("response", answer),
            ("person", call.Person),
            ("caller", key.Caller),
            ("method", key.Method),
            ("request", key.RequestId)
        );
        var leaves = call.AllLeaves();
        AuditLog.Append(last, leaves);
        behindLeaves?.Invoke(last, leaves.Count);
        Crash.At(Failpoint.ReplayReady);
        return ((answer, null), last);
    }

    private static async Task<(byte[] Answer, DateTimeOffset? FirstTime)> ReplayAsync(
        DbTransaction transaction,
        RequestKey key,
        CancellationToken cancellationToken
    )
    {
        var found = await transaction
            .Command(
                "SELECT body_sha256, response, created_us FROM requests WHERE caller = @caller AND method = @method AND request_id = @request",
                ("caller", key.Caller),
                ("method", key.Method),
                ("request", key.RequestId)
            )
            .ListAsync(
                row =>
                    (
                        Hash: row.GetFieldValue<byte[]>(0),
                        Response: row.GetFieldValue<byte[]>(1),
                        Created: Instants.FromMicros(row.GetInt64(2))
                    ),
                cancellationToken
            );
        var (hash, response, created) = found.Single();
        return hash.AsSpan().SequenceEqual(key.BodyHash)
            ? (response, created)
            : throw new RefusalException(Refuse.RequestIdReused(created));
    }
}
