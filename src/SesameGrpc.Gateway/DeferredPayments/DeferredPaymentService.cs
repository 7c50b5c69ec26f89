using Google.Protobuf;
using Grpc.Core;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Amounts;
using SesameGrpc.Gateway.Eligibility;
using SesameGrpc.Gateway.Ledger;
using SesameGrpc.Gateway.Obligations;
using SesameGrpc.Gateway.Partners;
using SesameGrpc.Gateway.Programmes;
using SesameGrpc.Gateway.Refusals;
using Obligation = SesameGrpc.Gateway.Ledger.Obligation;
using ObligationKind = SesameGrpc.Gateway.Ledger.ObligationKind;
using ObligationState = SesameGrpc.Gateway.Ledger.ObligationState;

namespace SesameGrpc.Gateway.DeferredPayments;

/// <summary>Lets patients be treated first and pay once, afterwards.</summary>
internal sealed class DeferredPaymentService(PartnerObligations obligations, VisitChanges changes)
    : Contracts.Partner.V1.DeferredPaymentService.DeferredPaymentServiceBase
{
    public override Task<OpenVisitResponse> OpenVisit(OpenVisitRequest request, ServerCallContext context)
    {
        OrderChecks.CheckGrant(request.OrderId, request.DecisionId, request.Subject, request.Amount, request.Attributes).Enforce();
        var order = new GrantOrder
        {
            Kind = ObligationKind.Visit,
            Scope = PartnerScopes.DeferredPaymentWrite,
            OrderId = request.OrderId,
            Amount = request.Amount,
            DecisionId = request.DecisionId,
            Attributes = request.Attributes,
        };
        return obligations.GrantAsync(
            context,
            new GrantCall(request, request.RequestId, request.Subject, request.Programme, order),
            OpenVisitResponse.Parser,
            CheckProgramme,
            visit => new OpenVisitResponse { Visit = VisitRules.ToMessage(visit) },
            refused => new OpenVisitResponse { NotGranted = refused }
        );
    }

    public override Task<AddVisitChargeResponse> AddVisitCharge(AddVisitChargeRequest request, ServerCallContext context)
    {
        new FieldCheck()
            .VisibleText("charge_id", request.ChargeId)
            .Require(
                request.Kind != VisitChargeKind.Unspecified && Enum.IsDefined(request.Kind),
                "kind",
                "must be REGISTRATION, EXAMINATION, TREATMENT, MEDICINE or OTHER"
            )
            .Require(Cny.IsAmount(request.Amount), "amount", $"must be CNY, 1 to {Cny.Largest} fen")
            .Enforce();
        return ChangeAsync(
            context,
            new VisitChange(request, request.RequestId, request.VisitId, request.ExpectedRevision, VisitAction.AddCharge),
            AddVisitChargeResponse.Parser,
            visit => changes.Add(visit, request.ChargeId, request.Kind, request.Amount.MinorUnits),
            visit => new AddVisitChargeResponse { Visit = visit }
        );
    }

    public override Task<VoidVisitChargeResponse> VoidVisitCharge(VoidVisitChargeRequest request, ServerCallContext context) =>
        ChangeAsync(
            context,
            new VisitChange(request, request.RequestId, request.VisitId, request.ExpectedRevision, VisitAction.VoidCharge),
            VoidVisitChargeResponse.Parser,
            visit => changes.Void(visit, request.ChargeId),
            visit => new VoidVisitChargeResponse { Visit = visit }
        );

    public override Task<CloseVisitResponse> CloseVisit(CloseVisitRequest request, ServerCallContext context)
    {
        if (request.Settlement is { } stated)
        {
            BillRules.CheckForm(new FieldCheck(), stated).Enforce();
        }

        return ChangeAsync(
            context,
            new VisitChange(request, request.RequestId, request.VisitId, request.ExpectedRevision, VisitAction.Close),
            CloseVisitResponse.Parser,
            visit => request.Settlement is { } settlement ? changes.Settle(visit, settlement) : changes.Close(visit),
            visit => new CloseVisitResponse { Visit = visit }
        );
    }

    public override Task<SettleVisitResponse> SettleVisit(SettleVisitRequest request, ServerCallContext context)
    {
        new FieldCheck().Require(request.Settlement is not null, "settlement", "must say who bears each charge").Enforce();
        BillRules.CheckForm(new FieldCheck(), request.Settlement!).Enforce();
        return ChangeAsync(
            context,
            new VisitChange(request, request.RequestId, request.VisitId, request.ExpectedRevision, VisitAction.Settle),
            SettleVisitResponse.Parser,
            visit => changes.Settle(visit, request.Settlement!),
            visit => new SettleVisitResponse { Visit = visit }
        );
    }

    public override Task<RefundVisitChargeResponse> RefundVisitCharge(RefundVisitChargeRequest request, ServerCallContext context)
    {
        new FieldCheck().Require(Cny.IsAmount(request.Amount), "amount", $"must be CNY, 1 to {Cny.Largest} fen").Enforce();
        return ChangeAsync(
            context,
            new VisitChange(request, request.RequestId, request.VisitId, request.ExpectedRevision, VisitAction.RefundCharge),
            RefundVisitChargeResponse.Parser,
            visit => changes.Refund(visit, request.ChargeId, request.Amount.MinorUnits),
            visit => new RefundVisitChargeResponse { Visit = visit }
        );
    }

    public override Task<ReportVisitPaymentResponse> ReportVisitPayment(ReportVisitPaymentRequest request, ServerCallContext context)
    {
        new FieldCheck().Require(Cny.IsAmount(request.Amount), "amount", $"must be CNY, 1 to {Cny.Largest} fen").Enforce();
        return ChangeAsync(
            context,
            new VisitChange(request, request.RequestId, request.VisitId, request.ExpectedRevision, VisitAction.ReportPayment),
            ReportVisitPaymentResponse.Parser,
            visit => changes.ReportPayment(visit, request.Amount.MinorUnits),
            visit => new ReportVisitPaymentResponse { Visit = visit }
        );
    }

    public override async Task<GetVisitResponse> GetVisit(GetVisitRequest request, ServerCallContext context)
    {
        new FieldCheck().Require(request.KeyCase != GetVisitRequest.KeyOneofCase.None, "key", "must be visit_id or order_id").Enforce();
        var visit = await obligations.FindAsync(context, ObligationKind.Visit, request.VisitId, request.OrderId);
        return new GetVisitResponse { Visit = VisitRules.ToMessage(visit) };
    }

    public override async Task<ListVisitsResponse> ListVisits(ListVisitsRequest request, ServerCallContext context)
    {
        var page = await obligations.ListAsync(
            context,
            ObligationKind.Visit,
            (request.PageSize, request.PageToken),
            request.Subject,
            (ObligationState)request.State
        );
        return new ListVisitsResponse { Visits = { page.Items.Select(VisitRules.ToMessage) }, NextPageToken = page.NextToken };
    }

    private Task<TResponse> ChangeAsync<TResponse>(
        ServerCallContext context,
        VisitChange change,
        MessageParser<TResponse> parser,
        Func<Obligation, Posting> post,
        Func<Visit, TResponse> answer
    )
        where TResponse : class, IMessage<TResponse> =>
        obligations.ChangeAsync(
            context,
            new ChangeCall(change.Request, change.RequestId, ObligationKind.Visit, change.Id, change.ExpectedRevision),
            parser,
            visit => VisitRules.RefusalOf(visit, change.Action, change.ExpectedRevision),
            post,
            visit => answer(VisitRules.ToMessage(visit))
        );

    private static void CheckProgramme(EnrolledProgramme programme) =>
        new FieldCheck()
            .Require(
                programme.Programme.Document.Kind == ProgrammeKind.DeferredPayment,
                "programme",
                "must be a programme of kind DEFERRED_PAYMENT"
            )
            .Enforce();

    private sealed record VisitChange(IMessage Request, string RequestId, string Id, long ExpectedRevision, VisitAction Action);
}
