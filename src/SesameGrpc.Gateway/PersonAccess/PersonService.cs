using System.Data.Common;
using Google.Protobuf;
using Grpc.Core;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.Consents;
using SesameGrpc.Gateway.Disputes;
using SesameGrpc.Gateway.Failpoints;
using SesameGrpc.Gateway.Paging;
using SesameGrpc.Gateway.Partners;
using SesameGrpc.Gateway.Persons;
using SesameGrpc.Gateway.Pipeline;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Replay;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.Gateway.Withdrawals;

namespace SesameGrpc.Gateway.PersonAccess;

/// <summary>What a person can do on the gateway's pages, for the operator's own app. Persons come by the operator's id and are known by the internal id from here on.</summary>
internal sealed partial class PersonService(
    PersonStore persons,
    PersonChanges changes,
    ConsentChanges consents,
    ConsentStore consentStore,
    AccessHistory accesses,
    PersonExport export,
    PartnerDirectory partners,
    WithdrawalFence fence,
    RequestReplay replay,
    PersonDisputes disputes,
    PersonLeaving leaving,
    DisputeStore disputeStore,
    TimeProvider time
) : Contracts.Operator.V1.PersonService.PersonServiceBase
{
    public override Task<OptInResponse> OptIn(OptInRequest request, ServerCallContext context) =>
        ChangeAsync(
            context,
            request.RequestId,
            request,
            OptInResponse.Parser,
            request.Person,
            persons.OptInAsync,
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
            persons.OptOutAsync,
            person => new OptOutResponse { Person = person },
            response => response.Person
        );

    public override async Task<GetPersonResponse> GetPerson(GetPersonRequest request, ServerCallContext context)
    {
        var row = await RequireAsync(context, request.Person);
        var call = context.Call();
        var entry = call.NewAuditEntry();
        entry.PersonVersion = row.Person.Version;
        entry.DisclosedFields.Add("person");
        call.Leaves.Add(entry);
        var open = await disputeStore.CountOpenAsync(row.Id, context.CancellationToken);
        return new GetPersonResponse { Person = PersonMessages.ToMessage(row, open) };
    }

    public override async Task<GrantConsentResponse> GrantConsent(GrantConsentRequest request, ServerCallContext context)
    {
        var partner =
            partners.Current.Find(request.Partner)
            ?? throw new RefusalException(Refuse.Field("partner", "names no partner; PartnerAdminService.ListPartners lists them"));
        var days = request.Days == 0 ? ConsentRules.LongestDays : request.Days;
        var check = new FieldCheck().Person("person", request.Person);
        foreach (var (field, fault) in ConsentRules.FaultsOf(partner, request.Purpose, request.Scopes, request.Programmes, days))
        {
            check.Require(false, field, fault);
        }

        check.Enforce();
        var programmes = request.Programmes.Count > 0 ? [.. request.Programmes] : partner.Programmes.Keys.ToList();
        return await ChangeConsentsAsync(
            context,
            request.RequestId,
            request,
            GrantConsentResponse.Parser,
            request.Person,
            (transaction, person, token) =>
                consents.GrantAsync(
                    transaction,
                    new ConsentGrant(partner.Id, person, request.Purpose, request.Scopes, programmes, TimeSpan.FromDays(days)),
                    token
                ),
            outcome => new GrantConsentResponse { Consent = ToMessage(outcome.Changed.Last()) }
        );
    }

    public override Task<WithdrawConsentResponse> WithdrawConsent(WithdrawConsentRequest request, ServerCallContext context) =>
        ChangeConsentsAsync(
            context,
            request.RequestId,
            request,
            WithdrawConsentResponse.Parser,
            request.Person,
            (transaction, person, token) => consents.WithdrawAsync(transaction, person, request.ConsentId, token),
            outcome => new WithdrawConsentResponse { Consent = ToMessage(outcome.Result!) }
        );

    public override Task<WithdrawAllConsentsResponse> WithdrawAllConsents(WithdrawAllConsentsRequest request, ServerCallContext context) =>
        ChangeConsentsAsync(
            context,
            request.RequestId,
            request,
            WithdrawAllConsentsResponse.Parser,
            request.Person,
            consents.WithdrawAllAsync,
            outcome => new WithdrawAllConsentsResponse { Consents = { outcome.Changed.Select(ToMessage) } }
        );

    public override Task<SuspendConsentResponse> SuspendConsent(SuspendConsentRequest request, ServerCallContext context) =>
        ChangeConsentsAsync(
            context,
            request.RequestId,
            request,
            SuspendConsentResponse.Parser,
            request.Person,
            (transaction, person, token) => consents.SuspendAsync(transaction, person, request.ConsentId, token),
            outcome => new SuspendConsentResponse { Consent = ToMessage(outcome.Result!) }
        );

    public override Task<ResumeConsentResponse> ResumeConsent(ResumeConsentRequest request, ServerCallContext context) =>
        ChangeConsentsAsync(
            context,
            request.RequestId,
            request,
            ResumeConsentResponse.Parser,
            request.Person,
            (transaction, person, token) => consents.ResumeAsync(transaction, person, request.ConsentId, token),
            outcome => new ResumeConsentResponse { Consent = ToMessage(outcome.Result!) }
        );

    public override async Task<ListPersonConsentsResponse> ListPersonConsents(ListPersonConsentsRequest request, ServerCallContext context)
    {
        new FieldCheck().PageOfIds(request.PageSize, request.PageToken).Enforce();
        var person = await RequireAsync(context, request.Person);
        var size = Page.SizeOf(request.PageSize);
        var found = await consentStore.ListOfPersonAsync(person.Id, request.PageToken, size + 1, context.CancellationToken);
        var page = Page.Of(found, size, consent => consent.Id);
        AddDisclosure(context, "consents");
        return new ListPersonConsentsResponse { Consents = { page.Items.Select(ToMessage) }, NextPageToken = page.NextToken };
    }

    public override Task<OpenDisputeResponse> OpenDispute(OpenDisputeRequest request, ServerCallContext context) =>
        disputes.OpenAsync(request, context);

    public override Task<ListDisputesResponse> ListDisputes(ListDisputesRequest request, ServerCallContext context) =>
        disputes.ListAsync(request, context);

    public override Task<AnswerDisputeResponse> AnswerDispute(AnswerDisputeRequest request, ServerCallContext context) =>
        disputes.AnswerAsync(request, context);

    public override Task<ErasePersonResponse> ErasePerson(ErasePersonRequest request, ServerCallContext context) =>
        leaving.EraseAsync(request, context);

    private PersonConsent ToMessage(Consent consent) => PersonMessages.ToMessage(consent, partners.Current, time.NowMicros());

    private async Task<PersonRow> RequireAsync(ServerCallContext context, string person)
    {
        new FieldCheck().Person("person", person).Enforce();
        var row = await persons.FindByExternalIdAsync(person, context.CancellationToken);
        context.Call().Concerns(row?.Id ?? person);
        return row ?? throw new RefusalException(Refuse.NotFound());
    }

    private async Task<TResponse> ChangeConsentsAsync<TResponse>(
        ServerCallContext context,
        string requestId,
        IMessage request,
        MessageParser<TResponse> parser,
        string person,
        Func<DbTransaction, string, CancellationToken, Task<ConsentOutcome>> change,
        Func<ConsentOutcome, TResponse> answer
    )
        where TResponse : class, IMessage<TResponse>
    {
        var row = await RequireAsync(context, person);
        var call = context.Call();
        ConsentOutcome? outcome = null;
        var response = await replay.RunAsync(
            context,
            requestId,
            request,
            parser,
            async (transaction, token) =>
            {
                outcome = await change(transaction, row.Id, token);
                call.Leaves.Add(outcome.EntriesOf(call.NewAuditEntry));
                return answer(outcome);
            },
            (last, leaves) => outcome!.AppendBehindLeaves(last, leaves)
        );
        Crash.At(Failpoint.ConsentCommitted);
        if (outcome is null || outcome.HasWithdrawals || !outcome.Changed.Any())
        {
            // Also for an answer that is given again, and for a consent that had ended already: the first to end it may not have been told yet.
            await fence.SettleAsync(context.CancellationToken);
        }

        return response;
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

        // By the internal id as soon as there is one, so that no two entries of one request lead from the operator's id to it.
        call.Concerns((await persons.FindByExternalIdAsync(person, context.CancellationToken))?.Id ?? person);
        PendingChanges? pending = null;
        ConsentOutcome? withdrawn = null;
        string? id = null;
        var response = await replay.RunAsync(
            context,
            requestId,
            request,
            parser,
            async (transaction, token) =>
            {
                var version = await change(transaction, person, token);
                var row = await persons.FindByExternalIdAsync(transaction, person, token) ?? throw new RefusalException(Refuse.NotFound());
                id = row.Id;
                call.Concerns(row.Id);
                withdrawn = row.OptedIn ? null : await consents.WithdrawAllAsync(transaction, row.Id, token);
                if (version is { } changed)
                {
                    pending = await changes.BeforeCommitAsync(transaction, [(row.Id, changed)], token);
                }

                var entry = call.NewAuditEntry();
                entry.PersonVersion = row.Person.Version;
                call.Leaves.Add([.. withdrawn?.EntriesOf(call.NewAuditEntry) ?? [], entry]);
                var open = await DisputeStore.CountOpenAsync(transaction.Connection!, row.Id, token);
                return answer(PersonMessages.ToMessage(row, open));
            },
            (last, leaves) => withdrawn?.AppendBehindLeaves(last, leaves)
        );

        Crash.At(Failpoint.PersonCommitted);

        // Also when nothing was changed now: whoever is told that a person is out must not be served from this instance's memory afterwards.
        id ??= (await persons.FindByExternalIdAsync(person, context.CancellationToken))?.Id;
        if (pending is not null)
        {
            await changes.AnnounceAsync(pending);
        }
        else if (id is not null)
        {
            await changes.AnnounceAgainAsync(id, answered(response).Version);
        }

        Crash.At(Failpoint.PersonAnnounced);
        if (!answered(response).OptedIn)
        {
            await fence.SettleAsync(context.CancellationToken);
        }

        return response;
    }
}
