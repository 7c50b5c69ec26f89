using Google.Protobuf;
using Grpc.Core;
using SesameGrpc.Gateway.Consents;
using SesameGrpc.Gateway.Ledger;
using SesameGrpc.Gateway.Paging;
using SesameGrpc.Gateway.Pipeline;
using SesameGrpc.Gateway.Programmes;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Replay;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Obligations;

/// <summary>A partner's request for a new obligation.</summary>
internal sealed record GrantCall(IMessage Request, string RequestId, string Subject, string Programme, GrantOrder Order);

/// <summary>A partner's request to change one of its obligations; the expected revision is 0 where any will do.</summary>
internal sealed record ChangeCall(IMessage Request, string RequestId, ObligationKind Kind, string Id, long ExpectedRevision);

/// <summary>What the services over the ledger have in common: a partner opens, reads and changes obligations of a kind, its own alone.</summary>
internal sealed class PartnerObligations(ConsentReader consents, ObligationGrants grants, LedgerStore ledger, LedgerWriter writer)
{
    /// <summary>Opens an obligation, or says why not; by a programme of one of these kinds.</summary>
    public async Task<TResponse> GrantAsync<TResponse>(
        ServerCallContext context,
        GrantCall asked,
        MessageParser<TResponse> parser,
        Action<EnrolledProgramme> checkProgramme,
        Func<Obligation, TResponse> granted,
        Func<Contracts.Partner.V1.NotGranted, TResponse> refused
    )
        where TResponse : class, IMessage<TResponse>
    {
        var partner = context.Partner();
        var call = context.Call();

        // Read again under the person's lock. Where there is no consent nothing is locked, but an answer that was given before is found.
        var (person, consent) = await consents.FindForGrantAsync(call, asked.Subject, asked.Order.Scope, asked.Programme);
        call.Concerns(person);

        // The enrolment is part of the effect: a grant that was answered before is answered so again, also when the enrolment has ended since.
        var enrolled = partner.Programmes.GetValueOrDefault(asked.Programme)?.Programme.Document;
        var work = new LedgerWork
        {
            Request = RequestKey.Of(context, asked.RequestId, asked.Request),
            Person = consent?.Person,
            Order = (partner.Id, asked.Order.OrderId),
            OverdueUnder = enrolled is { BlockedWhileOverdue: true } ? asked.Programme : null,
            NewEntry = call.NewAuditEntry,
            Decide = book =>
            {
                var programme = partner.Programme(asked.Programme);
                checkProgramme(programme);
                return grants.Decide(book, partner, programme, consent?.Person, asked.Order, granted, refused);
            },
        };
        return await writer.RunAsync(context, work, parser);
    }

    /// <summary>One of the partner's obligations, by id or, where that is empty, by order; RESOURCE_NOT_FOUND otherwise.</summary>
    public async Task<Obligation> FindAsync(ServerCallContext context, ObligationKind kind, string id, string orderId)
    {
        var partner = context.Partner().Id;
        var found =
            TimedId.Is(id) ? await ledger.FindAsync(id, context.CancellationToken)
            : FieldCheck.IsVisibleText(orderId) ? await ledger.FindByOrderAsync(partner, orderId, context.CancellationToken)
            : null;
        var own = IsOf(partner, kind, found) ? found! : throw new RefusalException(Refuse.NotFound());
        Disclose(context.Call(), own);
        return own;
    }

    /// <summary>The partner's obligations of a kind, newest first.</summary>
    public async Task<Page<Obligation>> ListAsync(
        ServerCallContext context,
        ObligationKind kind,
        (int Size, string Token) asked,
        string subject,
        ObligationState state
    )
    {
        new FieldCheck().PageOfIds(asked.Size, asked.Token).PersonOrEmpty("subject", subject).Enforce();
        var size = Page.SizeOf(asked.Size);
        var filter = new ObligationFilter(asked.Token, kind, context.Partner().Id, Person: "", subject, state == default ? null : state);
        var page = Page.Of(await ledger.ListAsync(filter, size + 1, context.CancellationToken), size, obligation => obligation.Id);
        foreach (var obligation in page.Items)
        {
            Disclose(context.Call(), obligation);
        }

        return page;
    }

    /// <summary>Changes an obligation, if nothing speaks against it under its person's lock.</summary>
    public Task<TResponse> ChangeAsync<TResponse>(
        ServerCallContext context,
        ChangeCall asked,
        MessageParser<TResponse> parser,
        Func<Obligation, Refusal?> refusalOf,
        Func<Obligation, Posting> post,
        Func<Obligation, TResponse> answer
    )
        where TResponse : class, IMessage<TResponse>
    {
        var call = context.Call();
        var partner = context.Partner().Id;
        new FieldCheck().ExpectedRevision(asked.ExpectedRevision).Enforce();
        var work = new LedgerWork
        {
            Request = RequestKey.Of(context, asked.RequestId, asked.Request),
            ObligationId = TimedId.Is(asked.Id) ? asked.Id : null,
            NewEntry = call.NewAuditEntry,
            Decide = book =>
            {
                var found = book.Obligation(asked.Id);
                if (!IsOf(partner, asked.Kind, found) || !call.MayConcern(found!.Subject))
                {
                    throw new RefusalException(Refuse.NotFound());
                }

                if (refusalOf(found) is { } refusal)
                {
                    throw new RefusalException(refusal);
                }

                var posting = post(found);
                return new LedgerOutcome(answer(posting.After), posting);
            },
        };
        return writer.RunAsync(context, work, parser);
    }

    private static bool IsOf(string partner, ObligationKind kind, Obligation? obligation) =>
        obligation?.Kind == kind && obligation.Partner == partner;

    private static void Disclose(Call call, Obligation obligation) =>
        call.Discloses(
            obligation.Person,
            "obligation",
            obligation.Id,
            obligation.Revision,
            obligation.Kind == ObligationKind.Visit ? "visit" : "deposit_waiver"
        );
}
