using System.Data.Common;
using System.Runtime.CompilerServices;
using Google.Protobuf;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.Audit;
using SesameGrpc.TransparencyLog;

namespace SesameGrpc.Gateway.AuditAccess;

/// <summary>
/// The log as it is exported, bundle by bundle: of entries that have ended the hashes, then the entries. Where something is missing it ends, and the receiver finds out that the root does not come out.
/// </summary>
internal static class AuditExport
{
    public static async IAsyncEnumerable<ExportAuditLogResponse> ReadAsync(
        DbConnection connection,
        long first,
        long end,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var ended = Math.Min(end, await AuditStore.MinimumIndexAsync(connection, cancellationToken));
        for (var next = first; next < end; )
        {
            var message =
                next < ended
                    ? await EndedAsync(connection, next, ended, cancellationToken)
                    : await EntriesAsync(connection, next, end, cancellationToken);
            var count = message.LeafHashes.Count + message.Entries.Count;
            if (count == 0)
            {
                yield break;
            }

            yield return message;
            next = message.FirstIndex + count;
        }
    }

    private static async Task<ExportAuditLogResponse> EndedAsync(
        DbConnection connection,
        long first,
        long ended,
        CancellationToken cancellationToken
    )
    {
        var index = first / Tile.FullWidth;
        var tile = new Tile(0, index, await AuditStore.TileAsync(connection, 0, index, cancellationToken) ?? []);
        var from = (int)(first % Tile.FullWidth);
        var until = (int)Math.Min(tile.Width, ended - (index * Tile.FullWidth));
        return new ExportAuditLogResponse
        {
            FirstIndex = first,
            LeafHashes =
            {
                Enumerable.Range(from, Math.Max(0, until - from)).Select(position => ByteString.CopyFrom(tile.HashAt(position))),
            },
        };
    }

    private static async Task<ExportAuditLogResponse> EntriesAsync(
        DbConnection connection,
        long first,
        long end,
        CancellationToken cancellationToken
    )
    {
        var leaves = await AuditStore.LeavesAsync(connection, first, Math.Min(Tile.FullWidth, end - first), cancellationToken);
        return new ExportAuditLogResponse
        {
            FirstIndex = leaves.Count > 0 ? leaves[0].Index : first,
            Entries = { leaves.Select(leaf => UnsafeByteOperations.UnsafeWrap(leaf.Entry)) },
        };
    }
}
