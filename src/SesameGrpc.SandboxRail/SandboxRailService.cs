using System.Collections.Concurrent;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Contracts.Rail.V1;
using Collection = SesameGrpc.Contracts.Rail.V1.Collection;
using Status = Grpc.Core.Status;

namespace SesameGrpc.SandboxRail;

/// <summary>The payment system's interface, with the faults that a person's id asks for.</summary>
internal sealed class SandboxRailService(CollectionBook book) : RailService.RailServiceBase
{
    private const int LongestId = 64;

    // Counted per process: a fault that is asked for needs no disk.
    private readonly ConcurrentDictionary<string, int> calls = new(StringComparer.Ordinal);

    public override async Task<CollectResponse> Collect(CollectRequest request, ServerCallContext context)
    {
        Check(request);
        var behaviour = PersonBehaviour.Of(request.Person);
        var call = calls.AddOrUpdate(request.CollectionId, 1, (_, count) => count + 1);
        if (behaviour.IsUnavailable && call <= PersonBehaviour.UnavailableCalls)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, "The payment system is down, as this person's id asks for."));
        }

        var (entry, isNew) = await book.CollectAsync(request, context.CancellationToken);
        if (entry is null)
        {
            throw new RpcException(new Status(StatusCode.AlreadyExists, "The collection_id belongs to another request."));
        }

        if (behaviour.LosesAnswer && isNew)
        {
            // The stream is reset: the caller cannot know what happened.
            context.GetHttpContext().Abort();
        }

        return new CollectResponse { Collection = Show(entry) };
    }

    public override async Task<RefundResponse> Refund(RefundRequest request, ServerCallContext context)
    {
        CheckId(request.CollectionId, "collection_id");
        return new RefundResponse { Collection = Show(await book.RefundAsync(request.CollectionId, context.CancellationToken)) };
    }

    public override async Task<RefundPartResponse> RefundPart(RefundPartRequest request, ServerCallContext context)
    {
        CheckId(request.CollectionId, "collection_id");
        Require(request.RefundedAmount is { CurrencyCode: "CNY", MinorUnits: > 0 }, "refunded_amount must be above 0, in CNY.");
        var entry = await book.RefundPartAsync(request.CollectionId, request.RefundedAmount, context.CancellationToken);
        return entry is not null
            ? new RefundPartResponse { Collection = Show(entry) }
            : throw new RpcException(
                new Status(StatusCode.FailedPrecondition, "The collection is not COLLECTED, or took less than is to be given back.")
            );
    }

    public override async Task<GetCollectionResponse> GetCollection(GetCollectionRequest request, ServerCallContext context)
    {
        CheckId(request.CollectionId, "collection_id");
        var entry = await book.GetAsync(request.CollectionId, context.CancellationToken);
        return entry is not null
            ? new GetCollectionResponse { Collection = Show(entry) }
            : throw new RpcException(new Status(StatusCode.NotFound, "Nothing is known under this collection_id."));
    }

    private static void Check(CollectRequest request)
    {
        CheckId(request.CollectionId, "collection_id");
        CheckId(request.ObligationId, "obligation_id");
        CheckId(request.Person, "person");
        Require(request.Amount is { CurrencyCode: "CNY", MinorUnits: > 0 }, "amount must be above 0, in CNY.");
        Require(request.Statement is { Partner.Length: > 0, OrderId.Length: > 0, Programme.Length: > 0 }, "statement must be complete.");
    }

    private static void CheckId(string id, string field) =>
        Require(
            id.Length is > 0 and <= LongestId && id.All(letter => letter is > ' ' and <= '~'),
            $"{field} must be 1 to {LongestId} visible ASCII characters."
        );

    private static void Require(bool holds, string message)
    {
        if (!holds)
        {
            throw new RpcException(new Status(StatusCode.InvalidArgument, message));
        }
    }

    private static Collection Show(JournalEntry entry)
    {
        var collection = new Collection
        {
            CollectionId = entry.CollectionId,
            Status = entry.Status,
            UpdateTime = Timestamp.FromDateTimeOffset(entry.Time),
        };
        if (entry.RefundedFen > 0)
        {
            collection.RefundedAmount = new Money { CurrencyCode = entry.Currency, MinorUnits = entry.RefundedFen };
        }

        if (entry.Status == CollectionStatus.Declined)
        {
            collection.Decline = new Decline { Reason = entry.Reason, LaterAttemptMaySucceed = entry.LaterAttemptMaySucceed };
        }

        return collection;
    }
}
