using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Partners;
using SesameGrpc.Gateway.Persons;
using SesameGrpc.Gateway.Pipeline;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.CreditScores;

/// <summary>Looks up scores.</summary>
internal sealed class CreditScoreService(PersonReader persons, GatewayOptions options, TimeProvider time)
    : Contracts.Partner.V1.CreditScoreService.CreditScoreServiceBase
{
    private const int MaxBatch = 1000;
    private readonly TimeSpan validity = options.Persons.ScoreValidity;

    public override async Task<GetCreditScoreResponse> GetCreditScore(GetCreditScoreRequest request, ServerCallContext context)
    {
        if (!FieldCheck.IsPersonId(request.Subject))
        {
            new FieldCheck().Person("subject", request.Subject).Enforce();
        }

        var call = context.Call();
        call.Concerns(request.Subject);
        if (request.IncludeDimensions && !call.HasScope(PartnerScopes.ScoreDimensionsRead))
        {
            throw new RefusalException(Refuse.ScopeMissing(PartnerScopes.ScoreDimensionsRead));
        }

        var reading = await persons.GetAsync(request.Subject, context.CancellationToken);
        return reading.Person is null
            ? throw new RefusalException(Refuse.NotFound())
            : Answer(call, request.Subject, reading, request.IncludeDimensions);
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
            response.Results.Add(await AnswerOneAsync(context.Call(), subject, context.CancellationToken));
        }

        return response;
    }

    private async ValueTask<BatchCreditScoreResult> AnswerOneAsync(Call call, string subject, CancellationToken cancellationToken)
    {
        if (!FieldCheck.IsPersonId(subject))
        {
            return Refused(call, null, ErrorReason.FieldInvalid);
        }

        var reading = await persons.GetAsync(subject, cancellationToken);
        return reading.Person is null
            ? Refused(call, subject, ErrorReason.ResourceNotFound)
            : new BatchCreditScoreResult { Response = Answer(call, subject, reading, includeDimensions: false) };
    }

    private static BatchCreditScoreResult Refused(Call call, string? subject, ErrorReason reason)
    {
        call.AuditRefusal(subject, reason);
        return new BatchCreditScoreResult { ErrorReason = reason };
    }

    private GetCreditScoreResponse Answer(Call call, string subject, PersonReading reading, bool includeDimensions)
    {
        var person = reading.Person!;
        var nowMicros = time.NowMicros();
        var response = new GetCreditScoreResponse
        {
            Subject = subject,
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

        call.AuditEntries.Add(EntryOf(call, subject, person, response));
        return response;
    }

    private static AuditEntry EntryOf(Call call, string subject, PersonSnapshot person, GetCreditScoreResponse told)
    {
        var entry = call.NewAuditEntry(subject);
        entry.PersonVersion = person.Version;
        if (told.Score is null)
        {
            entry.DisclosedFields.Add("not_scored_reason");
            return entry;
        }

        entry.DisclosedFields.Add("score");
        entry.DisclosedFields.Add("band");
        if (told.Score.Dimensions is not null)
        {
            entry.DisclosedFields.Add("dimensions");
        }

        return entry;
    }

    private CreditScore ToMessage(PersonSnapshot person, bool includeDimensions)
    {
        var isFed = person.FedScore is not null;
        return new CreditScore
        {
            Score = person.ServedScore,
            Band = ScoreBands.Of(person.ServedScore),
            AsOfTime = Instants.ToTimestamp(isFed ? person.AsOfMicros : person.OptedInMicros),
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
