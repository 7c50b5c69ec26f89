namespace SesameGrpc.Soak.Ledger;

/// <summary>How often a run met what it was made to meet. A run that provoked too little proves little.</summary>
internal sealed class LedgerTally
{
    private long calls;
    private long granted;
    private long refusals;
    private long conflicts;
    private long replays;
    private long reused;

    public long Calls => Volatile.Read(ref calls);

    public long Granted => Volatile.Read(ref granted);

    public long Refusals => Volatile.Read(ref refusals);

    public long Conflicts => Volatile.Read(ref conflicts);

    public long Replays => Volatile.Read(ref replays);

    public void Count(LedgerCall call, LedgerReply reply)
    {
        Interlocked.Increment(ref calls);
        Add(
            ref granted,
            reply is { Answer: Contracts.Partner.V1.GrantDepositWaiverResponse { DepositWaiver: not null }, ReplayedFrom: null }
        );
        Add(ref refusals, reply.IsRefusal && call.IsMutation);
        Add(ref conflicts, reply.IsConflict);
        Add(ref replays, reply.ReplayedFrom is not null);
        Add(ref reused, reply.Reason == "REQUEST_ID_REUSED");
    }

    /// <summary>What there was too little of; empty when there was enough.</summary>
    public IEnumerable<string> Lacks() =>
        new[]
        {
            ("grants", granted, calls / 50),
            ("refusals", refusals, calls / 20),
            ("conflicts", conflicts, calls / 100),
            ("replays", replays, calls / 100),
            ("reused request_ids", reused, calls / 400),
        }
            .Where(item => item.Item2 < Math.Max(1, item.Item3))
            .Select(item => $"only {item.Item2} {item.Item1} in {calls} calls, at least {Math.Max(1, item.Item3)} are needed");

    public override string ToString() =>
        $"{calls} calls, {granted} granted, {refusals} refusals, {conflicts} conflicts, {replays} replays, {reused} request_ids with another body";

    private static void Add(ref long count, bool isOne)
    {
        if (isOne)
        {
            Interlocked.Increment(ref count);
        }
    }
}
