using Google.Protobuf;
using Google.Protobuf.Collections;
using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Amounts;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Eligibility;
using SesameGrpc.Gateway.Ledger;
using SesameGrpc.Gateway.Partners;
using SesameGrpc.Gateway.Persons;
using SesameGrpc.Gateway.Programmes;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Storage;
using Consent = SesameGrpc.Gateway.Consents.Consent;
using Obligation = SesameGrpc.Gateway.Ledger.Obligation;
using ObligationKind = SesameGrpc.Gateway.Ledger.ObligationKind;
using ObligationState = SesameGrpc.Gateway.Ledger.ObligationState;

namespace SesameGrpc.Gateway.Obligations;

/// <summary>What a partner asks for, whatever kind of obligation comes of it.</summary>
internal sealed record GrantOrder
{
    public required ObligationKind Kind { get; init; }

    /// <summary>The scope that the person's consent must cover.</summary>
    public required string Scope { get; init; }

    public required string OrderId { get; init; }

    /// <summary>Which thing is taken; empty where none is named.</summary>
    public string DeviceId { get; init; } = "";

    /// <summary>Null: as much as the programme gives.</summary>
    public required Money? Amount { get; init; }

    /// <summary>Whether less than the amount will do.</summary>
    public bool AcceptPartial { get; init; }

    public required string DecisionId { get; init; }

    public required MapField<string, AttributeValue> Attributes { get; init; }
}

/// <summary>Decides on a grant: on the person's locked row in the store, never on a cache; then the limits. Pure but for the clock and the decision's id.</summary>
internal sealed class ObligationGrants(
    ProgrammeCatalogueSource catalogue,
    DecisionSeal seal,
    DecisionRecord record,
    GatewayOptions options,
    TimeProvider time
)
{
    private readonly TimeSpan validity = options.Persons.ScoreValidity;

    /// <summary>Decides for the person, by internal id; null where the partner may not know of any.</summary>
    /// <param name="book">What was read and locked.</param>
    /// <param name="partner">Who asks.</param>
    /// <param name="programme">Under what.</param>
    /// <param name="personId">For whom.</param>
    /// <param name="order">For what.</param>
    /// <param name="granted">The answer with the new obligation.</param>
    /// <param name="refused">The answer without one.</param>
    public LedgerOutcome Decide(
        LedgerBook book,
        PartnerRecord partner,
        EnrolledProgramme programme,
        string? personId,
        GrantOrder order,
        Func<Obligation, IMessage> granted,
        Func<NotGranted, IMessage> refused
    )
    {
        var nowMicros = time.NowMicros();
        var (person, consent) = WhoAgreed(book, partner, programme, personId, order.Scope, nowMicros);
        if (book.IsOrderTaken(partner.Id, order.OrderId))
        {
            throw new RefusalException(OrderTaken());
        }

        var subject = DecisionSubject.Of(partner.Id, consent.Person, programme, order.Amount, order.Attributes);
        var honoured = person.CourtListed
            ? null
            : seal.Honour(partner.Id, consent.Person, programme, order.Amount, order.Attributes, order.DecisionId, nowMicros);
        var decision =
            honoured?.Decision ?? EligibilityRules.Decide(programme, person, order.Amount, order.Attributes, nowMicros, validity);
        var decisionId = honoured is null ? seal.Seal(subject, decision, nowMicros) : order.DecisionId;
        if (decision.Outcome != EligibilityDecision.Eligible)
        {
            return NotGranted(decision.Outcome, decision.Reasons);
        }

        var requested = RequestedOf(order, decision.AmountLimit);
        var held = Math.Min(requested, decision.AmountLimit ?? 0);
        var limits = LimitsOf(partner, programme, person, decision.AmountLimit);
        var reason =
            requested > held && !order.AcceptPartial ? DecisionReason.AmountTooHigh
            : IsBlocked(book, programme, consent.Person) ? DecisionReason.Overdue
            : book.ExposureOf(consent.Person).FirstExceeded(limits, held);
        if (reason is { } against)
        {
            return NotGranted(EligibilityDecision.NotEligible, ReasonSet.Of(against));
        }

        var obligation = NewObligation(consent, programme, order, requested, held, decisionId, nowMicros);
        return new LedgerOutcome(
            granted(obligation),
            ObligationRules.Open(obligation, limits),
            entry =>
            {
                Describe(entry);
                entry.Decision = EligibilityDecision.Eligible;
            }
        );

        void Describe(AuditEntry entry)
        {
            consent.Describe(entry);
            entry.PersonVersion = person.Version;
            record.Describe(entry, nowMicros, order.Amount, order.Attributes, order.AcceptPartial, honoured);
        }

        LedgerOutcome NotGranted(EligibilityDecision outcome, ReasonSet reasons) =>
            Refused(outcome, reasons, programme, decisionId, Describe, refused);
    }

    // Read under the lock: what was remembered before may have ended.
    private static (PersonSnapshot Person, Consent Consent) WhoAgreed(
        LedgerBook book,
        PartnerRecord partner,
        EnrolledProgramme programme,
        string? personId,
        string scope,
        long nowMicros
    ) =>
        personId is not null
        && book.Person(personId) is { OptedIn: true, Person: var person }
        && book.ConsentOf(partner.Id, personId) is { } consent
        && consent.Covers(scope, programme.Programme.Id, nowMicros)
            ? (person, consent)
            : throw new RefusalException(Refuse.NotFound());

    private static bool IsBlocked(LedgerBook book, EnrolledProgramme programme, string personId) =>
        programme.Programme.Document.BlockedWhileOverdue && book.HasOverdue(personId, programme.Programme.Id);

    // A programme without an amount holds nothing; it counts all the same.
    private static long RequestedOf(GrantOrder order, long? limit)
    {
        new FieldCheck()
            .Require(limit is not null || order.Amount is null, "amount", "must be absent: the programme has no amount")
            .Enforce();
        return order.Amount?.MinorUnits ?? limit ?? 0;
    }

    private IReadOnlyList<ScopeLimit> LimitsOf(PartnerRecord partner, EnrolledProgramme programme, PersonSnapshot person, long? amountLimit)
    {
        var policies = catalogue.Current;
        var document = programme.Programme.Document;
        return ScopeLimit.For(
            partner.Id,
            programme.Programme.Id,
            policies.OverallAmountAt(person.ServedScore),
            policies.OverallLimits,
            document.PartnerLimit,
            document.Kind == ProgrammeKind.CreditLine ? LineOf(document.ProgrammeLimit, amountLimit) : document.ProgrammeLimit
        );
    }

    // A line of credit is one amount for all that is bought on it; other programmes give their amount to each obligation.
    private static ExposureLimit LineOf(ExposureLimit? limit, long? amountLimit) =>
        new()
        {
            OpenCount = limit?.OpenCount ?? 0,
            OpenAmount = Cny.Of(Math.Min(limit?.OpenAmount?.MinorUnits ?? long.MaxValue, amountLimit ?? 0)),
        };

    private static Obligation NewObligation(
        Consent consent,
        EnrolledProgramme programme,
        GrantOrder order,
        long requested,
        long held,
        string decisionId,
        long nowMicros
    ) =>
        new()
        {
            Id = TimedId.New(nowMicros),
            Kind = order.Kind,
            Partner = consent.Partner,
            OrderId = order.OrderId,
            Person = consent.Person,
            Subject = consent.Subject,
            Programme = programme.Programme.Id,
            DeviceId = order.DeviceId,
            State = ObligationState.Active,
            Revision = 1,
            RequestedFen = requested,
            HeldFen = held,
            PolicyVersion = programme.PolicyVersion,
            DecisionId = decisionId,
            GrantedMicros = nowMicros,
            DueMicros = programme.DueMicros(nowMicros),
        };

    private static LedgerOutcome Refused(
        EligibilityDecision outcome,
        ReasonSet reasons,
        EnrolledProgramme programme,
        string decisionId,
        Action<AuditEntry> describe,
        Func<NotGranted, IMessage> refused
    )
    {
        var details = ReasonTexts.Of(reasons).ToList();
        var answer = new NotGranted
        {
            Decision = outcome,
            Reasons = { details },
            PolicyVersion = programme.PolicyVersion,
            DecisionId = decisionId,
        };
        return new LedgerOutcome(
            refused(answer),
            null,
            entry =>
            {
                describe(entry);
                entry.Outcome = AuditOutcome.Decided;
                entry.Decision = outcome;
                entry.DecisionReasons.Add(details.Select(detail => detail.Reason));
                entry.Programme = programme.Programme.Id;
                entry.PolicyVersion = programme.PolicyVersion;
            }
        );
    }

    private static Refusal OrderTaken() =>
        Refuse.AlreadyExists("order_id", "This order_id already names an obligation of this partner; each order has its own.");
}
