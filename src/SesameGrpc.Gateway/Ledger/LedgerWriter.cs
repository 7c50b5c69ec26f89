using System.Threading.Channels;
using Google.Protobuf;
using Grpc.Core;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Events;
using SesameGrpc.Gateway.Failpoints;
using SesameGrpc.Gateway.Replay;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Ledger;

/// <summary>
/// Makes every change of the ledger. Units of work that wait at the same moment share a transaction: one round trip reads what they need and locks their persons, the decisions
/// are made in memory one after another, a second round trip writes everything and commits. A unit is answered after its commit, never before. A group never waits for a
/// person who is locked by another instance: those units go on by themselves, in order per person.
/// </summary>
internal sealed class LedgerWriter(Database database, EventWatch watch, TimeProvider time)
{
    private const int LargestGroup = 128;
    private const int Attempts = 5;

    private readonly Channel<PendingWork> queue = Channel.CreateUnbounded<PendingWork>();
    private readonly int lanes = database.Provider == StorageProvider.Sqlite ? 1 : 2;
    private int running;

    /// <summary>Runs a partner's or an operator's mutation; the same request again gets the first answer, marked.</summary>
    public async Task<TResponse> RunAsync<TResponse>(ServerCallContext context, LedgerWork work, MessageParser<TResponse> parser)
        where TResponse : class, IMessage<TResponse>
    {
        var result = await RunAsync(work, context.CancellationToken);
        Crash.At(Failpoint.LedgerAnswered);
        await RequestReplay.MarkAsync(context, result.FirstTime);
        return (TResponse?)result.Message ?? parser.ParseFrom(result.Answer);
    }

    /// <summary>Runs one unit of work to its end. If the token is cancelled before it was decided on, it is left undone; after that it may still take effect.</summary>
    public Task<LedgerResult> RunAsync(LedgerWork work, CancellationToken cancellationToken)
    {
        work.Abandoned = cancellationToken;
        var pending = new PendingWork(work);
        queue.Writer.TryWrite(pending);
        StartLane();
        return pending.Result.Task.WaitAsync(cancellationToken);
    }

    private void StartLane()
    {
        if (Interlocked.Increment(ref running) <= lanes)
        {
            _ = Task.Run(RunLaneAsync);
        }
        else
        {
            Interlocked.Decrement(ref running);
        }
    }

    private async Task RunLaneAsync()
    {
        while (TakeGroup() is { Count: > 0 } group)
        {
            await RunGroupAsync(group, waitForLocks: false);
        }

        Interlocked.Decrement(ref running);

        // What came after the last look found every lane taken.
        if (queue.Reader.TryPeek(out _))
        {
            StartLane();
        }
    }

    private List<PendingWork> TakeGroup()
    {
        var group = new List<PendingWork>();
        while (group.Count < LargestGroup && queue.Reader.TryRead(out var pending))
        {
            group.Add(pending);
        }

        return group;
    }

    private async Task RunGroupAsync(IReadOnlyList<PendingWork> group, bool waitForLocks)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var transaction = new LedgerTransaction(database.Provider, waitForLocks, time);
                await database.WriteBatchedAsync(
                    (open, token) => transaction.RunAsync(open, group.Select(pending => pending.Work).ToList(), token),
                    CancellationToken.None
                );
                Crash.At(Failpoint.LedgerCommitted);
                Complete(group, transaction);
                return;
            }
            catch (Exception exception) when (StoreFaults.IsDuplicate(exception) && attempt < Attempts)
            {
                // A twin of a request, or the same order, was stored by another instance since it was looked for; the next look finds it.
            }
            catch (Exception exception) when (group.Count > 1 && !StoreFaults.IsOutage(exception))
            {
                // One of them makes the store refuse them all. Each by itself, so that only that one fails.
                foreach (var pending in group)
                {
                    await RunGroupAsync([pending], waitForLocks: true);
                }

                return;
            }
            catch (Exception exception)
            {
                foreach (var pending in group)
                {
                    pending.Result.TrySetException(exception);
                }

                return;
            }
        }
    }

    private void Complete(IReadOnlyList<PendingWork> group, LedgerTransaction transaction)
    {
        foreach (var pending in group)
        {
            var (result, fault) = transaction.Outcomes.GetValueOrDefault(pending.Work);
            if (result is not null)
            {
                pending.Result.TrySetResult(result);
                if (result.Posting is { Event: not null, After: var after })
                {
                    watch.Announce(after.Partner);
                }
            }
            else if (fault is not null)
            {
                pending.Result.TrySetException(fault);
            }

            Crash.At(Failpoint.LedgerTold);
        }

        // Those of one person stay together and in order.
        foreach (
            var waiting in group
                .Where(pending => transaction.Locked.Contains(pending.Work))
                .GroupBy(pending => transaction.PersonOf(pending.Work))
        )
        {
            _ = RunGroupAsync(waiting.ToList(), waitForLocks: true);
        }
    }

    private sealed class PendingWork(LedgerWork work)
    {
        public LedgerWork Work { get; } = work;

        public TaskCompletionSource<LedgerResult> Result { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
