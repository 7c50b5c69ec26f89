using System.Data.Common;
using Google.Protobuf;
using Grpc.Core;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.Failpoints;
using SesameGrpc.Gateway.Pipeline;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Replay;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Persons;

/// <summary>Opts persons in and out.</summary>
internal sealed class PersonService(PersonStore store, PersonChanges changes, RequestReplay replay)
    : Contracts.Operator.V1.PersonService.PersonServiceBase
{
    public override Task<OptInResponse> OptIn(OptInRequest request, ServerCallContext context) =>
        ChangeAsync(
            context,
            request.RequestId,
            request,
            OptInResponse.Parser,
            request.Person,
            store.OptInAsync,
            person => new OptInResponse { Person = person },
            response => response.Person
        );

    public override Task<OptOutResponse> OptOut(OptOutRequest request, ServerCallContext context) =>
        ChangeAsync(
            context,
            request.RequestId,
            request,
            OptOutResponse.Parser,
            request.Person,
            store.OptOutAsync,
            person => new OptOutResponse { Person = person },
            response => response.Person
        );

    public override async Task<GetPersonResponse> GetPerson(GetPersonRequest request, ServerCallContext context)
    {
        new FieldCheck().Person("person", request.Person).Enforce();
        var call = context.Call();
        call.Concerns(request.Person);
        var row = await store.FindAsync(request.Person, context.CancellationToken) ?? throw new RefusalException(Refuse.NotFound());
        var entry = call.NewAuditEntry();
        entry.PersonVersion = row.Person.Version;
        entry.DisclosedFields.Add("person");
        call.AuditEntries.Add(entry);
        return new GetPersonResponse { Person = ToMessage(request.Person, row) };
    }

    private async Task<TResponse> ChangeAsync<TResponse>(
        ServerCallContext context,
        string requestId,
        IMessage request,
        MessageParser<TResponse> parser,
        string person,
        Func<DbTransaction, string, CancellationToken, Task<long?>> change,
        Func<Person, TResponse> answer,
        Func<TResponse, Person> answered
    )
        where TResponse : class, IMessage<TResponse>
    {
        new FieldCheck().Person("person", person).Enforce();
        var call = context.Call();
        call.Concerns(person);
        PendingChanges? pending = null;
        var response = await replay.RunAsync(
            context,
            requestId,
            request,
            parser,
            async (transaction, token) =>
            {
                var version = await change(transaction, person, token);
                var row = await store.FindAsync(transaction, person, token) ?? throw new RefusalException(Refuse.NotFound());
                if (version is { } changed)
                {
                    pending = await changes.BeforeCommitAsync(transaction, [(person, changed)], token);
                }

                var entry = call.NewAuditEntry();
                entry.PersonVersion = row.Person.Version;
                call.AuditEntries.Add(entry);
                return answer(ToMessage(person, row));
            }
        );

        Crash.At(Failpoint.PersonCommitted);

        // Also when nothing was changed now: whoever is told that a person is out must not be served from this instance's memory afterwards.
        await (pending is null ? changes.AnnounceAgainAsync(person, answered(response).Version) : changes.AnnounceAsync(pending));
        Crash.At(Failpoint.PersonAnnounced);
        return response;
    }

    private static Person ToMessage(string id, PersonRow row) =>
        new()
        {
            Person_ = id,
            OptedIn = row.OptedIn,
            OptInTime = Instants.ToTimestamp(row.Person.OptedInMicros),
            OptOutTime = row.OptedOutMicros is { } micros ? Instants.ToTimestamp(micros) : null,
            CourtListed = row.Person.CourtListed,
            FedScore = row.Person.FedScore ?? 0,
            ServedScore = row.OptedIn ? row.Person.ServedScore : 0,
            AsOfTime = row.Person.FedScore is null ? null : Instants.ToTimestamp(row.Person.AsOfMicros),
            Version = row.Person.Version,
        };
}
