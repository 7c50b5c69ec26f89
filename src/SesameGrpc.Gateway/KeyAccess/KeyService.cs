using Grpc.Core;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Keys;
using SesameGrpc.Gateway.Paging;
using SesameGrpc.Gateway.Pipeline;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Replay;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.KeyAccess;

/// <summary>Shows operators the keys that take turns, and hurries the next one.</summary>
internal sealed class KeyService(KeyCalendar calendar, KeyStore store, RequestReplay replay, GatewayOptions options, TimeProvider time)
    : Contracts.Operator.V1.KeyService.KeyServiceBase
{
    public override Task<ListKeysResponse> ListKeys(ListKeysRequest request, ServerCallContext context)
    {
        var now = time.NowMicros();
        var keys = calendar
            .Turns.SelectMany(turns => turns.Keys.Select(key => MessageOf(turns, key, now)).OfType<Key>())
            .OrderByDescending(key => key.ActiveTime.ToMicros())
            .ThenBy(key => key.KeyId, StringComparer.Ordinal)
            .ToList();
        var after = keys.FindIndex(key => key.KeyId == request.PageToken);
        new FieldCheck().PageSize(request.PageSize).PageToken(request.PageToken.Length == 0 || after >= 0).Enforce();
        var size = Page.SizeOf(request.PageSize);
        var page = Page.Of(keys.Skip(after + 1).Take(size + 1).ToList(), size, last => last.KeyId);
        return Task.FromResult(new ListKeysResponse { Keys = { page.Items }, NextPageToken = page.NextToken });
    }

    public override async Task<RotateKeyResponse> RotateKey(RotateKeyRequest request, ServerCallContext context)
    {
        new FieldCheck()
            .Require(KeyCalendar.Purposes.Contains(request.Purpose), "purpose", "must be TOKEN_SIGNING or PAIRWISE_SUBJECTS")
            .Enforce();
        var response = await replay.RunAsync(
            context,
            request.RequestId,
            request,
            RotateKeyResponse.Parser,
            async (transaction, token) =>
            {
                var now = time.NowMicros();
                var turn = now + KeyCalendar.ShortestNotice.ToMicros();
                var keys = (await store.LockAsync(transaction, token)).FindAll(key => key.Purpose == request.Purpose);
                var next = keys.Where(key => key.ActiveMicros > now).MinBy(key => key.ActiveMicros);
                next = next is null
                    ? KeyCalendar.NewKey(request.Purpose, now, turn)
                    : next with
                    {
                        ActiveMicros = Math.Min(next.ActiveMicros, turn),
                    };
                await store.SaveAsync(transaction, next, token);
                context.Call().Changes(KeyRotationWorker.ResourceKind, next.Id);
                var turns = new KeyTurns([.. keys.Where(key => key.Id != next.Id), next], options.Keys);
                return new RotateKeyResponse { Key = MessageOf(turns, next, now) };
            }
        );
        await calendar.RefreshAsync(CancellationToken.None);
        return response;
    }

    private static Key? MessageOf(KeyTurns turns, RotatingKey key, long now) =>
        turns.StateAt(key, now) is { } state
            ? new Key
            {
                KeyId = key.Id,
                Purpose = key.Purpose,
                State = state,
                AnnounceTime = Instants.ToTimestamp(key.AnnounceMicros),
                ActiveTime = Instants.ToTimestamp(key.ActiveMicros),
                EndTime = turns.EndOf(key) is { } end ? Instants.ToTimestamp(end) : null,
            }
            : null;
}
