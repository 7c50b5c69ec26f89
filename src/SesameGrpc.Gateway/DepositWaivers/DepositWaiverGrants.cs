using System.Data.Common;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Eligibility;
using SesameGrpc.Gateway.Ledger;
using SesameGrpc.Gateway.Partners;
using SesameGrpc.Gateway.Persons;
using SesameGrpc.Gateway.Programmes;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.DepositWaivers;

/// <summary>Grants a waiver inside one transaction: decides on the person's row in the store, never on a cache, then checks the limits and holds.</summary>
internal sealed class DepositWaiverGrants(
    PersonStore persons,
    ProgrammeCatalogueSource catalogue,
    DecisionSeal seal,
    GatewayOptions options,
    TimeProvider time
)
{
    private readonly TimeSpan validity = options.Persons.ScoreValidity;

    public async Task<GrantDepositWaiverResponse> GrantAsync(
        DbTransaction transaction,
        PartnerRecord partner,
        EnrolledProgramme programme,
        GrantDepositWaiverRequest request,
        CancellationToken cancellationToken
    )
    {
        var row = await persons.FindAndHoldAsync(transaction, request.Subject, cancellationToken);
        if (row is not { OptedIn: true, Person: var person })
        {
            throw new RefusalException(Refuse.NotFound());
        }

        if (await LedgerStore.IsOrderTakenAsync(transaction, partner.Id, request.OrderId, cancellationToken))
        {
            throw new RefusalException(OrderTaken());
        }

        var nowMicros = time.NowMicros();
        var subject = DecisionSubject.Of(partner.Id, request.Subject, programme, request.Amount, request.Attributes);
        var honoured = person.CourtListed ? null : seal.Open(subject, request.DecisionId, nowMicros);
        var decision = honoured ?? EligibilityRules.Decide(programme, person, request.Amount, request.Attributes, nowMicros, validity);
        var decisionId = honoured is null ? seal.Seal(subject, decision, nowMicros) : request.DecisionId;
        if (decision.Outcome != EligibilityDecision.Eligible)
        {
            return NotGranted(decision.Outcome, decision.Reasons, programme, decisionId);
        }

        // ProgrammeRules gives every deposit programme an amount.
        var limit = decision.AmountLimit!.Value;
        var requested = request.Amount?.MinorUnits ?? limit;
        if (requested > limit && !request.AcceptPartial)
        {
            return NotGranted(EligibilityDecision.NotEligible, ReasonSet.Of(DecisionReason.AmountTooHigh), programme, decisionId);
        }

        var obligation = NewObligation(partner, programme, request, requested, Math.Min(requested, limit), decisionId, nowMicros);
        if (
            await LedgerStore.OpenAsync(transaction, obligation, LimitsOf(partner, programme, person), cancellationToken) is
            { } limitReached
        )
        {
            return NotGranted(EligibilityDecision.NotEligible, ReasonSet.Of(limitReached), programme, decisionId);
        }

        return await LedgerStore.InsertAsync(transaction, obligation, cancellationToken)
            ? new GrantDepositWaiverResponse { DepositWaiver = DepositWaiverRules.ToMessage(obligation) }
            : throw new RefusalException(OrderTaken());
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
        PartnerRecord partner,
        EnrolledProgramme programme,
        GrantDepositWaiverRequest request,
        long requested,
        long held,
        string decisionId,
        long nowMicros
    ) =>
        new()
        {
            Id = Guid.CreateVersion7(Instants.FromMicros(nowMicros)).ToString("N"),
            Kind = ObligationKind.DepositWaiver,
            Partner = partner.Id,
            OrderId = request.OrderId,
            Person = request.Subject,
            Programme = programme.Programme.Id,
            State = (int)DepositWaiverState.Active,
            Revision = 1,
            RequestedFen = requested,
            HeldFen = held,
            PolicyVersion = programme.PolicyVersion,
            DecisionId = decisionId,
            GrantedMicros = nowMicros,
            DueMicros = programme.LongestPeriod is { } period ? nowMicros + (long)period.TotalMicroseconds : null,
        };

    private static GrantDepositWaiverResponse NotGranted(
        EligibilityDecision outcome,
        ReasonSet reasons,
        EnrolledProgramme programme,
        string decisionId
    ) =>
        new()
        {
            NotGranted = new NotGranted
            {
                Decision = outcome,
                Reasons = { ReasonTexts.Of(reasons) },
                PolicyVersion = programme.PolicyVersion,
                DecisionId = decisionId,
            },
        };

    private static Refusal OrderTaken() =>
        Refuse.AlreadyExists("order_id", "This order_id already names an obligation of this partner; each order has its own.");
}
