using Grpc.Core;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.Audit;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Events;
using SesameGrpc.Gateway.Paging;
using SesameGrpc.Gateway.Persons;
using SesameGrpc.Gateway.Pipeline;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Fulfilments;

/// <summary>Hands reports on to the operator's scoring and to other bureaus. No record without a leaf: it is durable before the record is sent.</summary>
internal sealed class FulfilmentExportService(
    FulfilmentStore store,
    PersonStore persons,
    ResumeTokens tokens,
    CallPipeline pipeline,
    AuditLog audit,
    GatewayOptions options,
    IHostApplicationLifetime lifetime,
    TimeProvider time
) : Contracts.Operator.V1.FulfilmentExportService.FulfilmentExportServiceBase
{
    private const int BatchSize = 500;

    // Whom the tokens are sealed for; no partner has such an id.
    private const string Audience = "operator/fulfilments";

    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(15);

    private readonly TimeSpan lookEvery = TimeSpan.FromMilliseconds(options.Storage.RefreshMilliseconds);

    public override async Task StreamFulfilments(
        StreamFulfilmentsRequest request,
        IServerStreamWriter<StreamFulfilmentsResponse> responseStream,
        ServerCallContext context
    )
    {
        var call = context.Call();
        var position = PositionOf(request.ResumeToken);
        await audit.AppendAsync([call.NewAuditEntry()], context.CancellationToken);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        try
        {
            long? told = null;
            while (true)
            {
                var changes = await store.ReadAsync(position, BatchSize, ending.Token);
                await SendAsync(call, changes, responseStream, ending.Token);
                position = changes.Count > 0 ? changes[^1].Position : position;
                if (changes.Count == BatchSize)
                {
                    continue;
                }

                if (changes.Count > 0 || told is not { } last || time.GetElapsedTime(last) >= LongestSilence)
                {
                    await responseStream.WriteAsync(
                        new StreamFulfilmentsResponse { ResumeToken = tokens.Of(Audience, position) },
                        ending.Token
                    );
                    told = time.GetTimestamp();
                }

                // Whoever may not call any more may not go on reading either.
                await Task.Delay(lookEvery, time, ending.Token);
                if (await pipeline.RecheckAsync(call) is { } refusal)
                {
                    throw new RefusalException(refusal);
                }
            }
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // The caller goes on at another instance, where it has got to.
        }
    }

    public override async Task<ListFulfilmentReportsResponse> ListFulfilmentReports(
        ListFulfilmentReportsRequest request,
        ServerCallContext context
    )
    {
        new FieldCheck().PageOfIds(request.PageSize, request.PageToken).PersonOrEmpty("person", request.Person).Enforce();
        var call = context.Call();
        var person = "";
        if (request.Person.Length > 0)
        {
            person = (await persons.FindByExternalIdAsync(request.Person, context.CancellationToken))?.Id ?? request.Person;
            call.Concerns(person);
        }

        var size = Page.SizeOf(request.PageSize);
        var filter = new ReportFilter(request.PageToken, request.Partner, Person: person);
        var page = Page.Of(await store.ListAsync(filter, size + 1, context.CancellationToken), size, report => report.Id);
        foreach (var report in page.Items)
        {
            call.Discloses(report.Person, FulfilmentJournal.ResourceKind, report.Id, report.Last.Revision, "fulfilment");
        }

        return new ListFulfilmentReportsResponse
        {
            Reports = { page.Items.Select(FulfilmentMessages.ToReport) },
            NextPageToken = page.NextToken,
        };
    }

    private async Task SendAsync(
        Call call,
        List<StoredChange> changes,
        IServerStreamWriter<StreamFulfilmentsResponse> responses,
        CancellationToken cancellationToken
    )
    {
        call.Leaves.Clear();
        foreach (var change in changes)
        {
            var entry = call.NewAuditEntry(change.Report?.Person);
            (entry.ResourceKind, entry.ResourceId) = (FulfilmentJournal.ResourceKind, change.FulfilmentId);
            entry.ResourceRevision = change.Report?.Last.Revision ?? 0;
            entry.DisclosedFields.Add("fulfilment");
            call.Leaves.Add(entry);
        }

        await audit.AppendAsync(call.Leaves, cancellationToken);
        foreach (var change in changes)
        {
            await responses.WriteAsync(
                new StreamFulfilmentsResponse
                {
                    Record = FulfilmentMessages.ToRecord(change),
                    ResumeToken = tokens.Of(Audience, change.Position),
                },
                cancellationToken
            );
        }
    }

    private long PositionOf(string token) =>
        token.Length == 0
            ? FulfilmentStore.Start
            : tokens.PositionOf(Audience, token)
                ?? throw new RefusalException(Refuse.Field("resume_token", "must be a token that StreamFulfilments gave, or empty"));
}
