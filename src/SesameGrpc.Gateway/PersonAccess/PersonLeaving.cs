using System.Data.Common;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.Erasure;
using SesameGrpc.Gateway.Failpoints;
using SesameGrpc.Gateway.Persons;
using SesameGrpc.Gateway.Pipeline;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Replay;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.PersonAccess;

/// <summary>
/// Erases persons for the operator's own app. Invariant: neither the record of the request nor a leaf of its repetition leads from the operator's id to the person that was: they
/// name nobody.
/// </summary>
internal sealed class PersonLeaving(PersonStore persons, PersonErasure erasure, RequestReplay replay)
{
    public async Task<ErasePersonResponse> EraseAsync(ErasePersonRequest request, ServerCallContext context)
    {
        new FieldCheck().Person("person", request.Person).Enforce();
        var call = context.Call();
        Erased? erased = null;

        // Nor does a leaf of it name the request, whose record has a hash of the operator's id.
        AuditEntry NewEntry(string person)
        {
            var entry = call.NewAuditEntry(person);
            entry.RequestId = "";
            return entry;
        }

        var response = await replay.RunAsync(
            context,
            request.RequestId,
            request,
            ErasePersonResponse.Parser,
            async (transaction, token) =>
            {
                var row =
                    await persons.FindByExternalIdAsync(transaction, request.Person, token)
                    ?? throw new RefusalException(Refuse.NotFound());
                erased = await EraseAsync(call, transaction, row.Id, token);
                call.Leaves.Add(erased.EntriesOf(NewEntry));
                return new ErasePersonResponse { EraseTime = Timestamp.FromDateTimeOffset(Instants.FromMicros(erased.Micros)) };
            },
            (last, leaves) => erased!.AppendBehindLeaves(last, leaves)
        );

        Crash.At(Failpoint.PersonCommitted);

        // Also for an answer that is given again: the first may never have been.
        await erasure.SettleAsync(erased, context.CancellationToken);

        Crash.At(Failpoint.PersonAnnounced);
        return response;
    }

    private async Task<Erased> EraseAsync(Call call, DbTransaction transaction, string person, CancellationToken cancellationToken)
    {
        try
        {
            return await erasure.EraseAsync(transaction, person, cancellationToken);
        }
        catch (RefusalException)
        {
            // The person stays, and sees who tried.
            call.Concerns(person);
            throw;
        }
    }
}
