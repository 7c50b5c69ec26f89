using SesameGrpc.Contracts.Rail.V1;
using SesameGrpc.Gateway.Amounts;
using SesameGrpc.Gateway.Audit;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Failpoints;
using SesameGrpc.Gateway.Ledger;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Storage;
using Collection = SesameGrpc.Gateway.Ledger.Collection;
using CollectionState = SesameGrpc.Gateway.Ledger.CollectionState;

namespace SesameGrpc.Gateway.Collections;

/// <summary>
/// Collects what is charged, undoes what lost against a partner's report, and gives back what is refunded; on every instance. Each collection is taken by one transaction, asked about without any
/// lock, and changed by a second transaction: an instance that dies in between leaves it to whoever looks when the lease has passed.
/// </summary>
internal sealed partial class CollectionWorker(
    CollectionStore store,
    LedgerWriter ledger,
    RailClient rail,
    AuditEntries entries,
    GatewayOptions options,
    TimeProvider time,
    ILogger<CollectionWorker> logger
) : BackgroundService
{
    private const int BatchSize = 100;
    private const int AtOnce = 64;

    // How much longer than the longest answer a lease is: time to write what the answer means.
    private static readonly TimeSpan LeaseMargin = TimeSpan.FromSeconds(5);

    private readonly TimeSpan lease = TimeSpan.FromSeconds(options.Rail.TimeoutSeconds) + LeaseMargin;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(options.Storage.RefreshMilliseconds), time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                while (await CollectDueAsync(stoppingToken) == BatchSize) { }
            }
            catch (Exception exception) when (StoreFaults.IsOutage(exception))
            {
                LogStoreFailed(exception.Message);
            }
        }
    }

    /// <summary>Does what is due now, at most a batch; returns how much that was.</summary>
    private async Task<int> CollectDueAsync(CancellationToken stoppingToken)
    {
        var due = await store.FindDueAsync(time.NowMicros(), BatchSize, stoppingToken);
        await Parallel.ForEachAsync(
            due,
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = stoppingToken },
            async (obligationId, token) => await CollectAsync(obligationId, token)
        );
        return due.Count;
    }

    private async Task CollectAsync(string obligationId, CancellationToken stoppingToken)
    {
        try
        {
            Crash.At(Failpoint.CollectionFound);
            if (await TakeAsync(obligationId, stoppingToken) is not { Collection: { } taken } obligation)
            {
                return;
            }

            Crash.At(Failpoint.CollectionTaken);
            var answer = await AskAsync(obligation, taken, stoppingToken);
            Crash.At(Failpoint.CollectionAsked);

            // An answer that was given is kept, also while the instance stops.
            await ApplyAsync(obligation, taken, answer, CancellationToken.None);
            Crash.At(Failpoint.CollectionApplied);
        }
        // Whatever happened to one is no other's concern: its lease passes, and it is taken again.
        catch (Exception exception) when (exception is RefusalException || StoreFaults.IsOutage(exception))
        {
            LogStoreFailed(exception.Message);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            LogFault(exception, obligationId);
        }
    }

    /// <summary>Makes the collection this instance's for the length of the lease; null when there is nothing to do, or another was first.</summary>
    private async Task<Obligation?> TakeAsync(string obligationId, CancellationToken cancellationToken)
    {
        var result = await ledger.RunAsync(
            Work(obligationId, (collection, _) => CollectionRules.Take(collection, time.NowMicros(), lease)),
            cancellationToken
        );
        return result.Posting?.After;
    }

    private Task<RailAnswer> AskAsync(Obligation obligation, Collection taken, CancellationToken cancellationToken)
    {
        var id = CollectionRules.CollectionId(obligation.Id, taken.Attempt);
        return taken.State == CollectionState.Reversing ? rail.RefundAsync(id, cancellationToken)
            : taken.State == CollectionState.Refunding ? rail.RefundPartAsync(id, obligation.RefundedFen, cancellationToken)
            : CollectionRules.IsPending(taken) ? rail.LookUpAsync(id, cancellationToken)
            : rail.CollectAsync(RequestFor(obligation, taken, id), cancellationToken);
    }

    private async Task ApplyAsync(Obligation obligation, Collection taken, RailAnswer answer, CancellationToken cancellationToken)
    {
        var result = await ledger.RunAsync(
            Work(obligation.Id, (now, _) => CollectionRules.After(now, taken, answer, obligation.Id, time.NowMicros())),
            cancellationToken
        );
        Report(CollectionRules.CollectionId(obligation.Id, taken.Attempt), taken, answer, result.Posting?.After.Collection);
    }

    /// <summary>A change of one collection, decided under its person's lock. Where it ends collected, the obligation is settled in the same transaction.</summary>
    private LedgerWork Work(string obligationId, Func<Collection, Obligation, Collection?> next) =>
        new()
        {
            ObligationId = obligationId,
            NewEntry = person => entries.NewOfWorker(nameof(CollectionWorker), person),
            Decide = book =>
            {
                var before = book.Obligation(obligationId);
                var collection = before?.Collection is { } current ? next(current, before) : null;
                return collection switch
                {
                    null => new LedgerOutcome(null, null),
                    { State: CollectionState.Collected } when before!.IsOpen => new LedgerOutcome(
                        null,
                        ObligationRules.Settle(before, SettledBy.Collection, time.NowMicros())
                    ),
                    _ => new LedgerOutcome(null, ObligationRules.Collecting(before!, collection)),
                };
            },
        };

    private static CollectRequest RequestFor(Obligation obligation, Collection taken, string collectionId) =>
        new()
        {
            CollectionId = collectionId,
            ObligationId = obligation.Id,
            Person = obligation.ExternalPerson,
            Amount = Cny.Of(taken.AmountFen),
            Statement = new StatementDetails
            {
                Partner = obligation.Partner,
                OrderId = obligation.OrderId,
                Programme = obligation.Programme,
            },
        };

    private void Report(string collectionId, Collection taken, RailAnswer answer, Collection? after)
    {
        switch (answer.Outcome)
        {
            case RailOutcome.Misunderstood:
                LogMisunderstood(collectionId, taken.State, answer.Cause);
                break;
            case RailOutcome.Unknown:
                LogNoAnswer(collectionId, taken.State, answer.Cause, taken.Tries);
                break;
            case RailOutcome.DeclinedForNow or RailOutcome.DeclinedForGood:
                LogDeclined(collectionId, answer.Cause, after?.State);
                break;
            case RailOutcome.Refunded:
                LogUndone(collectionId);
                break;
            case RailOutcome.PartRefunded:
                LogRefunded(collectionId);
                break;
            default:
                break;
        }
    }

    [LoggerMessage(
        1703,
        LogLevel.Error,
        "The payment system's answer about collection {CollectionId} ({State}) makes no sense: {Cause}. The same is asked again slowly; the set-up needs a look."
    )]
    private partial void LogMisunderstood(string collectionId, CollectionState state, string cause);

    [LoggerMessage(
        1704,
        LogLevel.Warning,
        "No answer of the payment system about collection {CollectionId} ({State}): {Cause}, try {Tries}. The same is asked again."
    )]
    private partial void LogNoAnswer(string collectionId, CollectionState state, string cause, int tries);

    [LoggerMessage(1705, LogLevel.Information, "Collection {CollectionId} is declined: {Cause}. Its instruction is {State} now.")]
    private partial void LogDeclined(string collectionId, string cause, CollectionState? state);

    [LoggerMessage(1706, LogLevel.Information, "Collection {CollectionId} is undone; the partner's report was first.")]
    private partial void LogUndone(string collectionId);

    [LoggerMessage(1709, LogLevel.Information, "A part of collection {CollectionId} is given back.")]
    private partial void LogRefunded(string collectionId);

    [LoggerMessage(1707, LogLevel.Warning, "Collections could not be read or written and are tried again: {Cause}")]
    private partial void LogStoreFailed(string cause);

    [LoggerMessage(1708, LogLevel.Error, "The collection of obligation {ObligationId} could not go on and is tried again.")]
    private partial void LogFault(Exception exception, string obligationId);
}
