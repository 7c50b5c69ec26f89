using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Amounts;
using SesameGrpc.Gateway.Eligibility;
using SesameGrpc.Gateway.Ledger;
using SesameGrpc.Gateway.Obligations;
using SesameGrpc.Gateway.Partners;
using SesameGrpc.Gateway.Pipeline;
using SesameGrpc.Gateway.Programmes;
using SesameGrpc.Gateway.Refusals;
using Obligation = SesameGrpc.Gateway.Ledger.Obligation;
using ObligationKind = SesameGrpc.Gateway.Ledger.ObligationKind;
using ObligationState = SesameGrpc.Gateway.Ledger.ObligationState;

namespace SesameGrpc.Gateway.DepositWaivers;

/// <summary>Waives deposits, and holds amounts for whatever else is taken first and paid for later.</summary>
internal sealed class DepositWaiverService(PartnerObligations obligations, DepositWaiverChanges changes)
    : Contracts.Partner.V1.DepositWaiverService.DepositWaiverServiceBase
{
    public override Task<GrantDepositWaiverResponse> GrantDepositWaiver(GrantDepositWaiverRequest request, ServerCallContext context)
    {
        OrderChecks
            .CheckGrant(request.OrderId, request.DecisionId, request.Subject, request.Amount, request.Attributes)
            .Require(
                request.DeviceId.Length == 0 || FieldCheck.IsVisibleText(request.DeviceId),
                "device_id",
                "must be 1 to 64 visible ASCII characters, or absent"
            )
            .Enforce();
        var order = new GrantOrder
        {
            Kind = ObligationKind.DepositWaiver,
            Scope = PartnerScopes.DepositWaiverWrite,
            OrderId = request.OrderId,
            DeviceId = request.DeviceId,
            Amount = request.Amount,
            AcceptPartial = request.AcceptPartial,
            DecisionId = request.DecisionId,
            Attributes = request.Attributes,
        };
        return obligations.GrantAsync(
            context,
            new GrantCall(request, request.RequestId, request.Subject, request.Programme, order),
            GrantDepositWaiverResponse.Parser,
            CheckProgramme,
            waiver => new GrantDepositWaiverResponse { DepositWaiver = DepositWaiverRules.ToMessage(waiver) },
            refused => new GrantDepositWaiverResponse { NotGranted = refused }
        );
    }

    public override async Task<GetDepositWaiverResponse> GetDepositWaiver(GetDepositWaiverRequest request, ServerCallContext context)
    {
        new FieldCheck()
            .Require(request.KeyCase != GetDepositWaiverRequest.KeyOneofCase.None, "key", "must be deposit_waiver_id or order_id")
            .Enforce();
        var waiver = await obligations.FindAsync(context, ObligationKind.DepositWaiver, request.DepositWaiverId, request.OrderId);
        return new GetDepositWaiverResponse { DepositWaiver = DepositWaiverRules.ToMessage(waiver) };
    }

    public override async Task<ListDepositWaiversResponse> ListDepositWaivers(ListDepositWaiversRequest request, ServerCallContext context)
    {
        var page = await obligations.ListAsync(
            context,
            ObligationKind.DepositWaiver,
            (request.PageSize, request.PageToken),
            request.Subject,
            (ObligationState)request.State
        );
        return new ListDepositWaiversResponse
        {
            DepositWaivers = { page.Items.Select(DepositWaiverRules.ToMessage) },
            NextPageToken = page.NextToken,
        };
    }

    public override Task<ExtendDepositWaiverResponse> ExtendDepositWaiver(ExtendDepositWaiverRequest request, ServerCallContext context)
    {
        var partner = context.Partner();
        new FieldCheck().Require(IsInstant(request.DueTime), "due_time", "must be a time between the years 1970 and 9999").Enforce();
        return ChangeAsync(
            context,
            new WaiverChange(request, request.RequestId, request.DepositWaiverId, request.ExpectedRevision, DepositWaiverAction.Extend),
            ExtendDepositWaiverResponse.Parser,
            waiver => changes.Extend(waiver, partner, request.DueTime),
            waiver => new ExtendDepositWaiverResponse { DepositWaiver = waiver }
        );
    }

    public override Task<CompleteDepositWaiverResponse> CompleteDepositWaiver(
        CompleteDepositWaiverRequest request,
        ServerCallContext context
    )
    {
        var charge = request.Charge ?? new Charge { TotalAmount = Cny.Of(0) };
        var check = new FieldCheck()
            .Require(
                request.StartTime is null || IsInstant(request.StartTime),
                "start_time",
                "must be a time between the years 1970 and 9999"
            )
            .Require(request.EndTime is null || IsInstant(request.EndTime), "end_time", "must be a time between the years 1970 and 9999");
        ChargeRules.Check(check, charge).Enforce();
        return ChangeAsync(
            context,
            new WaiverChange(request, request.RequestId, request.DepositWaiverId, request.ExpectedRevision, DepositWaiverAction.Complete),
            CompleteDepositWaiverResponse.Parser,
            waiver => changes.Complete(waiver, charge, request.StartTime, request.EndTime),
            waiver => new CompleteDepositWaiverResponse { DepositWaiver = waiver }
        );
    }

    public override Task<CancelDepositWaiverResponse> CancelDepositWaiver(CancelDepositWaiverRequest request, ServerCallContext context) =>
        ChangeAsync(
            context,
            new WaiverChange(request, request.RequestId, request.DepositWaiverId, request.ExpectedRevision, DepositWaiverAction.Cancel),
            CancelDepositWaiverResponse.Parser,
            changes.Cancel,
            waiver => new CancelDepositWaiverResponse { DepositWaiver = waiver }
        );

    public override Task<CorrectDepositWaiverChargeResponse> CorrectDepositWaiverCharge(
        CorrectDepositWaiverChargeRequest request,
        ServerCallContext context
    )
    {
        var check = new FieldCheck().Require(request.Charge is not null, "charge", "must be the whole charge as it should have been");
        check.Enforce();
        ChargeRules.Check(check, request.Charge!).Enforce();
        return ChangeAsync(
            context,
            new WaiverChange(
                request,
                request.RequestId,
                request.DepositWaiverId,
                request.ExpectedRevision,
                DepositWaiverAction.CorrectCharge
            ),
            CorrectDepositWaiverChargeResponse.Parser,
            waiver => changes.Correct(waiver, request.Charge!),
            waiver => new CorrectDepositWaiverChargeResponse { DepositWaiver = waiver }
        );
    }

    public override Task<ReportDepositWaiverPaymentResponse> ReportDepositWaiverPayment(
        ReportDepositWaiverPaymentRequest request,
        ServerCallContext context
    )
    {
        new FieldCheck()
            .Require(
                request.Amount is { CurrencyCode: Cny.Code, MinorUnits: > 0 and <= Cny.Largest },
                "amount",
                $"must be CNY, 1 to {Cny.Largest} fen"
            )
            .Enforce();
        return ChangeAsync(
            context,
            new WaiverChange(
                request,
                request.RequestId,
                request.DepositWaiverId,
                request.ExpectedRevision,
                DepositWaiverAction.ReportPayment
            ),
            ReportDepositWaiverPaymentResponse.Parser,
            waiver => changes.ReportPayment(waiver, request.Amount.MinorUnits),
            waiver => new ReportDepositWaiverPaymentResponse { DepositWaiver = waiver }
        );
    }

    private Task<TResponse> ChangeAsync<TResponse>(
        ServerCallContext context,
        WaiverChange change,
        MessageParser<TResponse> parser,
        Func<Obligation, Posting> post,
        Func<DepositWaiver, TResponse> answer
    )
        where TResponse : class, IMessage<TResponse> =>
        obligations.ChangeAsync(
            context,
            new ChangeCall(change.Request, change.RequestId, ObligationKind.DepositWaiver, change.Id, change.ExpectedRevision),
            parser,
            waiver => DepositWaiverRules.RefusalOf(waiver, change.Action, change.ExpectedRevision),
            post,
            waiver => answer(DepositWaiverRules.ToMessage(waiver))
        );

    private static void CheckProgramme(EnrolledProgramme programme) =>
        new FieldCheck()
            .Require(
                programme.Programme.Document.Kind is ProgrammeKind.DepositWaiver or ProgrammeKind.TryFirst or ProgrammeKind.CreditLine,
                "programme",
                "must be a programme of kind DEPOSIT_WAIVER, TRY_FIRST or CREDIT_LINE; this one is granted by another service, or by CheckEligibility alone"
            )
            .Enforce();

    private static bool IsInstant(Timestamp? time) => time is { Seconds: >= 0 and < 253_402_300_800, Nanos: >= 0 and < 1_000_000_000 };

    private sealed record WaiverChange(IMessage Request, string RequestId, string Id, long ExpectedRevision, DepositWaiverAction Action);
}
