using System.Data.Common;
using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Audit;
using SesameGrpc.Gateway.Events;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.Gateway.Withdrawals;

namespace SesameGrpc.Gateway.Consents;

/// <summary>What consents have become, and what their transaction has to leave behind: a leaf for each, events for partners, and word of what has ended.</summary>
internal sealed class ConsentOutcome(long micros, Consent? unchanged = null)
{
    private readonly List<(Consent Consent, EventType? What)> changes = [];
    private string? nobody;

    /// <summary>When.</summary>
    public long Micros { get; } = micros;

    /// <summary>The consents that have changed, after the change; a new one is the last.</summary>
    public IEnumerable<Consent> Changed => changes.Select(change => change.Consent);

    /// <summary>The one consent that was asked about, changed or not; null when it was about all.</summary>
    public Consent? Result => changes.Count > 0 ? changes[^1].Consent : unchanged;

    /// <summary>Whether consents have ended or are suspended: then <see cref="WithdrawalFence.SettleAsync"/> comes before the acknowledgement.</summary>
    public bool HasWithdrawals => Ended.Any();

    private IEnumerable<Consent> Ended => Changed.Where(consent => consent.State != ConsentState.Active);

    /// <summary>The person is being erased: the events still say which subject it was, and are nobody's.</summary>
    public void ForgetPerson() => nobody = TimedId.New(Micros);

    public void Add(Consent consent, EventType? what) => changes.Add((consent, what));

    /// <summary>The leaves: one for each consent that has changed, each begun by the caller for the person.</summary>
    public List<AuditEntry> EntriesOf(Func<string, AuditEntry> newEntry)
    {
        var entries = new List<AuditEntry>();
        foreach (var consent in Changed)
        {
            var entry = newEntry(consent.Person);
            entry.Outcome = AuditOutcome.Changed;
            entry.ResourceKind = "consent";
            entry.ResourceId = consent.Id;
            consent.Describe(entry);
            entries.Add(entry);
        }

        return entries;
    }

    /// <summary>The last statements of a transaction: the leaves of <see cref="EntriesOf"/> and of the further entry, and what comes right behind them.</summary>
    public StatementBatch LastOf(DbTransaction transaction, Func<string, AuditEntry> newEntry, AuditEntry? further = null)
    {
        var leaves = EntriesOf(newEntry);
        if (further is not null)
        {
            leaves.Add(further);
        }

        var last = new StatementBatch(transaction);
        AuditLog.Append(last, leaves);
        AppendBehindLeaves(last, leaves.Count);
        return last;
    }

    /// <summary>Adds the events and the word of what has ended, right behind the transaction's leaves, the first of which are those of <see cref="EntriesOf"/>.</summary>
    public void AppendBehindLeaves(StatementBatch last, int leaves)
    {
        var events = changes
            .Select((change, leaf) => (change.Consent, change.What, Leaf: leaf))
            .Where(change => change.What is not null)
            .Select(change => new PendingEvent(
                change.Consent.Partner,
                nobody ?? change.Consent.Person,
                EventOf(change.Consent, change.What!.Value),
                change.Leaf
            ));
        EventStore.Append(last, [.. events], leaves);
        WithdrawalFence.Append(last, [.. Ended.Select(consent => consent.Person).Distinct()], Micros);
    }

    private Event EventOf(Consent consent, EventType what) =>
        new()
        {
            EventId = TimedId.New(Micros),
            Type = what,
            EventTime = Instants.ToTimestamp(Micros),
            Subject = consent.Subject,
            Consent = new ConsentReference
            {
                ConsentId = consent.Id,
                Purpose = consent.Purpose,
                ExpireTime = Instants.ToTimestamp(consent.ExpireMicros),
            },
        };
}
