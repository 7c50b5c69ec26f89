using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Soak.Ledger;

/// <summary>
/// Explains what many callers were answered by one order: that of the audit log, which is the order of the decisions. Along it the model must give every answer that
/// was given; and the order must fit the callers' clocks, so that no answer was out of date when it was given (linearizable per person).
/// </summary>
internal sealed class LedgerHistory
{
    private readonly LedgerModel model = new();
    private readonly long nowMicros;
    private readonly IReadOnlyDictionary<string, LedgerPerson> persons;
    private readonly IReadOnlyDictionary<(string Partner, int Revision), long?> flats;
    private readonly ILookup<(string, string, string), CallRecord> records;
    private readonly HashSet<(string, string, string)> executed = [];
    private readonly Dictionary<string, long> latestBegun = new(StringComparer.Ordinal);
    private readonly Dictionary<string, WaiverHistory> waivers = new(StringComparer.Ordinal);
    private readonly List<string> violations = [];

    public LedgerHistory(
        IReadOnlyCollection<CallRecord> records,
        IEnumerable<LedgerPerson> persons,
        IReadOnlyDictionary<(string Partner, int Revision), long?> flats,
        long nowMicros
    )
    {
        this.records = records.Where(record => record.Call.IsMutation).ToLookup(record => record.Key);
        this.persons = persons.ToDictionary(person => person.Id, StringComparer.Ordinal);
        this.flats = flats;
        this.nowMicros = nowMicros;
        foreach (var record in records)
        {
            if (record.Call.Request is CheckEligibilityRequest check && record.Reply.Answer is CheckEligibilityResponse told)
            {
                model.Learn(record.Call.Partner, check, told);
            }
        }
    }

    public LedgerModel Model => model;

    public IReadOnlyList<string> Violations => violations;

    /// <summary>Requests that had an effect or a decision.</summary>
    public IReadOnlySet<(string, string, string)> Executed => executed;

    public WaiverHistory? Find(string waiver) => waivers.GetValueOrDefault(waiver);

    /// <summary>Goes along the log.</summary>
    public void Replay(IEnumerable<AuditEntry> leaves)
    {
        foreach (var leaf in leaves.Where(leaf => leaf.RequestId.Length > 0 && leaf.Outcome != AuditOutcome.Refused))
        {
            var key = (leaf.Caller, leaf.Method, leaf.RequestId);
            var answered = records[key].Where(record => record.Reply.Answer is not null).ToList();
            if (answered.Count == 0)
            {
                // Changes of persons and partners are not calls of this history.
                Require(
                    !records.Contains(key) && !leaf.Caller.StartsWith("partner:", StringComparison.Ordinal),
                    $"an effect that nobody was told of: {leaf}"
                );
            }
            else if (leaf.Outcome == AuditOutcome.Replayed)
            {
                Require(executed.Contains(key), $"replayed before it was done: {leaf}");
            }
            else
            {
                Require(executed.Add(key), $"a second effect of one request_id: {leaf}");
                Explain(leaf, answered);
            }
        }
    }

    private void Explain(AuditEntry leaf, List<CallRecord> answered)
    {
        var call = answered[0].Call;
        var text = LedgerReply.TextOf(answered[0].Reply.Answer!);
        Require(
            answered.Count(record => record.Reply.ReplayedFrom is null) <= 1
                && answered.All(record =>
                    record.Reply.Answer!.Equals(answered[0].Reply.Answer) && record.Call.Request.Equals(call.Request)
                ),
            $"one request_id, different answers: {call}"
        );
        var span = new EffectSpan(
            records[(leaf.Caller, leaf.Method, leaf.RequestId)].Min(record => record.BegunTimestamp),
            answered.Min(record => record.EndedTimestamp)
        );
        var expected = model.Apply(call, FactsOf(leaf, call, span), leaf.ResourceId, nowMicros);
        Require(expected == text, $"the order of the log does not explain {call}:\n  the model: {expected}\n  the gateway: {text}");

        var waiver = model.Find(leaf.ResourceId);
        if (waiver is not null)
        {
            Require(waiver.Revision == leaf.ResourceRevision, $"revision {leaf.ResourceRevision} in the log is {waiver.Revision}: {call}");
            (waivers.TryGetValue(waiver.Id, out var history) ? history : waivers[waiver.Id] = new WaiverHistory()).Add(
                waiver.ToMessage(),
                span
            );
        }

        // A change of a waiver that the log never granted has been told of above.
        var person = waiver?.Person ?? (call.Request as GrantDepositWaiverRequest)?.Subject ?? "";
        var latest = latestBegun.GetValueOrDefault(person);
        Require(span.EndedTimestamp >= latest, $"answered before something began that the log has earlier: {call}");
        latestBegun[person] = Math.Max(latest, span.BegunTimestamp);
    }

    // Which version of the person and of the enrolment was decided on, the log says; that they were in force then, the clocks say.
    private DecisionFacts FactsOf(AuditEntry leaf, LedgerCall call, EffectSpan span)
    {
        if (call.Request is not GrantDepositWaiverRequest grant)
        {
            return new DecisionFacts(null, 0, null);
        }

        var versions = persons[grant.Subject].Versions;
        var index = (int)leaf.PersonVersion - 1;
        var version = versions[index];
        var next = index + 1 < versions.Count ? versions[index + 1] : null;
        Require(
            version.BegunTimestamp <= span.EndedTimestamp && (next is null || next.AcknowledgedTimestamp >= span.BegunTimestamp),
            $"decided on version {version.Version} of the person, which was not in force: {call}"
        );
        var revision = int.Parse(leaf.PolicyVersion.Split('.')[^1]);
        return new DecisionFacts(
            version.Score,
            revision,
            grant.Programme == LedgerPolicy.Flat ? flats.GetValueOrDefault((call.Partner, revision)) : null
        );
    }

    private void Require(bool holds, string violation)
    {
        if (!holds)
        {
            violations.Add(violation);
        }
    }
}
