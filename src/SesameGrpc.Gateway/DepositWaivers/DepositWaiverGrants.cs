using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Eligibility;
using SesameGrpc.Gateway.Ledger;
using SesameGrpc.Gateway.Partners;
using SesameGrpc.Gateway.Persons;
using SesameGrpc.Gateway.Programmes;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Storage;
using Consent = SesameGrpc.Gateway.Consents.Consent;

namespace SesameGrpc.Gateway.DepositWaivers;

/// <summary>Decides on a grant: on the person's locked row in the store, never on a cache; then the limits. Pure but for the clock and the decision's id.</summary>
internal sealed class DepositWaiverGrants(ProgrammeCatalogueSource catalogue, DecisionSeal seal, GatewayOptions options, TimeProvider time)
{
    private readonly TimeSpan validity = options.Persons.ScoreValidity;

    /// <summary>Decides for the person, by internal id; null where the partner may not know of any.</summary>
    public LedgerOutcome Decide(
        LedgerBook book,
        PartnerRecord partner,
        EnrolledProgramme programme,
        string? personId,
        GrantDepositWaiverRequest request
    )
    {
        var nowMicros = time.NowMicros();
        if (
            personId is null
            || book.Person(personId) is not { OptedIn: true, Person: var person }
            || book.ConsentOf(partner.Id, personId) is not { } consent
            || !consent.Covers(PartnerScopes.DepositWaiverWrite, programme.Programme.Id, nowMicros)
        )
        {
            throw new RefusalException(Refuse.NotFound());
        }

        if (book.IsOrderTaken(partner.Id, request.OrderId))
        {
            throw new RefusalException(OrderTaken());
        }

        var subject = DecisionSubject.Of(partner.Id, personId, programme, request.Amount, request.Attributes);
        var honoured = person.CourtListed ? null : seal.Open(subject, request.DecisionId, nowMicros);
        var decision = honoured ?? EligibilityRules.Decide(programme, person, request.Amount, request.Attributes, nowMicros, validity);
        var decisionId = honoured is null ? seal.Seal(subject, decision, nowMicros) : request.DecisionId;
        if (decision.Outcome != EligibilityDecision.Eligible)
        {
            return NotGranted(decision.Outcome, decision.Reasons, programme, decisionId, person, consent);
        }

        // ProgrammeRules gives every deposit programme an amount.
        var limit = decision.AmountLimit!.Value;
        var requested = request.Amount?.MinorUnits ?? limit;
        if (requested > limit && !request.AcceptPartial)
        {
            return NotGranted(
                EligibilityDecision.NotEligible,
                ReasonSet.Of(DecisionReason.AmountTooHigh),
                programme,
                decisionId,
                person,
                consent
            );
        }

        var obligation = NewObligation(consent, programme, request, requested, Math.Min(requested, limit), decisionId, nowMicros);
        var limits = LimitsOf(partner, programme, person);
        if (book.ExposureOf(personId).FirstExceeded(limits, obligation.HeldFen) is { } limitReached)
        {
            return NotGranted(EligibilityDecision.NotEligible, ReasonSet.Of(limitReached), programme, decisionId, person, consent);
        }

        return new LedgerOutcome(
            new GrantDepositWaiverResponse { DepositWaiver = DepositWaiverRules.ToMessage(obligation) },
            ObligationRules.Open(obligation, limits),
            entry =>
            {
                consent.Describe(entry);
                entry.Decision = EligibilityDecision.Eligible;
                entry.PersonVersion = person.Version;
            }
        );
    }

    private IReadOnlyList<ScopeLimit> LimitsOf(PartnerRecord partner, EnrolledProgramme programme, PersonSnapshot person)
    {
        var policies = catalogue.Current;
        var document = programme.Programme.Document;
        return ScopeLimit.For(
            partner.Id,
            programme.Programme.Id,
            policies.OverallAmountAt(person.ServedScore),
            policies.OverallLimits,
            document.PartnerLimit,
            document.ProgrammeLimit
        );
    }

    private static Obligation NewObligation(
        Consent consent,
        EnrolledProgramme programme,
        GrantDepositWaiverRequest request,
        long requested,
        long held,
        string decisionId,
        long nowMicros
    ) =>
        new()
        {
            Id = TimedId.New(nowMicros),
            Kind = ObligationKind.DepositWaiver,
            Partner = consent.Partner,
            OrderId = request.OrderId,
            Person = consent.Person,
            Subject = consent.Subject,
            Programme = programme.Programme.Id,
            State = ObligationState.Active,
            Revision = 1,
            RequestedFen = requested,
            HeldFen = held,
            PolicyVersion = programme.PolicyVersion,
            DecisionId = decisionId,
            GrantedMicros = nowMicros,
            DueMicros = programme.LongestPeriod is { } period ? nowMicros + period.ToMicros() : null,
        };

    private static LedgerOutcome NotGranted(
        EligibilityDecision outcome,
        ReasonSet reasons,
        EnrolledProgramme programme,
        string decisionId,
        PersonSnapshot person,
        Consent consent
    )
    {
        var details = ReasonTexts.Of(reasons).ToList();
        var refused = new NotGranted
        {
            Decision = outcome,
            Reasons = { details },
            PolicyVersion = programme.PolicyVersion,
            DecisionId = decisionId,
        };
        return new LedgerOutcome(
            new GrantDepositWaiverResponse { NotGranted = refused },
            null,
            entry =>
            {
                consent.Describe(entry);
                entry.Outcome = AuditOutcome.Decided;
                entry.Decision = outcome;
                entry.DecisionReasons.Add(details.Select(detail => detail.Reason));
                entry.Programme = programme.Programme.Id;
                entry.PolicyVersion = programme.PolicyVersion;
                entry.PersonVersion = person.Version;
            }
        );
    }

    private static Refusal OrderTaken() =>
        Refuse.AlreadyExists("order_id", "This order_id already names an obligation of this partner; each order has its own.");
}
