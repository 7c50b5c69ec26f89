using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Consents;
using SesameGrpc.Gateway.Partners;
using SesameGrpc.Gateway.Persons;
using SesameGrpc.Gateway.Pipeline;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Storage;
using Consent = SesameGrpc.Gateway.Consents.Consent;

namespace SesameGrpc.Gateway.CreditScores;

/// <summary>Looks up scores.</summary>
internal sealed class CreditScoreService(ConsentReader consents, PersonReader persons, GatewayOptions options, TimeProvider time)
    : Contracts.Partner.V1.CreditScoreService.CreditScoreServiceBase
{
    private const int MaxBatch = 1000;
    private static readonly string[] NotScored = ["not_scored_reason"];
    private static readonly string[] Band = ["band"];
    private static readonly string[] Score = ["score", "band"];
    private static readonly string[] ScoreAndDimensions = ["score", "band", "dimensions"];
    private readonly TimeSpan validity = options.Persons.ScoreValidity;

    public override async Task<GetCreditScoreResponse> GetCreditScore(GetCreditScoreRequest request, ServerCallContext context)
    {
        if (!FieldCheck.IsPersonId(request.Subject))
        {
            new FieldCheck().Person("subject", request.Subject).Enforce();
        }

        var call = context.Call();
        var (person, consent) = await consents.FindAsync(call, request.Subject, PartnerScopes.ScoreRead, null);
        call.Concerns(person);
        if (request.IncludeDimensions)
        {
            RequireDimensions(call, consent);
        }

        if (consent is null)
        {
            throw new RefusalException(Refuse.NotFound());
        }

        var reading = await persons.GetAsync(consent, call);

        return reading.Person is null
            ? throw new RefusalException(Refuse.NotFound())
            : Answer(call, consent, reading, request.IncludeDimensions);
    }

    public override async Task<GetScoreBandResponse> GetScoreBand(GetScoreBandRequest request, ServerCallContext context)
    {
        new FieldCheck().Person("subject", request.Subject).Enforce();
        var call = context.Call();
        var consent = await consents.RequireAsync(call, request.Subject, PartnerScopes.ScoreBandRead, null);
        var reading = await persons.GetAsync(consent, call);
        var person = reading.Person ?? throw new RefusalException(Refuse.NotFound());
        var response = new GetScoreBandResponse { Subject = request.Subject };
        var nowMicros = time.NowMicros();
        if (person.IsExpired(nowMicros, validity))
        {
            response.NotScoredReason = NotScoredReason.ScoreExpired;
        }
        else
        {
            response.Band = ScoreBands.Of(person.ServedScore);
            response.ValidUntilTime = person.FedScore is null ? null : Instants.ToTimestamp(person.ExpiryMicros(validity));
        }

        Record(call, consent, person, response.HasBand ? Band : NotScored, nowMicros);
        return response;
    }

    public override async Task<BatchGetCreditScoresResponse> BatchGetCreditScores(
        BatchGetCreditScoresRequest request,
        ServerCallContext context
    )
    {
        new FieldCheck()
            .Require(request.Subjects.Count is >= 1 and <= MaxBatch, "subjects", $"must have 1 to {MaxBatch} entries")
            .Enforce();
        var response = new BatchGetCreditScoresResponse();
        foreach (var subject in request.Subjects)
        {
            response.Results.Add(await AnswerOneAsync(context.Call(), subject));
        }

        return response;
    }

    private async ValueTask<BatchCreditScoreResult> AnswerOneAsync(Call call, string subject)
    {
        if (!FieldCheck.IsPersonId(subject))
        {
            return Refused(call, null, ErrorReason.FieldInvalid);
        }

        var (personId, consent) = await consents.FindAsync(call, subject, PartnerScopes.ScoreRead, null);
        var reading = consent is null ? default : await persons.GetAsync(consent, call);
        return consent is null || reading.Person is null
            ? Refused(call, personId, ErrorReason.ResourceNotFound)
            : new BatchCreditScoreResult { Response = Answer(call, consent, reading, includeDimensions: false) };
    }

    private static BatchCreditScoreResult Refused(Call call, string? person, ErrorReason reason)
    {
        call.AuditRefusal(person, reason);
        return new BatchCreditScoreResult { ErrorReason = reason };
    }

    private GetCreditScoreResponse Answer(Call call, Consent consent, PersonReading reading, bool includeDimensions)
    {
        var person = reading.Person!;
        var nowMicros = time.NowMicros();
        var response = new GetCreditScoreResponse
        {
            Subject = consent.Subject,
            Source = reading.Source,
            Age = Duration.FromTimeSpan(reading.AgeAt(nowMicros)),
        };
        if (person.IsExpired(nowMicros, validity))
        {
            response.NotScoredReason = NotScoredReason.ScoreExpired;
        }
        else
        {
            response.Score = ToMessage(person, includeDimensions);
        }

        Record(call, consent, person, FieldsOf(response), nowMicros);
        return response;
    }

    private static string[] FieldsOf(GetCreditScoreResponse told) =>
        told.Score is null ? NotScored
        : told.Score.Dimensions is null ? Score
        : ScoreAndDimensions;

    private static void Record(Call call, Consent consent, PersonSnapshot person, ReadOnlySpan<string> told, long nowMicros)
    {
        var entry = call.BeginEntry(AuditOutcome.Disclosed, consent.Person, nowMicros);
        entry.Number(AuditEntry.PersonVersionFieldNumber, person.Version);
        foreach (var field in told)
        {
            entry.Text(AuditEntry.DisclosedFieldsFieldNumber, field);
        }

        consent.Describe(entry);
        entry.End();
    }

    // The partner may have the scope, and yet not from this person.
    private void RequireDimensions(Call call, Consent? consent)
    {
        if (!call.HasScope(PartnerScopes.ScoreDimensionsRead))
        {
            throw new RefusalException(Refuse.ScopeMissing(PartnerScopes.ScoreDimensionsRead));
        }

        if (consent?.Covers(PartnerScopes.ScoreDimensionsRead, null, time.NowMicros()) != true)
        {
            throw new RefusalException(Refuse.NotFound());
        }
    }

    private CreditScore ToMessage(PersonSnapshot person, bool includeDimensions)
    {
        var isFed = person.FedScore is not null;
        return new CreditScore
        {
            Score = person.ServedScore,
            Band = ScoreBands.Of(person.ServedScore),
            AsOfTime = Instants.ToTimestamp(person.AsOfMicros),
            ValidUntilTime = isFed ? Instants.ToTimestamp(person.ExpiryMicros(validity)) : null,
            ModelVersion = isFed ? person.ModelVersion : "newcomer",
            Dimensions = includeDimensions && person.Parts is { } parts ? ToMessage(parts) : null,
        };
    }

    private static ScoreDimensions ToMessage(ScoreParts parts) =>
        new()
        {
            CreditHistory = parts.CreditHistory,
            FulfilmentCapacity = parts.FulfilmentCapacity,
            BehaviourPreference = parts.BehaviourPreference,
            PersonalCharacteristics = parts.PersonalCharacteristics,
            ContactNetwork = parts.ContactNetwork,
        };
}
