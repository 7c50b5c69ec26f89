using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Ledger;
using CollectionState = SesameGrpc.Gateway.Ledger.CollectionState;

namespace SesameGrpc.Soak.Kill;

/// <summary>
/// Nothing is half done: an obligation, its entries, what its person has open, the record of the request, the collection, the leaves of the audit log and the
/// events are there together or not at all. Each difference is one sentence.
/// </summary>
internal static class WholeEffects
{
    private const string WaiverMethods = "sesame.partner.v1.DepositWaiverService/";

    public static IEnumerable<string> Differences(StoredState state) =>
        OfObligations(state)
            .Concat(OfEvents(state))
            .Concat(OfPersons(state))
            .Concat(OfRequests(state))
            .Concat(OfCollections(state))
            .Concat(OfPartners(state));

    private static IEnumerable<string> OfObligations(StoredState state)
    {
        var entries = state.Entries.ToLookup(entry => entry.Obligation, StringComparer.Ordinal);
        var leaves = state
            .Leaves.Where(leaf => leaf is { Outcome: AuditOutcome.Changed, ResourceKind: "obligation" })
            .ToLookup(leaf => leaf.ResourceId, leaf => leaf.ResourceRevision, StringComparer.Ordinal);
        foreach (var obligation in state.Obligations)
        {
            var own = entries[obligation.Id].ToList();
            if (
                own.Count == 0
                || own[0].Kind != EntryKind.Hold
                || own[^1].State != obligation.State
                || ChangesIn(own) != obligation.Revision
            )
            {
                yield return $"Obligation {obligation.Id} is {obligation.State} at revision {obligation.Revision}; its entries are {Show(own)}.";
            }
            else if (!IsBalanced(obligation, own))
            {
                yield return $"The amounts of {obligation} are not those of its entries: {Show(own)}.";
            }

            if (!leaves[obligation.Id].Distinct().Order().SequenceEqual(Range(obligation.Revision)))
            {
                yield return $"Obligation {obligation.Id} is at revision {obligation.Revision}; its leaves are of {string.Join(',', leaves[obligation.Id])}.";
            }
        }

        var known = state.Obligations.Select(obligation => obligation.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var stray in entries.Select(group => group.Key).Concat(leaves.Select(group => group.Key)).Where(id => !known.Contains(id)))
        {
            yield return $"There are entries or leaves of obligation {stray}, which does not exist.";
        }
    }

    private static IEnumerable<string> OfEvents(StoredState state)
    {
        foreach (var (position, partner, what) in state.Events)
        {
            var leaf = position < state.Leaves.Count ? state.Leaves[(int)position] : null;
            var (id, revision) = what.Consent is { } consent
                ? (consent.ConsentId, 0)
                : (what.DepositWaiver.DepositWaiverId, what.DepositWaiver.Revision);
            if (leaf?.ResourceId != id || leaf.ResourceRevision != revision)
            {
                yield return $"The event at {position} for {partner} is {what}; the leaf there is {leaf}.";
            }
        }

        var told = state
            .Events.Where(item => item.Event.DepositWaiver is not null)
            .ToLookup(item => (item.Partner, item.Event.DepositWaiver.DepositWaiverId), item => item.Event.DepositWaiver.Revision);
        foreach (var obligation in state.Obligations)
        {
            var revisions = told[(obligation.Partner, obligation.Id)];
            if (!revisions.Order().SequenceEqual(Range(obligation.Revision)))
            {
                yield return $"Obligation {obligation.Id} is at revision {obligation.Revision}; its events are of {string.Join(',', revisions)}.";
            }
        }
    }

    private static IEnumerable<string> OfPersons(StoredState state)
    {
        var entries = state.Entries.ToLookup(entry => entry.Person, entry => entry.Version, StringComparer.Ordinal);
        var open = state.Obligations.Where(obligation => obligation.IsOpen).ToList();
        foreach (var exposure in state.Exposures)
        {
            var own = open.Where(obligation => obligation.Person == exposure.Person && IsIn(exposure.Scope, obligation)).ToList();
            if (own.Sum(obligation => obligation.HeldFen) != exposure.OpenFen || own.Count != exposure.OpenCount)
            {
                yield return $"{exposure} does not fit what is open: {own.Sum(obligation => obligation.HeldFen)} in {own.Count}.";
            }

            if (exposure.Scope == "all" && !entries[exposure.Person].SequenceEqual(Range(exposure.Version)))
            {
                yield return $"{exposure} has the entries {string.Join(',', entries[exposure.Person])}.";
            }
        }

        var known = state
            .Exposures.Where(exposure => exposure.Scope == "all")
            .Select(exposure => exposure.Person)
            .ToHashSet(StringComparer.Ordinal);
        foreach (var person in entries.Select(group => group.Key).Where(person => !known.Contains(person)))
        {
            yield return $"Person {person} has entries, and no sum of what is open.";
        }
    }

    private static IEnumerable<string> OfRequests(StoredState state)
    {
        var leaves = state
            .Leaves.Where(leaf => leaf.RequestId.Length > 0 && leaf.Outcome is AuditOutcome.Changed or AuditOutcome.Decided)
            .ToLookup(leaf => (leaf.Caller, leaf.Method, leaf.RequestId));
        var obligations = state.Obligations.ToDictionary(obligation => obligation.Id, StringComparer.Ordinal);
        var granted = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (key, answer) in state.Requests)
        {
            var own = leaves[key].ToList();
            var isOfWaiver = key.Method.StartsWith(WaiverMethods, StringComparison.Ordinal);

            // The waiver has the same field number in the answers of all of its methods.
            var waiver = isOfWaiver && answer is not null ? CancelDepositWaiverResponse.Parser.ParseFrom(answer).DepositWaiver : null;
            if (waiver is not null && key.Method.EndsWith("/GrantDepositWaiver", StringComparison.Ordinal))
            {
                granted.Add(waiver.DepositWaiverId);
            }

            // A change of consents has a leaf for each of them, beside or instead of its own.
            if (answer is null || own.Count == 0 || own.Count(leaf => leaf.ResourceKind != "consent") > 1)
            {
                yield return $"{key} has {own.Count} leaves and {(answer is null ? "no answer" : "an answer")}.";
            }
            else if (isOfWaiver && (waiver is null ? own[0].Outcome != AuditOutcome.Decided : !IsRecorded(waiver, own[0], obligations)))
            {
                yield return $"{key} was answered with {waiver}, which the ledger or the leaf {own[0]} does not say.";
            }
        }

        foreach (var stray in leaves.Where(group => !state.Requests.ContainsKey(group.Key)))
        {
            yield return $"There is a leaf of {stray.Key}, and no record of the request.";
        }

        foreach (var id in obligations.Keys.Where(id => !granted.Contains(id)))
        {
            yield return $"Obligation {id} exists, and no request was answered with its grant.";
        }
    }

    private static IEnumerable<string> OfCollections(StoredState state)
    {
        var collections = state.Collections.ToDictionary(collection => collection.Obligation, StringComparer.Ordinal);
        foreach (var obligation in state.Obligations)
        {
            var collection = collections.GetValueOrDefault(obligation.Id);
            var wasCharged = obligation.ChargedFen > 0;
            if (
                (wasCharged && collection is null)
                || (collection?.State == CollectionState.Collected) != (obligation.SettledBy == SettledBy.Collection)
            )
            {
                yield return $"{obligation} does not fit its collection: {collection}.";
            }
        }
    }

    private static IEnumerable<string> OfPartners(StoredState state)
    {
        if (!state.Partners.ToHashSet(StringComparer.Ordinal).SetEquals(state.Clients) || state.Partners.Count != state.Clients.Count)
        {
            yield return $"The partners {string.Join(' ', state.Partners)} have the clients {string.Join(' ', state.Clients)}.";
        }
    }

    private static bool IsRecorded(DepositWaiver waiver, AuditEntry leaf, Dictionary<string, StoredObligation> obligations) =>
        obligations.TryGetValue(waiver.DepositWaiverId, out var obligation)
        && obligation.Revision >= waiver.Revision
        && leaf.ResourceId == waiver.DepositWaiverId
        && leaf.ResourceRevision == waiver.Revision;

    // A change is one entry, but for what it releases besides.
    private static int ChangesIn(List<StoredEntry> own) =>
        own.Where(
                (entry, index) =>
                    index == 0
                    || entry.Kind != EntryKind.Release
                    || own[index - 1].Kind is not (EntryKind.Capture or EntryKind.Correct or EntryKind.WriteOff)
            )
            .Count();

    private static bool IsBalanced(StoredObligation obligation, List<StoredEntry> own)
    {
        long Sum(params EntryKind[] kinds) => own.Where(entry => kinds.Contains(entry.Kind)).Sum(entry => entry.AmountFen);
        var ended = Sum(EntryKind.Release, EntryKind.Cancel, EntryKind.Capture, EntryKind.WriteOff);
        return Sum(EntryKind.Hold) == obligation.HeldFen
            && Sum(EntryKind.Charge) - Sum(EntryKind.Correct) == obligation.ChargedFen
            && Sum(EntryKind.Capture) == obligation.CollectedFen
            && ended == (obligation.IsOpen ? 0 : obligation.HeldFen);
    }

    private static bool IsIn(string scope, StoredObligation obligation) =>
        scope == "all" || scope == $"partner:{obligation.Partner}" || scope == $"programme:{obligation.Programme}";

    private static IEnumerable<long> Range(long last) => Enumerable.Range(1, (int)last).Select(number => (long)number);

    private static string Show(List<StoredEntry> own) =>
        string.Join(", ", own.Select(entry => $"{entry.Kind} {entry.AmountFen} ({entry.State})"));
}
