using Nito.AsyncEx;
using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Gateway.Failpoints;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.Gateway.Withdrawals;

namespace SesameGrpc.Gateway.Audit;

/// <summary>
/// The append side of the audit log. Invariant: a leaf's index is taken under the lock of the one row of audit_log, kept to the commit, so indexes are
/// dense and in the order of commits. Lock order: persons, event streams, audit log; the statements here are the last before a commit. Leaves of answers that rest on consents
/// are appended only as long as those consents have not ended: see <see cref="WithdrawalFence"/>.
/// </summary>
internal sealed class AuditLog(Database database, WithdrawalFence fence, FreshLeaves fresh, TimeProvider time) : IDisposable
{
    /// <summary>Longest entry in bytes: an entry bundle gives its length in 16 bits (C2SP tlog-tiles).</summary>
    public const int MaxEntryBytes = ushort.MaxValue;

    private const string Insert =
        $"INSERT INTO audit_groups ({AuditStore.GroupColumns}) "
        + "SELECT size - @count, @count, @oldest, @newest, @entries FROM audit_log WHERE id = 1";

    private static readonly TimeSpan LongestWrite = TimeSpan.FromSeconds(2);

    // While calls come side by side, a commit begins this long after the one before, so that many share it; a call that comes alone does not wait.
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(2);

    private readonly object gate = new();
    private readonly Queue<AuditGroup> groups = new();
    private AuditGroup? open;
    private AuditGroup? spare;
    private Thread? writer;
    private bool isIdle;
    private bool isStopped;

    /// <summary>Adds the statements that append the entries as leaves, in their order, to the last batch of a transaction.</summary>
    public static void Append(StatementBatch last, IEnumerable<AuditEntry> entries)
    {
        var leaves = new LeafWriter();
        leaves.Add(entries);
        Append(last, leaves);
    }

    /// <summary>The same for entries that are written.</summary>
    public static void Append(StatementBatch last, LeafWriter leaves)
    {
        if (leaves.Count == 0)
        {
            return;
        }

        last.Add("UPDATE audit_log SET size = size + @count WHERE id = 1", ("count", leaves.Count));
        last.Add(Insert, ParametersOf(leaves, leaves.Written.ToArray()));
    }

    /// <summary>
    /// Appends the entries in a transaction that all who wait at the time share; returns when they are durable. Who gives up waiting may leave an entry
    /// behind of an answer that was never sent.
    /// </summary>
    public Task AppendAsync(IEnumerable<AuditEntry> entries, CancellationToken cancellationToken)
    {
        var leaves = LeafWriter.Rent();
        leaves.Add(entries);
        var outcome = AppendAsync(leaves, cancellationToken);
        leaves.Return();
        return outcome;
    }

    /// <summary>The same for entries that are written, and may be forgotten once this has returned.</summary>
    public Task AppendAsync(LeafWriter leaves, CancellationToken cancellationToken) =>
        AppendAsync(leaves, new Reliances()).AsTask().WaitAsync(cancellationToken);

    /// <summary>The same for an answer that rests on consents. When one of them has ended, nothing is appended for it. It takes no longer than two writes may.</summary>
    public ValueTask<AppendOutcome> AppendAsync(LeafWriter leaves, Reliances reliances)
    {
        if (leaves.Count == 0)
        {
            return ValueTask.FromResult(new AppendOutcome(IsAppended: true, time.GetTimestamp()));
        }

        var waiter = new AuditWaiter(reliances);
        Append(leaves, waiter);
        return waiter.Outcome;
    }

    /// <summary>The same for an owner that does not wait, and is told.</summary>
    public void Append(LeafWriter written, LeafOwner owner)
    {
        lock (gate)
        {
            if (open?.HasRoomFor(written) != true)
            {
                open = spare ?? new AuditGroup();
                spare = null;
                groups.Enqueue(open);
            }

            if (writer is null)
            {
                writer = new Thread(WriteGroups) { IsBackground = true, Name = "Audit log" };
                writer.Start();
            }
            else if (isIdle)
            {
                Monitor.Pulse(gate);
            }

            open.Add(written, owner);
        }
    }

    /// <summary>Whether the store did not take the last entries.</summary>
    public bool IsFailing { get; private set; }

    /// <summary>Stops the writer; what waits is written still.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            isStopped = true;
            Monitor.Pulse(gate);
        }

        writer?.Join();
    }

    // A thread of its own, whatever a write waits for: SQLite blocks the one that it writes on, and calls need all that the pool has. Calls go on outside of the write's context,
    // which would else take over what they await.
    private void WriteGroups()
    {
        while (NextGroup() is { } group)
        {
            var began = TimeProvider.System.GetTimestamp();
            try
            {
                Crash.At(Failpoint.AuditTaken);
                var checkedAt = AsyncContext.Run(() => WriteStandingAsync(group));
                Crash.At(Failpoint.AuditCommitted);
                IsFailing = false;
                group.Succeed(checkedAt);
            }
            catch (Exception exception)
            {
                IsFailing = true;
                group.Fail(exception);
            }

            Recycle(group, began);
        }
    }

    // Null: the log is stopped, and nobody waits.
    private AuditGroup? NextGroup()
    {
        lock (gate)
        {
            while (groups.Count == 0 && !isStopped)
            {
                isIdle = true;
                Monitor.Wait(gate);
            }

            isIdle = false;
            _ = groups.TryDequeue(out var next);
            if (next == open)
            {
                open = null;
            }

            return next;
        }
    }

    private void Recycle(AuditGroup group, long began)
    {
        lock (gate)
        {
            var rest = Interval - TimeProvider.System.GetElapsedTime(began);
            if (group.Size > 1 && rest > TimeSpan.Zero && !isStopped)
            {
                // Whoever comes meanwhile does not wake the writer.
                Monitor.Wait(gate, rest);
            }

            group.Clear();
            spare = group;
        }
    }

    // Again for those that still stand, as long as withdrawals come in between. Returns from when on their consents have been known to be in force.
    private async Task<long> WriteStandingAsync(AuditGroup group)
    {
        using var deadline = new CancellationTokenSource(LongestWrite);
        try
        {
            while (true)
            {
                var began = time.GetTimestamp();
                var known = fence.Known;
                group.Drop(fence);
                if (group.Leaves.Count == 0)
                {
                    return began;
                }

                if (await TryWriteAsync(group.Leaves, known, deadline.Token))
                {
                    fence.Confirm(began);

                    // What took long is checked again: a withdrawal may have been acknowledged meanwhile.
                    var checkedAt = await fence.RefreshAsync(began, deadline.Token);
                    if (checkedAt != began)
                    {
                        group.Drop(fence);
                    }

                    return checkedAt;
                }

                await fence.CatchUpAsync(deadline.Token);
            }
        }
        catch (OperationCanceledException exception) when (deadline.IsCancellationRequested)
        {
            throw new TimeoutException("The store did not take the audit log's entries in time.", exception);
        }
    }

    // Appends nothing when withdrawals have been committed that this instance has not heard of.
    private async Task<bool> TryWriteAsync(LeafWriter leaves, long knownWithdrawals, CancellationToken cancellationToken)
    {
        var entries = leaves.Written.ToArray();
        var sizes = await database.WriteBatchedAsync(
            (transaction, _) =>
            {
                var last = new StatementBatch(transaction);
                var taken = last.Query(
                    "UPDATE audit_log SET size = size + @count WHERE id = 1 AND withdrawals = @known RETURNING size",
                    row => row.GetInt64(0),
                    ("count", leaves.Count),
                    ("known", knownWithdrawals)
                );
                last.Add(Insert + " AND withdrawals = @known", [.. ParametersOf(leaves, entries), ("known", knownWithdrawals)]);
                Crash.At(Failpoint.AuditReady);
                return Task.FromResult((taken, last));
            },
            cancellationToken
        );
        if (sizes.Count == 0)
        {
            return false;
        }

        fresh.Add(sizes[0] - leaves.Count, entries);
        return true;
    }

    private static (string, object?)[] ParametersOf(LeafWriter leaves, byte[] entries) =>
        [("count", leaves.Count), ("oldest", leaves.OldestMicros), ("newest", leaves.NewestMicros), ("entries", entries)];
}

/// <summary>What became of an answer's leaves.</summary>
/// <param name="IsAppended">They are durable; false: a consent that the answer rests on has ended.</param>
/// <param name="CheckedAt">Timestamp from which on the consents have been known to be in force, for <see cref="WithdrawalFence.LongestAnswer"/>.</param>
internal readonly record struct AppendOutcome(bool IsAppended, long CheckedAt);
