using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Consents;
using SesameGrpc.Gateway.Paging;
using SesameGrpc.Gateway.Partners;
using SesameGrpc.Gateway.Persons;
using SesameGrpc.Gateway.Pipeline;
using SesameGrpc.Gateway.Programmes;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Storage;
using Consent = SesameGrpc.Gateway.Consents.Consent;

namespace SesameGrpc.Gateway.Eligibility;

/// <summary>Answers whether a programme is open to a person.</summary>
internal sealed class EligibilityService(
    ConsentReader consents,
    PersonReader persons,
    DecisionSeal seal,
    DecisionRecord record,
    GatewayOptions options,
    TimeProvider time
) : Contracts.Partner.V1.EligibilityService.EligibilityServiceBase
{
    private const int MaxBatch = 1000;
    private readonly TimeSpan validity = options.Persons.ScoreValidity;

    public override async Task<CheckEligibilityResponse> CheckEligibility(CheckEligibilityRequest request, ServerCallContext context)
    {
        var call = context.Call();
        OrderChecks.Check(new FieldCheck(), request.Subject, request.Amount, request.Attributes).Enforce();
        var programme = context.Partner().Programme(request.Programme);
        var consent = await consents.RequireAsync(call, request.Subject, PartnerScopes.EligibilityCheck, programme.Programme.Id);
        return await CheckAsync(call, consent, programme, request) ?? throw new RefusalException(Refuse.NotFound());
    }

    public override async Task<BatchCheckEligibilityResponse> BatchCheckEligibility(
        BatchCheckEligibilityRequest request,
        ServerCallContext context
    )
    {
        new FieldCheck().Require(request.Checks.Count is >= 1 and <= MaxBatch, "checks", $"must have 1 to {MaxBatch} entries").Enforce();
        var response = new BatchCheckEligibilityResponse();
        foreach (var check in request.Checks)
        {
            response.Results.Add(await CheckOneAsync(context, check));
        }

        return response;
    }

    public override Task<ListProgrammesResponse> ListProgrammes(ListProgrammesRequest request, ServerCallContext context)
    {
        new FieldCheck().PageSize(request.PageSize).Enforce();
        var size = Page.SizeOf(request.PageSize);
        var rest = context
            .Partner()
            .Programmes.Values.Where(programme => string.CompareOrdinal(programme.Programme.Id, request.PageToken) > 0)
            .OrderBy(programme => programme.Programme.Id, StringComparer.Ordinal)
            .Take(size + 1)
            .ToList();
        var page = Page.Of(rest, size, programme => programme.Programme.Id);
        return Task.FromResult(
            new ListProgrammesResponse
            {
                Programmes = { page.Items.Select(programme => programme.Describe()) },
                NextPageToken = page.NextToken,
            }
        );
    }

    public override Task<GetProgrammeResponse> GetProgramme(GetProgrammeRequest request, ServerCallContext context) =>
        Task.FromResult(new GetProgrammeResponse { Programme = context.Partner().Programme(request.Programme).Describe() });

    private async ValueTask<BatchEligibilityResult> CheckOneAsync(ServerCallContext context, CheckEligibilityRequest check)
    {
        var call = context.Call();
        string? person = null;
        try
        {
            OrderChecks.Check(new FieldCheck(), check.Subject, check.Amount, check.Attributes).Enforce();
            person = check.Subject;
            var programme = context.Partner().Programme(check.Programme);
            (person, var consent) = await consents.FindAsync(call, check.Subject, PartnerScopes.EligibilityCheck, programme.Programme.Id);
            return consent is not null && await CheckAsync(call, consent, programme, check) is { } response
                ? new BatchEligibilityResult { Response = response }
                : Refused(call, person, ErrorReason.ResourceNotFound);
        }
        catch (RefusalException refused)
        {
            return Refused(call, person, refused.Refusal.Reason);
        }
    }

    private static BatchEligibilityResult Refused(Call call, string? person, ErrorReason reason)
    {
        call.AuditRefusal(person, reason);
        return new BatchEligibilityResult { ErrorReason = reason };
    }

    // Null: the person is not opted in any more.
    private async ValueTask<CheckEligibilityResponse?> CheckAsync(
        Call call,
        Consent consent,
        EnrolledProgramme programme,
        CheckEligibilityRequest request
    )
    {
        var reading = await persons.GetAsync(consent, call);

        if (reading.Person is not { } person)
        {
            return null;
        }

        var nowMicros = time.NowMicros();
        var decision = EligibilityRules.Decide(programme, person, request.Amount, request.Attributes, nowMicros, validity);
        var expireMicros = nowMicros + DecisionSeal.Lifetime.ToMicros();
        var subject = DecisionSubject.Of(consent.Partner, consent.Person, programme, request.Amount, request.Attributes);
        var response = new CheckEligibilityResponse
        {
            Decision = decision.Outcome,
            Terms =
                decision.Outcome == EligibilityDecision.Eligible
                && Minimisation.FieldsOf(call.Partner!.Document.Kind, consent.Purpose).HasFlag(PersonField.Terms)
                    ? EligibilityRules.TermsOf(programme, decision.AmountLimit, request.Amount)
                    : null,
            PolicyVersion = programme.PolicyVersion,
            DecisionId = seal.Seal(subject, decision, expireMicros),
            ExpireTime = Instants.ToTimestamp(expireMicros),
            Source = reading.Source,
            Age = Duration.FromTimeSpan(reading.AgeAt(nowMicros)),
        };
        if (decision.Outcome != EligibilityDecision.Eligible)
        {
            response.Reasons.Add(ReasonTexts.Of(decision.Reasons));
        }

        Record(call, consent, request, person, response, nowMicros);
        return response;
    }

    private void Record(
        Call call,
        Consent consent,
        CheckEligibilityRequest request,
        PersonSnapshot person,
        CheckEligibilityResponse told,
        long decidedMicros
    )
    {
        Span<int> reasons = stackalloc int[told.Reasons.Count];
        for (var index = 0; index < reasons.Length; index++)
        {
            reasons[index] = (int)told.Reasons[index].Reason;
        }

        var entry = call.BeginEntry(AuditOutcome.Decided, consent.Person, decidedMicros);
        entry.Text(AuditEntry.ProgrammeFieldNumber, request.Programme);
        entry.Text(AuditEntry.PolicyVersionFieldNumber, told.PolicyVersion);
        entry.Number(AuditEntry.DecisionFieldNumber, (int)told.Decision);
        entry.Numbers(AuditEntry.DecisionReasonsFieldNumber, reasons);
        entry.Number(AuditEntry.PersonVersionFieldNumber, person.Version);
        entry.Text(AuditEntry.DisclosedFieldsFieldNumber, "decision");
        if (told.Terms is not null)
        {
            entry.Text(AuditEntry.DisclosedFieldsFieldNumber, "terms");
        }

        consent.Describe(entry);
        record.Describe(entry, consent.Person, request.Amount, request.Attributes);
        entry.End();
    }
}
