using Grpc.Core;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Consents;
using SesameGrpc.Gateway.Paging;
using SesameGrpc.Gateway.Partners;
using SesameGrpc.Gateway.Pipeline;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Replay;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Fulfilments;

/// <summary>Takes partners' reports of how persons kept their agreements, and shows each partner its own.</summary>
internal sealed class FulfilmentService(
    FulfilmentStore store,
    FulfilmentChanges changes,
    ConsentStore consents,
    SandboxConsents sandbox,
    RequestReplay replay,
    TimeProvider time
) : Contracts.Partner.V1.FulfilmentService.FulfilmentServiceBase
{
    public override async Task<ReportFulfilmentResponse> ReportFulfilment(ReportFulfilmentRequest request, ServerCallContext context)
    {
        CheckForm(request);
        var call = context.Call();
        var partner = context.Partner();
        await sandbox.ProvideAsync(partner.Id, request.Subject, context.CancellationToken);
        var person = (await consents.FindAsync(partner.Id, request.Subject, context.CancellationToken)).Person;
        call.Concerns(person ?? request.Subject);
        Report? added = null;
        return await replay.RunAsync(
            context,
            request.RequestId,
            request,
            ReportFulfilmentResponse.Parser,
            async (transaction, token) =>
            {
                // The enrolment is part of the effect: what was reported before is answered so again.
                CheckProgramme(partner, request.Programme);
                var asked = new NewReport(
                    partner.Id,
                    person is not null && call.MayConcern(request.Subject) ? person : throw new RefusalException(Refuse.NotFound()),
                    request.ReportId,
                    request.Programme,
                    request.DepositWaiverId,
                    request.BeginTime?.ToMicros(),
                    request.Statement
                );
                (added, var basis) = await changes.ReportAsync(transaction, asked, token);
                var entry = FulfilmentJournal.Describe(call.NewAuditEntry(), added.Id, added.Last.Revision);
                basis.Describe(entry);
                call.Leaves.Add(entry);
                return new ReportFulfilmentResponse { Fulfilment = FulfilmentMessages.ToMessage(added) };
            },
            (last, leaves) => Append(last, added!, FulfilmentChange.Reported, leaves)
        );
    }

    public override async Task<CorrectFulfilmentResponse> CorrectFulfilment(CorrectFulfilmentRequest request, ServerCallContext context)
    {
        var isRetraction = request.CorrectionCase == CorrectFulfilmentRequest.CorrectionOneofCase.Retract;
        var check = new FieldCheck()
            .ExpectedRevision(request.ExpectedRevision)
            .Require(!isRetraction || request.Retract, "retract", "must be true, or absent");
        check.Add(isRetraction ? [] : FulfilmentRules.FaultsOf(request.Statement, time.NowMicros())).Enforce();
        var call = context.Call();
        var seen = await FindOwnAsync(context, request.FulfilmentId);
        Report? corrected = null;
        return await replay.RunAsync(
            context,
            request.RequestId,
            request,
            CorrectFulfilmentResponse.Parser,
            async (transaction, token) =>
            {
                corrected = await changes.CorrectAsync(
                    transaction,
                    seen is not null && call.MayConcern(seen.Subject) ? seen : throw new RefusalException(Refuse.NotFound()),
                    isRetraction ? null : request.Statement,
                    request.ExpectedRevision,
                    token
                );
                call.Leaves.Add(FulfilmentJournal.Describe(call.NewAuditEntry(), corrected.Id, corrected.Last.Revision));
                return new CorrectFulfilmentResponse { Fulfilment = FulfilmentMessages.ToMessage(corrected) };
            },
            (last, leaves) => Append(last, corrected!, isRetraction ? FulfilmentChange.Retracted : FulfilmentChange.Corrected, leaves)
        );
    }

    public override async Task<GetFulfilmentResponse> GetFulfilment(GetFulfilmentRequest request, ServerCallContext context)
    {
        var report = request.KeyCase switch
        {
            GetFulfilmentRequest.KeyOneofCase.FulfilmentId => await FindOwnAsync(context, request.FulfilmentId),
            GetFulfilmentRequest.KeyOneofCase.ReportId => FieldCheck.IsVisibleText(request.ReportId)
                ? await store.FindByReportIdAsync(context.Partner().Id, request.ReportId, context.CancellationToken)
                : null,
            _ => throw new RefusalException(Refuse.Field("key", "must be fulfilment_id or report_id")),
        };
        if (report is null)
        {
            throw new RefusalException(Refuse.NotFound());
        }

        var versions = await store.VersionsAsync(report.Id, context.CancellationToken);
        Disclose(context.Call(), report);
        return new GetFulfilmentResponse
        {
            Fulfilment = FulfilmentMessages.ToMessage(report),
            Versions = { versions.Select(FulfilmentMessages.ToMessage) },
        };
    }

    public override async Task<ListFulfilmentsResponse> ListFulfilments(ListFulfilmentsRequest request, ServerCallContext context)
    {
        new FieldCheck().PageOfIds(request.PageSize, request.PageToken).PersonOrEmpty("subject", request.Subject).Enforce();
        var size = Page.SizeOf(request.PageSize);
        var filter = new ReportFilter(request.PageToken, context.Partner().Id, request.Subject);
        var page = Page.Of(await store.ListAsync(filter, size + 1, context.CancellationToken), size, report => report.Id);
        foreach (var report in page.Items)
        {
            Disclose(context.Call(), report);
        }

        return new ListFulfilmentsResponse
        {
            Fulfilments = { page.Items.Select(FulfilmentMessages.ToMessage) },
            NextPageToken = page.NextToken,
        };
    }

    private void CheckForm(ReportFulfilmentRequest request)
    {
        var now = time.NowMicros();
        var check = new FieldCheck()
            .VisibleText("report_id", request.ReportId)
            .Person("subject", request.Subject)
            .Require(
                request.DepositWaiverId.Length == 0 || TimedId.Is(request.DepositWaiverId),
                "deposit_waiver_id",
                "must be 32 lower-case hexadecimal digits, or empty"
            )
            .Require(
                request.DepositWaiverId.Length > 0 ? request.BeginTime is null : FulfilmentRules.IsPast(request.BeginTime, now),
                "begin_time",
                "must be stated, not in the future, where there is no deposit_waiver_id, and left out where there is one"
            );
        check.Add(FulfilmentRules.FaultsOf(request.Statement, now)).Enforce();
    }

    private static void CheckProgramme(PartnerRecord partner, string id) =>
        new FieldCheck()
            .Require(
                FulfilmentRules.CanBeReported(partner.Programme(id).Programme.Document),
                "programme",
                "must be one whose agreements may be told to others: nothing of a hospital, no badge"
            )
            .Enforce();

    // Null: there is none of this partner.
    private async Task<Report?> FindOwnAsync(ServerCallContext context, string fulfilmentId)
    {
        var found = TimedId.Is(fulfilmentId) ? await store.FindAsync(fulfilmentId, context.CancellationToken) : null;
        if (found?.Partner != context.Partner().Id)
        {
            return null;
        }

        context.Call().Concerns(found.Person);
        return found;
    }

    private static void Append(StatementBatch last, Report report, FulfilmentChange change, int leaves) =>
        FulfilmentJournal.Append(last, [new PendingChange(report.Id, change, 0)], leaves, report.Last.RecordedMicros);

    private static void Disclose(Call call, Report report) =>
        call.Discloses(report.Person, FulfilmentJournal.ResourceKind, report.Id, report.Last.Revision, "fulfilment");
}
