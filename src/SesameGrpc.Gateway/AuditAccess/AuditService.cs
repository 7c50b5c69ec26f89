using System.Data.Common;
using Google.Protobuf;
using Grpc.Core;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.Audit;
using SesameGrpc.Gateway.Paging;
using SesameGrpc.Gateway.Persons;
using SesameGrpc.Gateway.Pipeline;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.TransparencyLog;

namespace SesameGrpc.Gateway.AuditAccess;

/// <summary>Lets operators search, prove, export and check the audit log.</summary>
internal sealed class AuditService(
    PersonStore persons,
    Database database,
    AuditSearch search,
    AuditVerification verification,
    AuditEntries entries,
    NoteSigner signer
) : Contracts.Operator.V1.AuditService.AuditServiceBase
{
    private const int MaxDifferences = 1000;

    public override async Task<GetAuditCheckpointResponse> GetAuditCheckpoint(GetAuditCheckpointRequest request, ServerCallContext context)
    {
        await using var connection = await database.OpenAsync(context.CancellationToken);
        var size = await PublishedAsync(connection, context.CancellationToken);
        return new GetAuditCheckpointResponse
        {
            Note = await AuditStore.CheckpointAsync(connection, size, context.CancellationToken),
            VerifierKey = signer.VerifierKey.ToString(),
            TreeSize = size,
            MinimumIndex = await AuditStore.MinimumIndexAsync(connection, context.CancellationToken),
        };
    }

    public override async Task<GetAuditInclusionProofResponse> GetAuditInclusionProof(
        GetAuditInclusionProofRequest request,
        ServerCallContext context
    )
    {
        await using var connection = await database.OpenAsync(context.CancellationToken);
        var size = await SizeOfAsync(connection, "tree_size", request.TreeSize, context.CancellationToken);
        var index = request.LeafCase switch
        {
            GetAuditInclusionProofRequest.LeafOneofCase.LeafIndex => request.LeafIndex,
            GetAuditInclusionProofRequest.LeafOneofCase.LeafHash => await LeafIndices.FindAsync(
                connection,
                request.LeafHash,
                context.CancellationToken
            ) ?? throw new RefusalException(Refuse.NotFound()),
            _ => throw new RefusalException(Refuse.Field("leaf", "must be leaf_index or leaf_hash")),
        };
        new FieldCheck().Require(index >= 0 && index < size, "leaf_index", $"must be below the tree size of {size}").Enforce();
        var leaf = await AuditStore.LeafAsync(connection, index, context.CancellationToken);
        if (leaf is null && index >= await AuditStore.MinimumIndexAsync(connection, context.CancellationToken))
        {
            throw new LogFormatException($"Leaf {index} is missing.");
        }

        var tiles = TilesOf(connection);
        var hashes = await tiles.OfAsync(TreeProof.Inclusion(index, size), context.CancellationToken);
        var leafHash = leaf is { } stored
            ? MerkleHash.OfLeaf(stored.Entry.Span)
            : (await tiles.OfAsync([new TreeRange(index, index + 1)], context.CancellationToken))[0];
        return new GetAuditInclusionProofResponse
        {
            LeafIndex = index,
            TreeSize = size,
            Entry = leaf is { } shown ? ByteString.CopyFrom(shown.Entry.Span) : ByteString.Empty,
            Hashes = { hashes.Select(ByteString.CopyFrom) },
            LeafHash = ByteString.CopyFrom(leafHash),
        };
    }

    public override async Task<GetAuditConsistencyProofResponse> GetAuditConsistencyProof(
        GetAuditConsistencyProofRequest request,
        ServerCallContext context
    )
    {
        await using var connection = await database.OpenAsync(context.CancellationToken);
        var size = await SizeOfAsync(connection, "new_size", request.NewSize, context.CancellationToken);
        new FieldCheck().Require(request.OldSize >= 0 && request.OldSize <= size, "old_size", $"must be 0 to {size}").Enforce();
        var hashes = await TilesOf(connection).OfAsync(TreeProof.Consistency(request.OldSize, size), context.CancellationToken);
        return new GetAuditConsistencyProofResponse { NewSize = size, Hashes = { hashes.Select(ByteString.CopyFrom) } };
    }

    public override async Task<ListAuditEntriesResponse> ListAuditEntries(ListAuditEntriesRequest request, ServerCallContext context)
    {
        var person = FieldCheck.IsPersonId(request.Person)
            ? (await persons.FindByExternalIdAsync(request.Person, context.CancellationToken))?.Id ?? request.Person
            : request.Person;
        var filter = LeafFilters.Of(request, person, entries);
        if (person.Length > 0)
        {
            context.Call().Concerns(person);
        }

        var found = await search.FindAsync(filter, Page.SizeOf(request.PageSize), context.CancellationToken);
        return new ListAuditEntriesResponse
        {
            Records = { found.Leaves.Select(leaf => new AuditRecord { LeafIndex = leaf.Index, Entry = leaf.Parse() }) },
            NextPageToken = found.Next is { } next ? PageTokens.Of(next) : "",
        };
    }

    public override async Task ExportAuditLog(
        ExportAuditLogRequest request,
        IServerStreamWriter<ExportAuditLogResponse> responseStream,
        ServerCallContext context
    )
    {
        await using var connection = await database.OpenAsync(context.CancellationToken);

        // One moment: entries may end meanwhile.
        await using var snapshot = await Database.BeginSnapshotAsync(connection, context.CancellationToken);
        var end = await SizeOfAsync(connection, "end_index", request.EndIndex, context.CancellationToken);
        new FieldCheck().Require(request.FirstIndex >= 0 && request.FirstIndex <= end, "first_index", $"must be 0 to {end}").Enforce();
        await foreach (var message in AuditExport.ReadAsync(connection, request.FirstIndex, end, context.CancellationToken))
        {
            await responseStream.WriteAsync(message, context.CancellationToken);
        }
    }

    public override async Task CheckAuditLog(
        CheckAuditLogRequest request,
        IServerStreamWriter<CheckAuditLogResponse> responseStream,
        ServerCallContext context
    )
    {
        await using var connection = await database.OpenAsync(context.CancellationToken);
        await using var snapshot = await Database.BeginSnapshotAsync(connection, context.CancellationToken);
        var report = await verification.RunAsync(
            connection,
            request.EarlierNote.Length > 0 ? request.EarlierNote : null,
            done => responseStream.WriteAsync(new CheckAuditLogResponse { CheckedLeaves = done }, context.CancellationToken),
            context.CancellationToken
        );
        await responseStream.WriteAsync(
            new CheckAuditLogResponse
            {
                CheckedLeaves = report.Leaves,
                CoveredLeaves = report.Covered,
                EndedLeaves = report.Ended,
                Differences = { report.Differences.Take(MaxDifferences) },
                DifferenceCount = report.Differences.Count,
                Complete = true,
            },
            context.CancellationToken
        );
    }

    private static async Task<long> PublishedAsync(DbConnection connection, CancellationToken cancellationToken) =>
        await AuditStore.PublishedSizeAsync(connection, cancellationToken) is var size and >= 0
            ? size
            : throw new RefusalException(Refuse.NotFound());

    private static async Task<long> SizeOfAsync(DbConnection connection, string field, long asked, CancellationToken cancellationToken)
    {
        var published = await PublishedAsync(connection, cancellationToken);
        new FieldCheck()
            .Require(asked >= 0 && asked <= published, field, $"must be 0 to {published}, the size of the newest checkpoint")
            .Enforce();
        return asked == 0 ? published : asked;
    }

    private static TileHashes TilesOf(DbConnection connection) =>
        new(async (level, index, token) => await AuditStore.TileAsync(connection, level, index, token) ?? []);
}
