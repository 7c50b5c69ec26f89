using Google.Protobuf.Collections;
using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Audit;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Eligibility;

/// <summary>
/// Adds to the entry of a decision what it takes to decide again, beside what every entry has: the moment, how long scores counted, and what was stated about the order. Who decides adds the policy version and
/// the version of the person's row.
/// </summary>
internal sealed class DecisionRecord(OrderFactsSeal seal, AuditEntries entries, GatewayOptions options)
{
    private readonly long validitySeconds = (long)options.Persons.ScoreValidity.TotalSeconds;

    /// <summary>Of a decision that was made at the entry's own time. An order of which nothing was stated costs nothing; the honoured decision is null where it was decided anew.</summary>
    public void Describe(
        AuditEntry entry,
        Money? amount,
        MapField<string, AttributeValue> attributes,
        bool acceptPartial = false,
        HonouredDecision? honoured = null
    )
    {
        entry.ScoreValiditySeconds = validitySeconds;
        if (FactsOf(amount, attributes, acceptPartial, honoured) is { } facts)
        {
            entry.OrderFacts = seal.Seal(facts, entry.SubjectHash);
        }
    }

    /// <summary>The same in an entry that is written; its last fields.</summary>
    public void Describe(EntryWriter entry, string person, Money? amount, MapField<string, AttributeValue> attributes)
    {
        if (FactsOf(amount, attributes) is { } facts)
        {
            entry.Bytes(AuditEntry.OrderFactsFieldNumber, seal.Seal(facts, entries.SubjectHashOf(person)).Span);
        }

        entry.Number(AuditEntry.ScoreValiditySecondsFieldNumber, validitySeconds);
    }

    /// <summary>Of a decision that was made at another moment, which becomes the entry's.</summary>
    public void Describe(
        AuditEntry entry,
        long decidedMicros,
        Money? amount,
        MapField<string, AttributeValue> attributes,
        bool acceptPartial = false,
        HonouredDecision? honoured = null
    )
    {
        entry.RecordTime = Instants.ToTimestamp(decidedMicros);
        Describe(entry, amount, attributes, acceptPartial, honoured);
    }

    private static OrderFacts? FactsOf(
        Money? amount,
        MapField<string, AttributeValue> attributes,
        bool acceptPartial = false,
        HonouredDecision? honoured = null
    ) =>
        amount is null && attributes.Count == 0 && honoured is null
            ? null
            : new OrderFacts
            {
                Amount = amount,
                Attributes = { attributes },
                AcceptPartial = acceptPartial,
                HonouredDecisionId = honoured?.Id ?? "",
                HonouredPolicyVersion = honoured?.PolicyVersion ?? "",
            };
}
