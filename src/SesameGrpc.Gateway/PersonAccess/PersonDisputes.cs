using System.Globalization;
using Grpc.Core;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.Disputes;
using SesameGrpc.Gateway.Paging;
using SesameGrpc.Gateway.Persons;
using SesameGrpc.Gateway.Pipeline;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Replay;
using SesameGrpc.Gateway.Storage;
using Dispute = SesameGrpc.Gateway.Disputes.Dispute;
using Wire = SesameGrpc.Contracts.Operator.V1;

namespace SesameGrpc.Gateway.PersonAccess;

/// <summary>Disputes over the operator's service: opened for a person from the operator's own app, listed and answered by the operator.</summary>
internal sealed class PersonDisputes(
    PersonStore persons,
    DisputeStore store,
    DisputeChanges changes,
    RequestReplay replay,
    TimeProvider time
)
{
    private static readonly string TextRule =
        $"must be 1 to {DisputeRules.MaxText:N0} characters, not all of them blank, none a control character but line breaks and tabs";

    public async Task<OpenDisputeResponse> OpenAsync(OpenDisputeRequest request, ServerCallContext context)
    {
        new FieldCheck()
            .Person("person", request.Person)
            .Require(
                TopicOf(request.About) is not null,
                "about",
                "must be the score, a number of the audit log from 0 on, or the id of an obligation or of a report"
            )
            .Require(DisputeRules.IsText(request.Statement), "statement", TextRule)
            .Enforce();
        var row = await persons.FindByExternalIdAsync(request.Person, context.CancellationToken);
        var call = context.Call();
        call.Concerns(row?.Id ?? request.Person);
        Dispute? dispute = null;
        return await replay.RunAsync(
            context,
            request.RequestId,
            request,
            OpenDisputeResponse.Parser,
            async (transaction, token) =>
            {
                var person = row?.Id ?? throw new RefusalException(Refuse.NotFound());
                dispute = await changes.OpenAsync(transaction, person, TopicOf(request.About)!.Value, request.Statement, token);
                call.Changes("dispute", dispute.Id);
                return new OpenDisputeResponse { Dispute = ToMessage(dispute) };
            },
            (last, _) => DisputeChanges.AppendBehindLeaf(last, dispute!)
        );
    }

    public async Task<ListDisputesResponse> ListAsync(ListDisputesRequest request, ServerCallContext context)
    {
        new FieldCheck()
            .PageOfIds(request.PageSize, request.PageToken)
            .PersonOrEmpty("person", request.Person)
            .Require(System.Enum.IsDefined(request.State), "state", "must be a state, or unspecified for any")
            .Enforce();
        var call = context.Call();
        var person = "";
        if (request.Person.Length > 0)
        {
            person = (await persons.FindByExternalIdAsync(request.Person, context.CancellationToken))?.Id ?? request.Person;
            call.Concerns(person);
        }

        var filter = new DisputeFilter(
            request.PageToken,
            person,
            request switch
            {
                { State: DisputeState.Answered } => false,
                { State: DisputeState.Open } or { OverdueOnly: true } => true,
                _ => null,
            },
            request.OverdueOnly ? time.NowMicros() : null
        );
        var size = Page.SizeOf(request.PageSize);
        var page = Page.Of(await store.ListAsync(filter, size + 1, context.CancellationToken), size, dispute => dispute.Id);
        foreach (var dispute in page.Items)
        {
            call.Discloses(dispute.Person, "dispute", dispute.Id, 0, "dispute");
        }

        return new ListDisputesResponse { Disputes = { page.Items.Select(ToMessage) }, NextPageToken = page.NextToken };
    }

    public Task<AnswerDisputeResponse> AnswerAsync(AnswerDisputeRequest request, ServerCallContext context)
    {
        new FieldCheck().Require(DisputeRules.IsText(request.Answer), "answer", TextRule).Enforce();
        var call = context.Call();
        Dispute? dispute = null;
        return replay.RunAsync(
            context,
            request.RequestId,
            request,
            AnswerDisputeResponse.Parser,
            async (transaction, token) =>
            {
                dispute = await changes.AnswerAsync(transaction, request.DisputeId, request.Answer, token);
                call.Concerns(dispute.Person);
                call.Changes("dispute", dispute.Id);
                return new AnswerDisputeResponse { Dispute = ToMessage(dispute) };
            },
            (last, _) => DisputeChanges.AppendBehindLeaf(last, dispute!)
        );
    }

    /// <summary>A dispute as the person and the operator see it.</summary>
    public static Wire.Dispute ToMessage(Dispute dispute) =>
        new()
        {
            DisputeId = dispute.Id,
            Person = dispute.ExternalPerson,
            About = dispute.Topic.Kind switch
            {
                DisputeKind.Refusal => new DisputeSubject { LeafIndex = long.Parse(dispute.Topic.About, CultureInfo.InvariantCulture) },
                DisputeKind.Obligation => new DisputeSubject { ObligationId = dispute.Topic.About },
                DisputeKind.Fulfilment => new DisputeSubject { FulfilmentId = dispute.Topic.About },
                _ => new DisputeSubject { Score = true },
            },
            Statement = dispute.Statement,
            State = dispute.Answer is null ? DisputeState.Open : DisputeState.Answered,
            OpenTime = Instants.ToTimestamp(dispute.OpenedMicros),
            DueTime = Instants.ToTimestamp(dispute.DueMicros),
            Answer = dispute.Answer ?? "",
            AnswerTime = dispute.AnsweredMicros is { } micros ? Instants.ToTimestamp(micros) : null,
        };

    // Null: it is none of the four.
    private static DisputeTopic? TopicOf(DisputeSubject? about) =>
        about switch
        {
            { Score: true } => new DisputeTopic(DisputeKind.Score, ""),
            { AboutCase: DisputeSubject.AboutOneofCase.LeafIndex, LeafIndex: >= 0 } => new DisputeTopic(
                DisputeKind.Refusal,
                about.LeafIndex.ToString(CultureInfo.InvariantCulture)
            ),
            { AboutCase: DisputeSubject.AboutOneofCase.ObligationId } when TimedId.Is(about.ObligationId) => new DisputeTopic(
                DisputeKind.Obligation,
                about.ObligationId
            ),
            { AboutCase: DisputeSubject.AboutOneofCase.FulfilmentId } when TimedId.Is(about.FulfilmentId) => new DisputeTopic(
                DisputeKind.Fulfilment,
                about.FulfilmentId
            ),
            _ => null,
        };
}
