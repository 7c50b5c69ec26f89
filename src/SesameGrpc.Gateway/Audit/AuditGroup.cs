using System.Threading.Tasks.Sources;
using SesameGrpc.Gateway.Withdrawals;

namespace SesameGrpc.Gateway.Audit;

/// <summary>Leaves that are going to be committed together, and whose they are.</summary>
internal sealed class AuditGroup
{
    // A call's own leaves stay together, so a group may have more.
    private const int MaxLeaves = 1000;

    private readonly List<LeafOwner> dropped = [];
    private List<LeafOwner> owners = [];

    public LeafWriter Leaves { get; private set; } = new();

    /// <summary>How many owners there are, those who were taken out too.</summary>
    public int Size => owners.Count + dropped.Count;

    public bool HasRoomFor(LeafWriter more) => Leaves.Count == 0 || Leaves.Count + more.Count <= MaxLeaves;

    public void Add(LeafWriter written, LeafOwner owner)
    {
        owner.Slice = Leaves.Add(written);
        owners.Add(owner);
    }

    /// <summary>Takes out those whose answer rests on a consent that has ended; they are told so with the others.</summary>
    public void Drop(WithdrawalFence fence)
    {
        if (!owners.Exists(owner => owner.IsOutdated(fence)))
        {
            return;
        }

        var (all, asked) = (Leaves, owners);
        (Leaves, owners) = (new LeafWriter(), []);
        foreach (var owner in asked)
        {
            if (owner.IsOutdated(fence))
            {
                dropped.Add(owner);
            }
            else
            {
                owner.Slice = Leaves.Add(all, owner.Slice);
                owners.Add(owner);
            }
        }
    }

    /// <summary>Tells all owners. What their calls have left to do is little, and is done here: handing it to other threads costs as much.</summary>
    public void Succeed(long checkedAt)
    {
        owners.ForEach(owner => owner.Complete(new AppendOutcome(IsAppended: true, checkedAt)));
        dropped.ForEach(owner => owner.Complete(new AppendOutcome(IsAppended: false, checkedAt)));
        owners.ForEach(owner => owner.Leave());
    }

    public void Fail(Exception exception)
    {
        owners.ForEach(owner => owner.Fail(exception));
        dropped.ForEach(owner => owner.Fail(exception));
    }

    public void Clear()
    {
        Leaves.Clear();
        owners.Clear();
        dropped.Clear();
    }
}

/// <summary>Whose leaves they are, and what is done when they are durable.</summary>
internal abstract class LeafOwner
{
    /// <summary>Where the leaves stand in their group.</summary>
    public LeafSlice Slice { get; set; }

    /// <summary>Whether what the leaves say must not be told any more: a consent has ended.</summary>
    public abstract bool IsOutdated(WithdrawalFence fence);

    /// <summary>The group has been committed; owners are told in the order in which they came.</summary>
    public abstract void Complete(AppendOutcome outcome);

    /// <summary>The store has not taken the group.</summary>
    public abstract void Fail(Exception exception);

    /// <summary>All of the group have been told.</summary>
    public virtual void Leave() { }
}

/// <summary>A call that waits for its leaves.</summary>
internal sealed class AuditWaiter(Reliances reliances) : LeafOwner, IValueTaskSource<AppendOutcome>
{
    private ManualResetValueTaskSourceCore<AppendOutcome> core;

    public ValueTask<AppendOutcome> Outcome => new(this, core.Version);

    public override bool IsOutdated(WithdrawalFence fence) => reliances.HaveEnded(fence);

    public override void Complete(AppendOutcome outcome) => core.SetResult(outcome);

    public override void Fail(Exception exception) => core.SetException(exception);

    AppendOutcome IValueTaskSource<AppendOutcome>.GetResult(short token) => core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<AppendOutcome>.GetStatus(short token) => core.GetStatus(token);

    void IValueTaskSource<AppendOutcome>.OnCompleted(
        Action<object?> continuation,
        object? state,
        short token,
        ValueTaskSourceOnCompletedFlags flags
    ) => core.OnCompleted(continuation, state, token, flags);
}
