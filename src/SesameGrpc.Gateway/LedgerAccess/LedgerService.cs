using Grpc.Core;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.Ledger;
using SesameGrpc.Gateway.Paging;
using SesameGrpc.Gateway.Persons;
using SesameGrpc.Gateway.Pipeline;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Replay;
using SesameGrpc.Gateway.Storage;
using Obligation = SesameGrpc.Gateway.Ledger.Obligation;
using ObligationState = SesameGrpc.Gateway.Ledger.ObligationState;

namespace SesameGrpc.Gateway.LedgerAccess;

/// <summary>Lets operators see the ledger, give up what is overdue, and have the whole recomputed.</summary>
internal sealed class LedgerService(PersonStore persons, LedgerStore ledger, LedgerWriter writer, LedgerCheck check, TimeProvider time)
    : Contracts.Operator.V1.LedgerService.LedgerServiceBase
{
    private const int MaxReason = 256;

    public override async Task<ListObligationsResponse> ListObligations(ListObligationsRequest request, ServerCallContext context)
    {
        new FieldCheck()
            .PageOfIds(request.PageSize, request.PageToken)
            .Require(
                request.Partner.Length == 0 || FieldCheck.IsVisibleText(request.Partner),
                "partner",
                "must be empty or 1 to 64 visible ASCII characters"
            )
            .PersonOrEmpty("person", request.Person)
            .Require(Enum.IsDefined(request.State), "state", "must be a state, or unspecified for any")
            .Enforce();
        var person = "";
        if (request.Person.Length > 0)
        {
            // A person who is not there has no obligations: nothing is stored under the operator's id.
            person = (await persons.FindByExternalIdAsync(request.Person, context.CancellationToken))?.Id ?? request.Person;
            context.Call().Concerns(person);
        }

        var size = Page.SizeOf(request.PageSize);
        var filter = new ObligationFilter(
            request.PageToken,
            null,
            request.Partner,
            person,
            Subject: "",
            request.State == Contracts.Operator.V1.ObligationState.Unspecified ? null : (ObligationState)request.State
        );
        var page = Page.Of(await ledger.ListAsync(filter, size + 1, context.CancellationToken), size, obligation => obligation.Id);
        foreach (var obligation in page.Items)
        {
            Disclose(context.Call(), obligation);
        }

        return new ListObligationsResponse
        {
            Obligations = { page.Items.Select(ObligationMessages.ToMessage) },
            NextPageToken = page.NextToken,
        };
    }

    public override async Task<GetObligationResponse> GetObligation(GetObligationRequest request, ServerCallContext context)
    {
        var (found, entries) = TimedId.Is(request.ObligationId)
            ? await ledger.FindWithJournalAsync(request.ObligationId, context.CancellationToken)
            : (null, []);
        var obligation = found ?? throw new RefusalException(Refuse.NotFound());
        Disclose(context.Call(), obligation);
        return new GetObligationResponse
        {
            Obligation = ObligationMessages.ToMessage(obligation),
            Entries = { entries.Select(ObligationMessages.ToMessage) },
        };
    }

    public override Task<WriteOffObligationResponse> WriteOffObligation(WriteOffObligationRequest request, ServerCallContext context)
    {
        new FieldCheck()
            .ExpectedRevision(request.ExpectedRevision)
            .Require(
                request.Reason.Length is > 0 and <= MaxReason && !request.Reason.Any(char.IsControl),
                "reason",
                $"must be 1 to {MaxReason} characters, none of them a control character"
            )
            .Enforce();
        var work = new LedgerWork
        {
            Request = RequestKey.Of(context, request.RequestId, request),
            ObligationId = TimedId.Is(request.ObligationId) ? request.ObligationId : null,
            NewEntry = context.Call().NewAuditEntry,
            Decide = book =>
            {
                var obligation = book.Obligation(request.ObligationId) ?? throw new RefusalException(Refuse.NotFound());
                RefuseUnlessAllowed(obligation, ObligationAction.WriteOff, request.ExpectedRevision);
                var posting = ObligationRules.WriteOff(obligation, request.Reason, time.NowMicros());
                return new LedgerOutcome(
                    new WriteOffObligationResponse { Obligation = ObligationMessages.ToMessage(posting.After) },
                    posting
                );
            },
        };
        return writer.RunAsync(context, work, WriteOffObligationResponse.Parser);
    }

    public override Task CheckLedger(
        CheckLedgerRequest request,
        IServerStreamWriter<CheckLedgerResponse> responseStream,
        ServerCallContext context
    ) => check.RunAsync(responseStream, context.Call(), context.CancellationToken);

    private static void RefuseUnlessAllowed(Obligation obligation, ObligationAction action, long expectedRevision)
    {
        var allowed = ObligationMessages.AllowedFor(obligation);
        if (!allowed.Contains(action) || (expectedRevision != 0 && expectedRevision != obligation.Revision))
        {
            throw new RefusalException(Refuse.StateConflict(obligation.State, allowed, obligation.Revision));
        }
    }

    private static void Disclose(Call call, Obligation obligation) =>
        call.Discloses(obligation.Person, "obligation", obligation.Id, obligation.Revision, "obligation");
}
