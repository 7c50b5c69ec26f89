using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Consents;
using SesameGrpc.Gateway.Eligibility;
using SesameGrpc.Gateway.Ledger;
using SesameGrpc.Gateway.Paging;
using SesameGrpc.Gateway.Partners;
using SesameGrpc.Gateway.Pipeline;
using SesameGrpc.Gateway.Programmes;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Replay;
using SesameGrpc.Gateway.Storage;
using Obligation = SesameGrpc.Gateway.Ledger.Obligation;
using ObligationKind = SesameGrpc.Gateway.Ledger.ObligationKind;
using ObligationState = SesameGrpc.Gateway.Ledger.ObligationState;

namespace SesameGrpc.Gateway.DepositWaivers;

/// <summary>Waives deposits.</summary>
internal sealed class DepositWaiverService(
    ConsentReader consents,
    DepositWaiverGrants grants,
    DepositWaiverChanges changes,
    LedgerStore ledger,
    LedgerWriter writer
) : Contracts.Partner.V1.DepositWaiverService.DepositWaiverServiceBase
{
    public override async Task<GrantDepositWaiverResponse> GrantDepositWaiver(GrantDepositWaiverRequest request, ServerCallContext context)
    {
        var partner = context.Partner();
        var call = context.Call();
        var check = new FieldCheck()
            .VisibleText("order_id", request.OrderId)
            .Require(request.DecisionId.Length <= 128, "decision_id", "must be at most 128 characters");
        OrderChecks.Check(check, request.Subject, request.Amount, request.Attributes).Enforce();

        // Read again under the person's lock. Where there is no consent nothing is locked, but an answer that was given before is found.
        var (person, consent) = await consents.FindForGrantAsync(
            call,
            request.Subject,
            PartnerScopes.DepositWaiverWrite,
            request.Programme
        );
        call.Concerns(person);

        // The enrolment is part of the effect: a grant that was answered before is answered so again, also when the enrolment has ended since.
        var work = new LedgerWork
        {
            Request = RequestKey.Of(context, request.RequestId, request),
            Person = consent?.Person,
            Order = (partner.Id, request.OrderId),
            NewEntry = call.NewAuditEntry,
            Decide = book => grants.Decide(book, partner, DepositProgramme(partner, request.Programme), consent?.Person, request),
        };
        return await writer.RunAsync(context, work, GrantDepositWaiverResponse.Parser);
    }

    public override async Task<GetDepositWaiverResponse> GetDepositWaiver(GetDepositWaiverRequest request, ServerCallContext context)
    {
        var partner = context.Partner().Id;
        var found = request.KeyCase switch
        {
            GetDepositWaiverRequest.KeyOneofCase.DepositWaiverId => TimedId.Is(request.DepositWaiverId)
                ? await ledger.FindAsync(request.DepositWaiverId, context.CancellationToken)
                : null,
            GetDepositWaiverRequest.KeyOneofCase.OrderId => FieldCheck.IsVisibleText(request.OrderId)
                ? await ledger.FindByOrderAsync(partner, request.OrderId, context.CancellationToken)
                : null,
            _ => throw new RefusalException(Refuse.Field("key", "must be deposit_waiver_id or order_id")),
        };
        var waiver = DepositWaiverChanges.IsOf(partner, found) ? found! : throw new RefusalException(Refuse.NotFound());
        Disclose(context.Call(), waiver);
        return new GetDepositWaiverResponse { DepositWaiver = DepositWaiverRules.ToMessage(waiver) };
    }

    public override async Task<ListDepositWaiversResponse> ListDepositWaivers(ListDepositWaiversRequest request, ServerCallContext context)
    {
        new FieldCheck()
            .PageSize(request.PageSize)
            .PageToken(request.PageToken.Length == 0 || TimedId.Is(request.PageToken))
            .PersonOrEmpty("subject", request.Subject)
            .Enforce();
        var size = Page.SizeOf(request.PageSize);
        var filter = new ObligationFilter(
            request.PageToken,
            ObligationKind.DepositWaiver,
            context.Partner().Id,
            Person: "",
            request.Subject,
            request.State == DepositWaiverState.Unspecified ? null : (ObligationState)request.State
        );
        var found = await ledger.ListAsync(filter, size + 1, context.CancellationToken);
        var page = Page.Of(found, size, waiver => waiver.Id);
        foreach (var waiver in page.Items)
        {
            Disclose(context.Call(), waiver);
        }

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
        where TResponse : class, IMessage<TResponse>
    {
        var call = context.Call();
        var partner = context.Partner().Id;
        new FieldCheck()
            .Require(change.ExpectedRevision >= 0, "expected_revision", "must be a revision seen before, or 0 for any")
            .Enforce();
        var work = new LedgerWork
        {
            Request = RequestKey.Of(context, change.RequestId, change.Request),
            ObligationId = TimedId.Is(change.Id) ? change.Id : null,
            NewEntry = call.NewAuditEntry,
            Decide = book =>
            {
                var waiver = book.Obligation(change.Id);
                if (!DepositWaiverChanges.IsOf(partner, waiver) || !call.MayConcern(waiver!.Subject))
                {
                    throw new RefusalException(Refuse.NotFound());
                }

                if (DepositWaiverRules.RefusalOf(waiver!, change.Action, change.ExpectedRevision) is { } refusal)
                {
                    throw new RefusalException(refusal);
                }

                var posting = post(waiver!);
                return new LedgerOutcome(answer(DepositWaiverRules.ToMessage(posting.After)), posting);
            },
        };
        return writer.RunAsync(context, work, parser);
    }

    private static void Disclose(Call call, Obligation waiver) =>
        call.Discloses(waiver.Person, "obligation", waiver.Id, waiver.Revision, "deposit_waiver");

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

    private static bool IsInstant(Timestamp? time) => time is { Seconds: >= 0 and < 253_402_300_800, Nanos: >= 0 and < 1_000_000_000 };

    private sealed record WaiverChange(IMessage Request, string RequestId, string Id, long ExpectedRevision, DepositWaiverAction Action);
}
