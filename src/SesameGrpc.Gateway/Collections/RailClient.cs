using Grpc.Core;
using SesameGrpc.Contracts.Rail.V1;
using SesameGrpc.Gateway.Amounts;
using SesameGrpc.Gateway.Configuration;
using CallOptions = Grpc.Core.CallOptions;
using Collection = SesameGrpc.Contracts.Rail.V1.Collection;

namespace SesameGrpc.Gateway.Collections;

/// <summary>Asks the operator's payment system. Whatever happens becomes an answer; only the caller's own cancellation is thrown.</summary>
internal sealed class RailClient(RailChannel channel, CollectionMetrics metrics, GatewayOptions options)
{
    private readonly TimeSpan timeout = TimeSpan.FromSeconds(options.Rail.TimeoutSeconds);

    public Task<RailAnswer> CollectAsync(CollectRequest request, CancellationToken cancellationToken) =>
        AskAsync(
            nameof(RailService.RailServiceClient.Collect),
            async (rail, call) => (await rail.CollectAsync(request, call)).Collection,
            answer => CollectionRules.Read(answer, request.CollectionId),
            CollectionRules.Read,
            cancellationToken
        );

    /// <summary>How a collection stands that was pending. Unknown to the payment system after all: it is to be asked to collect again.</summary>
    public Task<RailAnswer> LookUpAsync(string collectionId, CancellationToken cancellationToken) =>
        AskAsync(
            nameof(RailService.RailServiceClient.GetCollection),
            async (rail, call) =>
                (await rail.GetCollectionAsync(new GetCollectionRequest { CollectionId = collectionId }, call)).Collection,
            answer => CollectionRules.Read(answer, collectionId),
            code => code == StatusCode.NotFound ? new RailAnswer(RailOutcome.Unknown, code.ToString()) : CollectionRules.Read(code),
            cancellationToken
        );

    public Task<RailAnswer> RefundAsync(string collectionId, CancellationToken cancellationToken) =>
        AskAsync(
            nameof(RailService.RailServiceClient.Refund),
            async (rail, call) => (await rail.RefundAsync(new RefundRequest { CollectionId = collectionId }, call)).Collection,
            answer => CollectionRules.ReadRefund(answer, collectionId),
            CollectionRules.Read,
            cancellationToken
        );

    /// <summary>Has so much given back of what was taken, in all.</summary>
    public Task<RailAnswer> RefundPartAsync(string collectionId, long refundedFen, CancellationToken cancellationToken) =>
        AskAsync(
            nameof(RailService.RailServiceClient.RefundPart),
            async (rail, call) =>
                (
                    await rail.RefundPartAsync(
                        new RefundPartRequest { CollectionId = collectionId, RefundedAmount = Cny.Of(refundedFen) },
                        call
                    )
                ).Collection,
            answer => CollectionRules.ReadRefundPart(answer, collectionId, refundedFen),
            CollectionRules.Read,
            cancellationToken
        );

    private async Task<RailAnswer> AskAsync(
        string method,
        Func<RailService.RailServiceClient, CallOptions, Task<Collection>> ask,
        Func<Collection, RailAnswer> read,
        Func<StatusCode, RailAnswer> readStatus,
        CancellationToken cancellationToken
    )
    {
        var started = metrics.Start();

        // The machine's clock, by which the library counts deadlines; not the one that stamps the ledger.
        var deadline = TimeProvider.System.GetUtcNow().Add(timeout).UtcDateTime;
        RailAnswer answer;
        try
        {
            var rail = new RailService.RailServiceClient(channel.Current);
            answer = read(await ask(rail, new CallOptions(deadline: deadline, cancellationToken: cancellationToken)));
        }
        catch (RpcException exception)
        {
            cancellationToken.ThrowIfCancellationRequested();
            answer = readStatus(exception.StatusCode);
        }

        metrics.Record(method, answer, started);
        return answer;
    }
}
