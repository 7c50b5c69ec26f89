using System.Data.Common;
using Google.Protobuf;
using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Gateway.Audit;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Events;
using SesameGrpc.Gateway.Failpoints;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Ledger;

/// <summary>One transaction over a group of works: reads, decides on each in turn, and leaves the statements that write all of it.</summary>
internal sealed class LedgerTransaction(StorageProvider provider, bool waitForLocks, TimeProvider time)
{
    private readonly Dictionary<LedgerWork, string?> persons = [];
    private readonly List<AuditEntry> leaves = [];
    private readonly List<PendingEvent> events = [];

    /// <summary>How each work that was decided ended, if the transaction commits: a result or what the caller is to be told.</summary>
    public Dictionary<LedgerWork, (LedgerResult? Result, Exception? Fault)> Outcomes { get; } = [];

    /// <summary>Works that were not decided, because somebody else has their person's lock.</summary>
    public HashSet<LedgerWork> Locked { get; private set; } = [];

    /// <summary>The person whose lock a work waits for.</summary>
    public string? PersonOf(LedgerWork work) => persons.GetValueOrDefault(work);

    public async Task<(bool Result, StatementBatch Last)> RunAsync(
        DbTransaction transaction,
        IReadOnlyList<LedgerWork> works,
        CancellationToken cancellationToken
    )
    {
        // Again from the start when a transaction is repeated.
        Outcomes.Clear();
        leaves.Clear();
        events.Clear();
        var nowMicros = time.NowMicros();
        Crash.At(Failpoint.LedgerBegun);
        var reading = new LedgerReading(transaction, provider, waitForLocks, nowMicros);
        (var book, Locked) = await reading.ReadAsync(works, cancellationToken);
        Crash.At(Failpoint.LedgerRead);
        var last = new StatementBatch(transaction);
        foreach (var work in works)
        {
            if (Locked.Contains(work))
            {
                persons[work] = work.Person ?? book.Obligation(work.ObligationId!)?.Person;
                continue;
            }

            Outcomes[work] = Decide(work, book, last, nowMicros);
            Crash.At(Failpoint.LedgerDecided);
        }

        // Last, because all instances wait for one another from here to the commit.
        AuditLog.Append(last, leaves);
        EventStore.Append(last, events, leaves.Count);
        Crash.At(Failpoint.LedgerReady);
        return (true, last);
    }

    private (LedgerResult? Result, Exception? Fault) Decide(LedgerWork work, LedgerBook book, StatementBatch last, long nowMicros)
    {
        if (work.Abandoned.IsCancellationRequested)
        {
            return (null, new OperationCanceledException(work.Abandoned));
        }

        try
        {
            if (work.Request is { } request && book.EarlierAnswer(request) is { } earlier)
            {
                var replayed = work.NewEntry(work.Person);
                replayed.Outcome = AuditOutcome.Replayed;
                leaves.Add(replayed);
                return (new LedgerResult(earlier.Response, null, Instants.FromMicros(earlier.CreatedMicros), null), null);
            }

            var outcome = work.Decide(book);
            var answer = outcome.Answer?.ToByteArray() ?? [];
            if (outcome.Posting is { } posting)
            {
                book.Apply(posting);
                LedgerWriting.Add(last, posting, book.ExposureOf(posting.After.Person).Version, nowMicros);
            }

            if (work.Request is not null || outcome.Posting is not null)
            {
                leaves.Add(EntryOf(work, outcome));
            }

            if (outcome.Posting is { Event: { } what } told)
            {
                events.Add(
                    new PendingEvent(told.After.Partner, told.After.Person, LedgerEvents.Of(told, what, nowMicros), leaves.Count - 1)
                );
            }

            if (work.Request is { } key)
            {
                book.Load(key, new RequestRecord(key.BodyHash, answer, nowMicros));
                LedgerWriting.Add(last, key, answer, outcome.Posting?.After.Person ?? work.Person, nowMicros);
            }

            return (new LedgerResult(answer, outcome.Answer, null, outcome.Posting), null);
        }
        catch (Exception exception) when (exception is RefusalException or OverflowException)
        {
            return (null, exception);
        }
    }

    private static AuditEntry EntryOf(LedgerWork work, LedgerOutcome outcome)
    {
        var entry = work.NewEntry(outcome.Posting?.After.Person ?? work.Person);
        if (outcome.Posting is { After: var after })
        {
            entry.Outcome = AuditOutcome.Changed;
            entry.ResourceKind = "obligation";
            entry.ResourceId = after.Id;
            entry.ResourceRevision = after.Revision;
            entry.Programme = after.Programme;
            entry.PolicyVersion = after.PolicyVersion;
            if (outcome.Posting.Event is not null)
            {
                entry.DisclosedFields.Add("event");
            }
        }

        outcome.Describe?.Invoke(entry);
        return entry;
    }
}
