using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.Audit;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Eligibility;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Decisions;

/// <summary>What it takes to decide a recorded decision again, or why that cannot be.</summary>
internal readonly record struct DecisionBasis(Policy? Policy, DecisionFacts? Facts, NotReplayableReason Missing)
{
    public static DecisionBasis Without(NotReplayableReason reason) => new(null, null, reason);
}

/// <summary>Puts together what recorded decisions rested on, from their entries and from the versions that the store keeps.</summary>
internal sealed class DecisionBasisReader(
    OrderFactsSeal orders,
    DecisionSeal seal,
    AuditEntries entries,
    GatewayOptions options,
    TimeProvider time
)
{
    private const string Partner = "partner:";

    public async ValueTask<DecisionBasis> ReadAsync(RecordedDecision recorded, PolicyHistory policies, CancellationToken cancellationToken)
    {
        var entry = recorded.Entry;
        if (entry.ScoreValiditySeconds == 0)
        {
            return DecisionBasis.Without(NotReplayableReason.FactsNotRecorded);
        }

        if (recorded.PersonId is not { } personId)
        {
            return DecisionBasis.Without(NotReplayableReason.PersonErased);
        }

        if (recorded.Person is not { } person || !entries.SubjectHashOf(personId).Equals(entry.SubjectHash))
        {
            return DecisionBasis.Without(MissingHistory(entry));
        }

        if (orders.Open(entry) is not { } order)
        {
            return DecisionBasis.Without(NotReplayableReason.OrderUnreadable);
        }

        var partner = entry.Caller.StartsWith(Partner, StringComparison.Ordinal) ? entry.Caller[Partner.Length..] : "";
        if (await policies.FindAsync(partner, entry.PolicyVersion, cancellationToken) is not { } policy)
        {
            return DecisionBasis.Without(NotReplayableReason.PolicyUnknown);
        }

        var honoured =
            order.HonouredDecisionId.Length == 0
                ? null
                : await HonouredAsync(order, partner, personId, person.CourtListed, entry, policies, cancellationToken);
        var facts = new DecisionFacts(
            person,
            order,
            entry.RecordTime.ToMicros(),
            TimeSpan.FromSeconds(entry.ScoreValiditySeconds),
            DecisionReplay.IsGrant(entry),
            DecisionReplay.IsBadge(entry),
            honoured,
            DecisionReplay.LimitReachedIn(entry)
        );
        return new DecisionBasis(policy, facts, NotReplayableReason.Unspecified);
    }

    // The earlier decision is not looked up but opened again, as the grant did: its id carries it.
    private async ValueTask<Decision?> HonouredAsync(
        OrderFacts order,
        string partner,
        string person,
        bool courtListed,
        AuditEntry entry,
        PolicyHistory policies,
        CancellationToken cancellationToken
    ) =>
        !courtListed && await policies.FindAsync(partner, order.HonouredPolicyVersion, cancellationToken) is { } policy
            ? seal.Open(
                DecisionSubject.Of(partner, person, policy.Programme, order.Amount, order.Attributes),
                order.HonouredDecisionId,
                entry.RecordTime.ToMicros()
            )
            : null;

    // A version that a decision was made on was in force then, so it ended later.
    private NotReplayableReason MissingHistory(AuditEntry entry) =>
        entry.RecordTime.ToMicros() < time.GetUtcNow().AddDays(-options.Retention.PersonHistoryDays).ToMicros()
            ? NotReplayableReason.HistoryEnded
            : NotReplayableReason.HistoryMissing;
}
