using System.Threading.Tasks.Sources;
using SesameGrpc.Gateway.Withdrawals;

namespace SesameGrpc.Gateway.Audit;

/// <summary>Leaves that are going to be committed together, and who waits for it.</summary>
internal sealed class AuditGroup
{
    // A call's own leaves stay together, so a group may have more.
    private const int MaxLeaves = 1000;

    private List<AuditWaiter> waiters = [];

    public LeafWriter Leaves { get; private set; } = new();

    /// <summary>How many came to wait for it.</summary>
    public int Size { get; private set; }

    public bool HasRoomFor(LeafWriter more) => Leaves.Count == 0 || Leaves.Count + more.Count <= MaxLeaves;

    public AuditWaiter Add(LeafWriter written, IReadOnlyList<Reliance> reliances)
    {
        var waiter = new AuditWaiter(reliances, Leaves.Add(written));
        waiters.Add(waiter);
        Size++;
        return waiter;
    }

    /// <summary>Takes out those whose answer rests on a consent that has ended, and tells them so.</summary>
    public void Drop(WithdrawalFence fence, long now)
    {
        if (!waiters.Exists(waiter => waiter.HasEnded(fence)))
        {
            return;
        }

        var (all, asked) = (Leaves, waiters);
        (Leaves, waiters) = (new LeafWriter(), []);
        foreach (var waiter in asked)
        {
            if (waiter.HasEnded(fence))
            {
                waiter.Complete(new AppendOutcome(IsAppended: false, now));
            }
            else
            {
                waiter.Slice = Leaves.Add(all, waiter.Slice);
                waiters.Add(waiter);
            }
        }
    }

    public void Succeed(long checkedAt) => Complete(waiter => waiter.Complete(new AppendOutcome(IsAppended: true, checkedAt)));

    public void Fail(Exception exception) => Complete(waiter => waiter.Fail(exception));

    public void Clear()
    {
        Leaves.Clear();
        waiters.Clear();
        Size = 0;
    }

    // What waits goes on in as many work items as there are processors: one for each waiter would cost more than what many of them have left to do.
    private void Complete(Action<AuditWaiter> complete)
    {
        var completed = waiters;
        waiters = [];
        var parts = Math.Min(Environment.ProcessorCount, completed.Count);
        for (var part = 0; part < parts; part++)
        {
            ThreadPool.UnsafeQueueUserWorkItem(
                static work =>
                {
                    for (var index = work.Part; index < work.Completed.Count; index += work.Parts)
                    {
                        work.Complete(work.Completed[index]);
                    }
                },
                (Completed: completed, Part: part, Parts: parts, Complete: complete),
                preferLocal: false
            );
        }
    }
}

/// <summary>A call that waits for its leaves.</summary>
internal sealed class AuditWaiter(IReadOnlyList<Reliance> reliances, LeafSlice slice) : IValueTaskSource<AppendOutcome>
{
    private ManualResetValueTaskSourceCore<AppendOutcome> core;

    public LeafSlice Slice { get; set; } = slice;

    public ValueTask<AppendOutcome> Outcome => new(this, core.Version);

    public bool HasEnded(WithdrawalFence fence)
    {
        for (var index = 0; index < reliances.Count; index++)
        {
            if (fence.HasEnded(reliances[index]))
            {
                return true;
            }
        }

        return false;
    }

    public void Complete(AppendOutcome outcome) => core.SetResult(outcome);

    public void Fail(Exception exception) => core.SetException(exception);

    AppendOutcome IValueTaskSource<AppendOutcome>.GetResult(short token) => core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<AppendOutcome>.GetStatus(short token) => core.GetStatus(token);

    void IValueTaskSource<AppendOutcome>.OnCompleted(
        Action<object?> continuation,
        object? state,
        short token,
        ValueTaskSourceOnCompletedFlags flags
    ) => core.OnCompleted(continuation, state, token, flags);
}
