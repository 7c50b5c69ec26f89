using SesameGrpc.Gateway.Audit;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.DeferredPayments;
using SesameGrpc.Gateway.Ledger;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Deadlines;

/// <summary>
/// Does what time does: closes visits at the policy's hour, settles those whose settlement was not stated, marks what was not returned or not paid in time; on every instance. Each obligation is looked at again under its person's lock, so that whoever comes second finds it
/// changed and leaves nothing. Nothing is remembered outside of the store: an instance that dies leaves its part to any other.
/// </summary>
internal sealed partial class DeadlineWorker(
    DeadlineStore store,
    LedgerWriter ledger,
    VisitChanges visits,
    AuditEntries entries,
    GatewayOptions options,
    TimeProvider time,
    ILogger<DeadlineWorker> logger
) : BackgroundService
{
    private const int BatchSize = 200;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(options.Storage.RefreshMilliseconds), time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await ChangeAllAsync(ObligationState.Active, stoppingToken);
                await ChangeAllAsync(ObligationState.Closed, stoppingToken);
                await ChangeAllAsync(ObligationState.Settling, stoppingToken);
            }
            catch (Exception exception) when (StoreFaults.IsOutage(exception))
            {
                LogStoreFailed(exception.Message);
            }
        }
    }

    /// <summary>Changes all that are past due now, batch by batch. Each pass goes on behind the batch before, so that one which cannot be changed stops no other.</summary>
    private async Task ChangeAllAsync(ObligationState state, CancellationToken stoppingToken)
    {
        var last = PastDue.BeforeAll;
        var isFull = true;
        while (isFull)
        {
            var found = await store.FindAsync(state, time.NowMicros(), last, BatchSize, stoppingToken);
            var changed = (await Task.WhenAll(found.Select(item => ChangeAsync(item.ObligationId, stoppingToken)))).Count(isDone => isDone);
            if (changed > 0)
            {
                LogChanged(changed, state);
            }

            isFull = found.Count == BatchSize;
            last = found.Count > 0 ? found[^1] : last;
        }
    }

    private async Task<bool> ChangeAsync(string obligationId, CancellationToken stoppingToken)
    {
        try
        {
            var result = await ledger.RunAsync(WorkOn(obligationId), stoppingToken);
            return result.Posting is not null;
        }
        // Whatever happened to one is no other's concern: the next pass finds it again.
        catch (Exception exception) when (exception is RefusalException || StoreFaults.IsOutage(exception))
        {
            LogStoreFailed(exception.Message);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            LogFault(exception, obligationId);
        }

        return false;
    }

    private LedgerWork WorkOn(string obligationId) =>
        new()
        {
            ObligationId = obligationId,
            NewEntry = person => entries.NewOfWorker(nameof(DeadlineWorker), person),
            Decide = book => new LedgerOutcome(
                null,
                book.Obligation(obligationId) is { } obligation && ObligationRules.IsPastDue(obligation, time.NowMicros())
                    ? After(obligation)
                    : null
            ),
        };

    private Posting After(Obligation pastDue) =>
        (pastDue.Kind, pastDue.State) switch
        {
            (ObligationKind.Visit, ObligationState.Active) => visits.Close(pastDue),
            (ObligationKind.Visit, ObligationState.Closed) => visits.SettleInFull(pastDue),
            _ => ObligationRules.MarkOverdue(pastDue),
        };

    [LoggerMessage(
        1801,
        LogLevel.Information,
        "{Count} obligations were {State} longer than they may be, and are closed, settled or overdue now."
    )]
    private partial void LogChanged(int count, ObligationState state);

    [LoggerMessage(1802, LogLevel.Warning, "Obligations past due could not be read or changed and are tried again: {Cause}")]
    private partial void LogStoreFailed(string cause);

    [LoggerMessage(1803, LogLevel.Error, "Obligation {ObligationId} is past due, could not be changed and is tried again.")]
    private partial void LogFault(Exception exception, string obligationId);
}
