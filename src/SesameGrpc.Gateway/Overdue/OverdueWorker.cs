using SesameGrpc.Gateway.Audit;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Ledger;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Overdue;

/// <summary>
/// Marks what was not returned or not paid in time; on every instance. Each obligation is looked at again under its person's lock, so that whoever comes second finds it
/// marked and leaves nothing. Nothing is remembered outside of the store: an instance that dies leaves its part to any other.
/// </summary>
internal sealed partial class OverdueWorker(
    OverdueStore store,
    LedgerWriter ledger,
    AuditEntries entries,
    GatewayOptions options,
    TimeProvider time,
    ILogger<OverdueWorker> logger
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
                await MarkAllAsync(ObligationState.Active, stoppingToken);
                await MarkAllAsync(ObligationState.Settling, stoppingToken);
            }
            catch (Exception exception) when (StoreFaults.IsOutage(exception))
            {
                LogStoreFailed(exception.Message);
            }
        }
    }

    /// <summary>Marks all that are past due now, batch by batch. Each pass goes on behind the batch before, so that one which cannot be marked stops no other.</summary>
    private async Task MarkAllAsync(ObligationState state, CancellationToken stoppingToken)
    {
        var last = PastDue.BeforeAll;
        var isFull = true;
        while (isFull)
        {
            var found = await store.FindAsync(state, time.NowMicros(), last, BatchSize, stoppingToken);
            var marked = (await Task.WhenAll(found.Select(item => MarkAsync(item.ObligationId, stoppingToken)))).Count(isMarked =>
                isMarked
            );
            if (marked > 0)
            {
                LogMarked(marked, state);
            }

            isFull = found.Count == BatchSize;
            last = found.Count > 0 ? found[^1] : last;
        }
    }

    private async Task<bool> MarkAsync(string obligationId, CancellationToken stoppingToken)
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
            NewEntry = person => entries.NewOfWorker(nameof(OverdueWorker), person),
            Decide = book => new LedgerOutcome(
                null,
                book.Obligation(obligationId) is { } obligation && ObligationRules.IsPastDue(obligation, time.NowMicros())
                    ? ObligationRules.MarkOverdue(obligation)
                    : null
            ),
        };

    [LoggerMessage(1801, LogLevel.Information, "{Count} obligations that were {State} are overdue.")]
    private partial void LogMarked(int count, ObligationState state);

    [LoggerMessage(1802, LogLevel.Warning, "Obligations past due could not be read or marked and are tried again: {Cause}")]
    private partial void LogStoreFailed(string cause);

    [LoggerMessage(1803, LogLevel.Error, "Obligation {ObligationId} is past due, could not be marked and is tried again.")]
    private partial void LogFault(Exception exception, string obligationId);
}
