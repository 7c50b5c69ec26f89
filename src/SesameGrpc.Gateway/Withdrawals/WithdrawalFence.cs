using System.Collections.Concurrent;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Withdrawals;

/// <summary>
/// Keeps answers from resting on a consent that has ended. Whatever ends or suspends one raises a counter in the row of audit_log, under the lock that every leaf of a
/// disclosure takes too; a disclosure's leaves are appended only if the counter is what this instance knows. If it is not, the instance reads whose consents have ended and
/// drops the answers that rest on them. So no instance needs to be told of a withdrawal, and none can miss one.
/// </summary>
internal sealed class WithdrawalFence(Database database, TimeProvider time) : IDisposable
{
    /// <summary>
    /// Longest time between the moment at which an answer's consent was found in force and the moment at which the answer is handed to the connection; an answer that takes
    /// longer is checked again. A withdrawal is acknowledged this much, and a margin, later than it is committed, so that no answer can leave after the acknowledgement.
    /// </summary>
    public static readonly TimeSpan LongestAnswer = TimeSpan.FromMilliseconds(500);

    // What may lie between the check of an answer and the connection: its serialization, and whatever the machine does meanwhile.
    private static readonly TimeSpan Margin = TimeSpan.FromMilliseconds(250);

    // How often what is no longer needed is looked for.
    private static readonly TimeSpan ShrinkEvery = TimeSpan.FromSeconds(10);

    /// <summary>How long a consent may be relied on without being read again.</summary>
    public static readonly TimeSpan LongestReliance = TimeSpan.FromMinutes(5);

    /// <summary>How long it is on record whose consents have ended; whoever has not heard of it by then forgets everything.</summary>
    public static readonly TimeSpan LongestRecord = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<string, (long Number, long Stamp)> ended = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim catchingUp = new(1, 1);
    private long known = -1;
    private long confirmedAt;
    private long forgottenBelow;
    private long shrunkAt;

    /// <summary>How many withdrawals this instance has heard of; -1 before the first look.</summary>
    public long Known => Volatile.Read(ref known);

    /// <summary>Timestamp of the last moment before which all withdrawals that had been committed were known here.</summary>
    public long ConfirmedAt => Volatile.Read(ref confirmedAt);

    /// <summary>A commit has found that what is known was still all, and began at this timestamp.</summary>
    public void Confirm(long began)
    {
        // Whoever is late says less, and harms nobody.
        if (began > ConfirmedAt)
        {
            Volatile.Write(ref confirmedAt, began);
        }
    }

    /// <summary>Whether the consent has ended, or may have, as far as this instance has heard.</summary>
    public bool HasEnded(Reliance reliance) =>
        reliance.AsOf < Volatile.Read(ref forgottenBelow)
        || (!ended.IsEmpty && ended.TryGetValue(reliance.Person, out var last) && last.Number > reliance.AsOf);

    /// <summary>Adds the statements that make it known that consents of these persons end, to the last batch of a transaction, behind its leaves.</summary>
    public static void Append(StatementBatch last, IReadOnlyCollection<string> persons, long nowMicros)
    {
        if (persons.Count == 0)
        {
            return;
        }

        last.Add("UPDATE audit_log SET withdrawals = withdrawals + 1 WHERE id = 1");
        foreach (var person in persons)
        {
            last.Add(
                "INSERT INTO withdrawals (number, person_id, created_us) SELECT withdrawals, @person, @now FROM audit_log WHERE id = 1",
                ("person", person),
                ("now", nowMicros)
            );
        }
    }

    /// <summary>Waits until every answer that was found in order before a withdrawal's commit has left. Call it between the commit and the acknowledgement.</summary>
    public Task SettleAsync(CancellationToken cancellationToken) => Task.Delay(LongestAnswer + Margin, time, cancellationToken);

    /// <summary>Hears of all withdrawals that are committed by now.</summary>
    public async Task CatchUpAsync(CancellationToken cancellationToken)
    {
        await catchingUp.WaitAsync(cancellationToken);
        try
        {
            var began = time.GetTimestamp();
            await using var connection = await database.OpenAsync(cancellationToken);
            var rows = await connection
                .Command(
                    """
                    SELECT a.withdrawals, w.number, w.person_id FROM audit_log a LEFT JOIN withdrawals w ON w.number > @known AND @known >= 0 WHERE a.id = 1
                    """,
                    ("known", Known)
                )
                .ListAsync(
                    row => (Current: row.GetInt64(0), Number: row.NullableInt64(1), Person: row.IsDBNull(2) ? "" : row.GetString(2)),
                    cancellationToken
                );
            Take(rows);
            Confirm(began);
        }
        finally
        {
            catchingUp.Release();
        }
    }

    /// <summary>Hears of withdrawals anew, as long as a check of that time is too old for an answer to leave by it. Returns the timestamp from which on it holds.</summary>
    public async Task<long> RefreshAsync(long checkedAt, CancellationToken cancellationToken)
    {
        while (time.GetElapsedTime(checkedAt) > LongestAnswer)
        {
            checkedAt = time.GetTimestamp();
            await CatchUpAsync(cancellationToken);
        }

        return checkedAt;
    }

    /// <summary>Deletes what is on record longer than anybody needs it.</summary>
    public Task<int> ForgetAsync(CancellationToken cancellationToken) =>
        database.WriteAsync(
            (transaction, token) =>
                transaction
                    .Command(
                        "DELETE FROM withdrawals WHERE created_us < @before",
                        ("before", (time.GetUtcNow() - LongestRecord).ToMicros())
                    )
                    .ExecuteAsync(token),
            cancellationToken
        );

    public void Dispose() => catchingUp.Dispose();

    private void Take(List<(long Current, long? Number, string Person)> rows)
    {
        var current = rows[0].Current;
        if (Known < 0 || rows.Select(row => row.Number).OfType<long>().Distinct().Count() < current - Known)
        {
            // The first look, or one so late that withdrawals are no longer on record.
            Volatile.Write(ref forgottenBelow, current);
        }

        var now = time.GetTimestamp();
        foreach (var (_, number, person) in rows)
        {
            if (number is { } newer)
            {
                // Rows come in any order.
                ended.AddOrUpdate(person, (newer, now), (_, known) => known.Number > newer ? known : (newer, now));
            }
        }

        // Only now: whoever sees the new number sees whom it is about.
        Volatile.Write(ref known, current);
        Shrink();
    }

    // No reliance is older than its longest time and the longest call.
    private void Shrink()
    {
        if (time.GetElapsedTime(shrunkAt) < ShrinkEvery)
        {
            return;
        }

        shrunkAt = time.GetTimestamp();
        foreach (var (person, last) in ended)
        {
            if (time.GetElapsedTime(last.Stamp) > 2 * LongestReliance)
            {
                ended.TryRemove(new(person, last));
            }
        }
    }
}
