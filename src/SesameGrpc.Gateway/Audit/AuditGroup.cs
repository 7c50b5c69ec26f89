using System.Threading.Tasks.Sources;
using SesameGrpc.Gateway.Withdrawals;

namespace SesameGrpc.Gateway.Audit;

/// <summary>Leaves that are going to be committed together, and who waits for it.</summary>
internal sealed class AuditGroup
{
    // A call's own leaves stay together, so a group may have more.
    private const int MaxLeaves = 1000;

    private readonly List<AuditWaiter> dropped = [];
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

    /// <summary>Takes out those whose answer rests on a consent that has ended; they are told so with the others.</summary>
    public void Drop(WithdrawalFence fence)
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
                dropped.Add(waiter);
            }
            else
            {
                waiter.Slice = Leaves.Add(all, waiter.Slice);
                waiters.Add(waiter);
            }
        }
    }

    /// <summary>Tells all who wait. What their calls have left to do is little, and is done here: handing it to other threads costs as much.</summary>
    public void Succeed(long checkedAt)
    {
        waiters.ForEach(waiter => waiter.Complete(new AppendOutcome(IsAppended: true, checkedAt)));
        dropped.ForEach(waiter => waiter.Complete(new AppendOutcome(IsAppended: false, checkedAt)));
    }

    public void Fail(Exception exception)
    {
        waiters.ForEach(waiter => waiter.Fail(exception));
        dropped.ForEach(waiter => waiter.Fail(exception));
    }

    public void Clear()
    {
        Leaves.Clear();
        waiters.Clear();
        dropped.Clear();
        Size = 0;
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
