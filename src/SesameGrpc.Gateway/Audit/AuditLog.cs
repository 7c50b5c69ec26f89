using Google.Protobuf;
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
internal sealed class AuditLog(Database database, WithdrawalFence fence, TimeProvider time)
{
    /// <summary>Longest entry in bytes: an entry bundle gives its length in 16 bits (C2SP tlog-tiles).</summary>
    public const int MaxEntryBytes = ushort.MaxValue;

    /// <summary>Most leaves of one transaction of the read path.</summary>
    private const int MaxGroup = 1000;

    private static readonly TimeSpan LongestWrite = TimeSpan.FromSeconds(2);

    private readonly Lock gate = new();
    private readonly Queue<Waiting> queue = new();
    private bool isWriting;

    /// <summary>Adds the statements that append the entries as leaves, in their order, to the last batch of a transaction.</summary>
    public static void Append(StatementBatch last, IReadOnlyList<AuditEntry> entries) => Append(last, LeavesOf(entries));

    /// <summary>
    /// Appends the entries in a transaction that all who wait at the time share; returns when they are durable. Who gives up waiting may leave an entry
    /// behind of an answer that was never sent.
    /// </summary>
    public Task AppendAsync(IReadOnlyList<AuditEntry> entries, CancellationToken cancellationToken) =>
        AppendAsync(entries, [], cancellationToken);

    /// <summary>The same for an answer that rests on consents. When one of them has ended, nothing is appended for it.</summary>
    public Task<AppendOutcome> AppendAsync(
        IReadOnlyList<AuditEntry> entries,
        IReadOnlyList<Reliance> reliances,
        CancellationToken cancellationToken
    )
    {
        if (entries.Count == 0)
        {
            return Task.FromResult(new AppendOutcome(IsAppended: true, time.GetTimestamp()));
        }

        var waiting = new Waiting(LeavesOf(entries), reliances);
        lock (gate)
        {
            queue.Enqueue(waiting);
            if (!isWriting)
            {
                isWriting = true;
                _ = Task.Run(WriteGroupsAsync, CancellationToken.None);
            }
        }

        return waiting.Written.Task.WaitAsync(cancellationToken);
    }

    private static void Append(StatementBatch last, List<Leaf> leaves)
    {
        if (leaves.Count == 0)
        {
            return;
        }

        last.Add("UPDATE audit_log SET size = size + @count WHERE id = 1", ("count", (long)leaves.Count));
        AppendRows(last, leaves, "WHERE id = 1");
    }

    // Appends nothing when withdrawals have been committed that this instance has not heard of; the list then stays empty.
    private static List<long> AppendUnless(StatementBatch last, List<Leaf> leaves, long knownWithdrawals)
    {
        var sizes = last.Query(
            "UPDATE audit_log SET size = size + @count WHERE id = 1 AND withdrawals = @known RETURNING size",
            row => row.GetInt64(0),
            ("count", (long)leaves.Count),
            ("known", knownWithdrawals)
        );
        AppendRows(last, leaves, "WHERE id = 1 AND withdrawals = @known", ("known", knownWithdrawals));
        return sizes;
    }

    private static void AppendRows(StatementBatch last, List<Leaf> leaves, string where, params ReadOnlySpan<(string, object?)> parameters)
    {
        var insert =
            "INSERT INTO audit_leaves (leaf_index, entry, subject_hash, caller, time_us) "
            + $"SELECT size - @back, @entry, @subject, @caller, @time FROM audit_log {where}";
        for (var index = 0; index < leaves.Count; index++)
        {
            var leaf = leaves[index];
            last.Add(
                insert,
                [
                    ("back", (long)(leaves.Count - index)),
                    ("entry", leaf.Entry),
                    ("subject", leaf.SubjectHash),
                    ("caller", leaf.Caller),
                    ("time", leaf.TimeMicros),
                    .. parameters,
                ]
            );
        }
    }

    private async Task WriteGroupsAsync()
    {
        for (var group = NextGroup(); group.Count > 0; group = NextGroup())
        {
            try
            {
                Crash.At(Failpoint.AuditTaken);
                await WriteStandingAsync(group);
                Crash.At(Failpoint.AuditCommitted);
            }
            catch (Exception exception)
            {
                group.ForEach(waiting => waiting.Written.TrySetException(exception));
            }
        }
    }

    // Empty: nobody waits, and whoever comes next starts a writer.
    private List<Waiting> NextGroup()
    {
        lock (gate)
        {
            var group = new List<Waiting>();
            var count = 0;
            while (queue.TryPeek(out var next) && (count == 0 || count + next.Leaves.Count <= MaxGroup))
            {
                group.Add(queue.Dequeue());
                count += next.Leaves.Count;
            }

            isWriting = group.Count > 0;
            return group;
        }
    }

    // Again for those that still stand, as long as withdrawals come in between.
    private async Task WriteStandingAsync(List<Waiting> group)
    {
        using var deadline = new CancellationTokenSource(LongestWrite);
        try
        {
            while (true)
            {
                var began = time.GetTimestamp();
                var known = fence.Known;
                var standing = group.Where(waiting => !waiting.Reliances.Any(fence.HasEnded)).ToList();
                foreach (var waiting in group.Except(standing))
                {
                    waiting.Written.TrySetResult(new AppendOutcome(IsAppended: false, began));
                }

                if (standing.Count == 0 || await TryWriteAsync([.. standing.SelectMany(waiting => waiting.Leaves)], known, deadline.Token))
                {
                    standing.ForEach(waiting => waiting.Written.TrySetResult(new AppendOutcome(IsAppended: true, began)));
                    return;
                }

                await fence.CatchUpAsync(deadline.Token);
            }
        }
        catch (OperationCanceledException exception) when (deadline.IsCancellationRequested)
        {
            throw new TimeoutException("The store did not take the audit log's entries in time.", exception);
        }
    }

    private async Task<bool> TryWriteAsync(List<Leaf> leaves, long knownWithdrawals, CancellationToken cancellationToken)
    {
        var sizes = await database.WriteBatchedAsync(
            (transaction, _) =>
            {
                var last = new StatementBatch(transaction);
                var taken = AppendUnless(last, leaves, knownWithdrawals);
                Crash.At(Failpoint.AuditReady);
                return Task.FromResult((taken, last));
            },
            cancellationToken
        );
        return sizes.Count > 0;
    }

    private static List<Leaf> LeavesOf(IReadOnlyList<AuditEntry> entries) => [.. entries.Select(Leaf.Of)];

    private sealed record Leaf(byte[] Entry, byte[] SubjectHash, string Caller, long TimeMicros)
    {
        public static Leaf Of(AuditEntry entry)
        {
            var bytes = entry.ToByteArray();
            return bytes.Length <= MaxEntryBytes
                ? new Leaf(bytes, entry.SubjectHash.ToByteArray(), entry.Caller, entry.RecordTime.ToDateTimeOffset().ToMicros())
                : throw new ArgumentException(
                    $"An entry of {entry.Method} has {bytes.Length} bytes; at most {MaxEntryBytes} fit.",
                    nameof(entry)
                );
        }
    }

    private sealed record Waiting(List<Leaf> Leaves, IReadOnlyList<Reliance> Reliances)
    {
        public TaskCompletionSource<AppendOutcome> Written { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

/// <summary>What became of an answer's leaves.</summary>
/// <param name="IsAppended">They are durable; false: a consent that the answer rests on has ended.</param>
/// <param name="CheckedAt">Timestamp from which on the consents have been known to be in force, for <see cref="WithdrawalFence.LongestAnswer"/>.</param>
internal readonly record struct AppendOutcome(bool IsAppended, long CheckedAt);
