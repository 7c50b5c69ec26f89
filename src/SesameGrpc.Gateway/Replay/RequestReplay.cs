using System.Data.Common;
using System.Security.Cryptography;
using Google.Protobuf;
using Grpc.Core;
using SesameGrpc.Gateway.Pipeline;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Replay;

/// <summary>
/// Runs every mutation: its effect, its answer and the record of its request_id are one transaction. The same request again gets the first
/// answer, byte for byte; another body under the same id is refused (AIP-155). Concurrent twins wait for one another and have one effect.
/// </summary>
internal sealed class RequestReplay(Database database, TimeProvider time)
{
    /// <summary>Response header of a replayed answer: when it was first given.</summary>
    public const string ReplayedHeader = "sesame-replayed-from";

    public async Task<TResponse> RunAsync<TResponse>(
        ServerCallContext context,
        string requestId,
        IMessage request,
        MessageParser<TResponse> parser,
        Func<DbTransaction, CancellationToken, Task<TResponse>> effect
    )
        where TResponse : class, IMessage<TResponse>
    {
        RequireRequestId(requestId);
        var call = context.Call();
        var key = new RequestKey(call.Caller, call.Method!, requestId, BodyHash(request));
        var (answer, firstTime) = await database.WriteAsync(
            (transaction, token) => RunOnceAsync(transaction, key, effect, token),
            context.CancellationToken
        );
        if (firstTime is { } first)
        {
            await context.WriteResponseHeadersAsync(new Metadata { { ReplayedHeader, $"{first:yyyy-MM-ddTHH:mm:ss.ffffffZ}" } });
        }

        return parser.ParseFrom(answer);
    }

    private async Task<(byte[] Answer, DateTimeOffset? FirstTime)> RunOnceAsync<TResponse>(
        DbTransaction transaction,
        RequestKey key,
        Func<DbTransaction, CancellationToken, Task<TResponse>> effect,
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
        if (claimed == 0)
        {
            return await ReplayAsync(transaction, key, cancellationToken);
        }

        var answer = (await effect(transaction, cancellationToken)).ToByteArray();
        await transaction
            .Command(
                "UPDATE requests SET response = @response WHERE caller = @caller AND method = @method AND request_id = @request",
                ("response", answer),
                ("caller", key.Caller),
                ("method", key.Method),
                ("request", key.RequestId)
            )
            .ExecuteAsync(cancellationToken);
        return (answer, null);
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

    private static void RequireRequestId(string requestId)
    {
        if (requestId.Length is 0 or > 64 || requestId.Any(character => character is < '!' or > '~'))
        {
            throw new RefusalException(
                Refuse.Field(
                    "request_id",
                    "must be 1 to 64 visible ASCII characters; make a UUID for every new request and keep it over retries"
                )
            );
        }
    }

    // Deterministic serialization sorts map entries, so that a retry is the same body whatever order its client wrote them in.
    private static byte[] BodyHash(IMessage request)
    {
        var bytes = new byte[request.CalculateSize()];
        using var output = new CodedOutputStream(bytes) { Deterministic = true };
        request.WriteTo(output);
        output.CheckNoSpaceLeft();
        return SHA256.HashData(bytes);
    }

    private sealed record RequestKey(string Caller, string Method, string RequestId, byte[] BodyHash);
}
