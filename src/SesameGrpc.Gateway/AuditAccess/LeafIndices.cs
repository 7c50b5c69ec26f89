using System.Data.Common;
using Google.Protobuf;
using SesameGrpc.Gateway.Audit;
using SesameGrpc.TransparencyLog;

namespace SesameGrpc.Gateway.AuditAccess;

/// <summary>
/// Finds a leaf by its hash in the tiles, from the newest on: reading every tile, 32 bytes a leaf, is rarely asked for, while an index by hash would make
/// every append dearer.
/// </summary>
internal static class LeafIndices
{
    public static async Task<long?> FindAsync(DbConnection connection, ByteString hash, CancellationToken cancellationToken)
    {
        var size = await AuditStore.PublishedSizeAsync(connection, cancellationToken);
        for (var index = (size - 1) / Tile.FullWidth; index >= 0 && size > 0; index--)
        {
            var tile = new Tile(0, index, await AuditStore.TileAsync(connection, 0, index, cancellationToken) ?? []);
            for (var position = tile.Width - 1; position >= 0; position--)
            {
                if (tile.HashAt(position).AsSpan().SequenceEqual(hash.Span))
                {
                    return (index * Tile.FullWidth) + position;
                }
            }
        }

        return null;
    }
}
