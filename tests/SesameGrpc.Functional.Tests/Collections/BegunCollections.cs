using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Audit;
using SesameGrpc.Gateway.Collections;
using SesameGrpc.Gateway.Ledger;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.Collections;

/// <summary>Collections that an instance has taken and never finished.</summary>
internal static class BegunCollections
{
    public static readonly TimeSpan Lease = TimeSpan.FromMinutes(5);

    /// <summary>Takes the waiver's collection, which must be due, as an instance does that dies before it hears of an answer.</summary>
    public static async Task TakeAsync(GatewayUnderTest gateway, DepositWaiver waiver, TimeProvider time)
    {
        LedgerOutcome Take(LedgerBook book)
        {
            var obligation = book.Obligation(waiver.DepositWaiverId)!;
            return new LedgerOutcome(
                null,
                ObligationRules.Collecting(obligation, CollectionRules.Take(obligation.Collection!, time.NowMicros(), Lease)!)
            );
        }

        await gateway
            .Service<LedgerWriter>()
            .RunAsync(
                new LedgerWork
                {
                    NewEntry = person => gateway.Service<AuditEntries>().NewOfWorker("Test", person),
                    ObligationId = waiver.DepositWaiverId,
                    Decide = Take,
                },
                TestContext.Current.CancellationToken
            );
    }
}
