using Google.Protobuf;
using Grpc.Core;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Eligibility;
using SesameGrpc.Gateway.Ledger;
using SesameGrpc.Gateway.Paging;
using SesameGrpc.Gateway.Partners;
using SesameGrpc.Gateway.Pipeline;
using SesameGrpc.Gateway.Programmes;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Replay;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.DepositWaivers;

/// <summary>Waives deposits.</summary>
internal sealed class DepositWaiverService(DepositWaiverGrants grants, LedgerStore ledger, RequestReplay replay, TimeProvider time)
    : Contracts.Partner.V1.DepositWaiverService.DepositWaiverServiceBase
{
    public override Task<GrantDepositWaiverResponse> GrantDepositWaiver(GrantDepositWaiverRequest request, ServerCallContext context)
    {
        var partner = context.Partner();
        var check = new FieldCheck()
            .VisibleText("order_id", request.OrderId)
            .Require(request.DecisionId.Length <= 128, "decision_id", "must be at most 128 characters");
        OrderChecks.Check(check, request.Subject, request.Amount, request.Attributes).Enforce();

        // The enrolment is part of the effect: a grant that was answered before is answered so again, also when the enrolment has ended since.
        return replay.RunAsync(
            context,
            request.RequestId,
            request,
            GrantDepositWaiverResponse.Parser,
            (transaction, token) => grants.GrantAsync(transaction, partner, DepositProgramme(partner, request.Programme), request, token)
        );
    }

    public override async Task<GetDepositWaiverResponse> GetDepositWaiver(GetDepositWaiverRequest request, ServerCallContext context)
    {
        var found = request.KeyCase switch
        {
            GetDepositWaiverRequest.KeyOneofCase.DepositWaiverId => IsId(request.DepositWaiverId)
                ? await FindAsync(request.DepositWaiverId, null, context)
                : null,
            GetDepositWaiverRequest.KeyOneofCase.OrderId => FieldCheck.IsVisibleText(request.OrderId)
                ? await FindAsync(null, request.OrderId, context)
                : null,
            _ => throw new RefusalException(Refuse.Field("key", "must be deposit_waiver_id or order_id")),
        };
        return new GetDepositWaiverResponse
        {
            DepositWaiver = DepositWaiverRules.ToMessage(found ?? throw new RefusalException(Refuse.NotFound())),
        };
    }

    public override async Task<ListDepositWaiversResponse> ListDepositWaivers(ListDepositWaiversRequest request, ServerCallContext context)
    {
        new FieldCheck()
            .PageSize(request.PageSize)
            .Require(
                request.PageToken.Length == 0 || IsId(request.PageToken),
                "page_token",
                "must be the next_page_token of the page before"
            )
            .Require(
                request.Subject.Length == 0 || FieldCheck.IsPersonId(request.Subject),
                "subject",
                "must be empty or 1 to 64 characters of A-Z a-z 0-9 . _ : -"
            )
            .Enforce();
        var size = Page.SizeOf(request.PageSize);
        var filter = new ObligationFilter(request.PageToken, request.Subject, (int)request.State);
        var found = await ledger.ListAsync(context.Partner().Id, ObligationKind.DepositWaiver, filter, size + 1, context.CancellationToken);
        var page = Page.Of(found, size, waiver => waiver.Id);
        return new ListDepositWaiversResponse
        {
            DepositWaivers = { page.Items.Select(DepositWaiverRules.ToMessage) },
            NextPageToken = page.NextToken,
        };
    }

    public override Task<CompleteDepositWaiverResponse> CompleteDepositWaiver(
        CompleteDepositWaiverRequest request,
        ServerCallContext context
    ) =>
        EndAsync(
            context,
            request.RequestId,
            request,
            CompleteDepositWaiverResponse.Parser,
            request.DepositWaiverId,
            request.ExpectedRevision,
            DepositWaiverAction.Complete,
            ended => new CompleteDepositWaiverResponse { DepositWaiver = ended }
        );

    public override Task<CancelDepositWaiverResponse> CancelDepositWaiver(CancelDepositWaiverRequest request, ServerCallContext context) =>
        EndAsync(
            context,
            request.RequestId,
            request,
            CancelDepositWaiverResponse.Parser,
            request.DepositWaiverId,
            request.ExpectedRevision,
            DepositWaiverAction.Cancel,
            ended => new CancelDepositWaiverResponse { DepositWaiver = ended }
        );

    private Task<TResponse> EndAsync<TResponse>(
        ServerCallContext context,
        string requestId,
        IMessage request,
        MessageParser<TResponse> parser,
        string id,
        long expectedRevision,
        DepositWaiverAction action,
        Func<DepositWaiver, TResponse> answer
    )
        where TResponse : class, IMessage<TResponse>
    {
        var partner = context.Partner().Id;
        new FieldCheck().Require(expectedRevision >= 0, "expected_revision", "must be a revision seen before, or 0 for any").Enforce();
        return replay.RunAsync(
            context,
            requestId,
            request,
            parser,
            async (transaction, token) =>
            {
                var found = IsId(id) ? await LedgerStore.FindAsync(transaction, partner, ObligationKind.DepositWaiver, id, token) : null;
                var waiver = found ?? throw new RefusalException(Refuse.NotFound());
                var state = (DepositWaiverState)waiver.State;
                var allowed = DepositWaiverRules.AllowedIn(state);
                if (!allowed.Contains(action) || (expectedRevision != 0 && expectedRevision != waiver.Revision))
                {
                    throw new RefusalException(
                        Refuse.StateConflict(DepositWaiverRules.NameOf(state), DepositWaiverRules.NamesOf(allowed), waiver.Revision)
                    );
                }

                var ended =
                    await LedgerStore.CloseAsync(transaction, waiver, (int)DepositWaiverRules.After(action), time.NowMicros(), token)
                    ?? throw new RefusalException(Refuse.LostRace());
                return answer(DepositWaiverRules.ToMessage(ended));
            }
        );
    }

    private static EnrolledProgramme DepositProgramme(PartnerRecord partner, string id)
    {
        var programme = partner.Programme(id);
        new FieldCheck()
            .Require(
                programme.Programme.Document.Kind == ProgrammeKind.DepositWaiver,
                "programme",
                "must be a programme that waives deposits; this one does not"
            )
            .Enforce();
        return programme;
    }

    private Task<Obligation?> FindAsync(string? id, string? orderId, ServerCallContext context) =>
        ledger.FindAsync(context.Partner().Id, ObligationKind.DepositWaiver, id, orderId, context.CancellationToken);

    private static bool IsId(string text) => text.Length == 32 && text.All(char.IsAsciiHexDigitLower);
}
