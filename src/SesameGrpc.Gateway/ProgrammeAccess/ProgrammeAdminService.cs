using Google.Protobuf;
using Grpc.Core;
using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.Decisions;
using SesameGrpc.Gateway.Paging;
using SesameGrpc.Gateway.Partners;
using SesameGrpc.Gateway.Pipeline;
using SesameGrpc.Gateway.Programmes;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Replay;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.ProgrammeAccess;

/// <summary>Shows and changes programmes, and decides recorded decisions again. A change is in force on this instance before its answer.</summary>
internal sealed partial class ProgrammeAdminService(
    ProgrammeCatalogueSource catalogue,
    ProgrammeStore store,
    ProgrammeChanges changes,
    PartnerDirectory directory,
    RequestReplay replay,
    ReplayRun replays,
    DryRun dryRuns,
    TimeProvider time
) : Contracts.Operator.V1.ProgrammeAdminService.ProgrammeAdminServiceBase
{
    public override Task<ListProgrammesResponse> ListProgrammes(ListProgrammesRequest request, ServerCallContext context)
    {
        new FieldCheck().PageSize(request.PageSize).Enforce();
        var size = Page.SizeOf(request.PageSize);
        var rest = catalogue
            .Current.Programmes.Where(programme => string.CompareOrdinal(programme.Programme_, request.PageToken) > 0)
            .Take(size + 1)
            .ToList();
        var page = Page.Of(rest, size, programme => programme.Programme_);
        return Task.FromResult(
            new ListProgrammesResponse
            {
                Programmes = { page.Items },
                NextPageToken = page.NextToken,
                OverallLimits = catalogue.Current.OverallLimits,
            }
        );
    }

    public override Task<GetProgrammeResponse> GetProgramme(GetProgrammeRequest request, ServerCallContext context) =>
        Task.FromResult(
            new GetProgrammeResponse
            {
                Programme = catalogue.Current.Find(request.Programme)?.Document ?? throw new RefusalException(Refuse.NotFound()),
            }
        );

    public override async Task<CreateProgrammeVersionResponse> CreateProgrammeVersion(
        CreateProgrammeVersionRequest request,
        ServerCallContext context
    )
    {
        var programme = Checked(request.Programme);
        return await ChangeAsync(
            context,
            request.RequestId,
            request,
            CreateProgrammeVersionResponse.Parser,
            async (transaction, entry, token) =>
            {
                var stored = await changes.CreateAsync(transaction, programme, context.Call().Caller, token);
                ProgrammeMessages.Describe(entry, programme.Programme_, programme.Version);
                return new CreateProgrammeVersionResponse { ProgrammeVersion = ProgrammeMessages.ToMessage(stored, catalogue.Current) };
            }
        );
    }

    public override async Task<ListProgrammeVersionsResponse> ListProgrammeVersions(
        ListProgrammeVersionsRequest request,
        ServerCallContext context
    )
    {
        var behind = request.PageToken.Length == 0 ? ("", 0) : PageTokens.PlaceOf(request.PageToken);
        new FieldCheck()
            .PageSize(request.PageSize)
            .PageToken(behind is not null)
            .Require(IsStorable(request.Programme), "programme", "must be empty or the id of a programme")
            .Enforce();
        var size = Page.SizeOf(request.PageSize);
        var found = await store.ListAsync(request.Programme, behind!.Value, size + 1, context.CancellationToken);
        var page = Page.Of(found, size, stored => PageTokens.Of(stored.Document.Programme_, stored.Document.Version));
        return new ListProgrammeVersionsResponse
        {
            ProgrammeVersions = { page.Items.Select(stored => ProgrammeMessages.ToMessage(stored, catalogue.Current)) },
            NextPageToken = page.NextToken,
        };
    }

    public override async Task<GetProgrammeVersionResponse> GetProgrammeVersion(
        GetProgrammeVersionRequest request,
        ServerCallContext context
    ) =>
        new()
        {
            ProgrammeVersion =
                IsStorable(request.Programme)
                && await store.FindAsync(request.Programme, request.Version, context.CancellationToken) is { } stored
                    ? ProgrammeMessages.ToMessage(stored, catalogue.Current)
                    : throw new RefusalException(Refuse.NotFound()),
        };

    public override Task<ActivateProgrammeVersionResponse> ActivateProgrammeVersion(
        ActivateProgrammeVersionRequest request,
        ServerCallContext context
    )
    {
        var from = TimeOf("activate_time", request.ActivateTime);
        RequireStorable(request.Programme);
        return ChangeAsync(
            context,
            request.RequestId,
            request,
            ActivateProgrammeVersionResponse.Parser,
            async (transaction, entry, token) =>
            {
                var (activation, timeline) = await changes.ActivateAsync(
                    transaction,
                    request.Programme,
                    request.Version,
                    from,
                    context.Call().Caller,
                    token
                );
                ProgrammeMessages.Describe(entry, activation);
                return new ActivateProgrammeVersionResponse
                {
                    Activation = ProgrammeMessages.ToMessage(activation, timeline, time.NowMicros()),
                };
            }
        );
    }

    public override Task<RollBackProgrammeResponse> RollBackProgramme(RollBackProgrammeRequest request, ServerCallContext context)
    {
        RequireStorable(request.Programme);
        return ChangeAsync(
            context,
            request.RequestId,
            request,
            RollBackProgrammeResponse.Parser,
            async (transaction, entry, token) =>
            {
                var (activation, timeline) = await changes.RollBackAsync(transaction, request.Programme, context.Call().Caller, token);
                ProgrammeMessages.Describe(entry, activation);
                return new RollBackProgrammeResponse { Activation = ProgrammeMessages.ToMessage(activation, timeline, time.NowMicros()) };
            }
        );
    }

    public override async Task<ListProgrammeActivationsResponse> ListProgrammeActivations(
        ListProgrammeActivationsRequest request,
        ServerCallContext context
    )
    {
        var below = PageTokens.IndexOf(request.PageToken, long.MaxValue);
        new FieldCheck().PageSize(request.PageSize).PageToken(below is not null).Enforce();
        var size = Page.SizeOf(request.PageSize);
        var now = time.NowMicros();
        var all = await store.ActivationsAsync(context.CancellationToken);
        var timelines = all.GroupBy(activation => activation.Programme)
            .ToDictionary(group => group.Key, group => new ActivationTimeline(group));
        var found = all.Where(activation => request.Programme.Length == 0 || activation.Programme == request.Programme)
            .Where(activation => activation.Number < below)
            .Reverse()
            .Take(size + 1)
            .ToList();
        var page = Page.Of(found, size, activation => PageTokens.Of(activation.Number));
        return new ListProgrammeActivationsResponse
        {
            Activations = { page.Items.Select(item => ProgrammeMessages.ToMessage(item, timelines[item.Programme], now)) },
            NextPageToken = page.NextToken,
        };
    }

    private async Task<TResponse> ChangeAsync<TResponse>(
        ServerCallContext context,
        string requestId,
        IMessage request,
        MessageParser<TResponse> parser,
        Func<System.Data.Common.DbTransaction, AuditEntry, CancellationToken, Task<TResponse>> change
    )
        where TResponse : class, IMessage<TResponse>
    {
        var response = await replay.RunAsync(
            context,
            requestId,
            request,
            parser,
            async (transaction, token) =>
            {
                var entry = context.Call().NewAuditEntry();
                var answer = await change(transaction, entry, token);
                context.Call().Leaves.Add(entry);
                return answer;
            }
        );
        await directory.RefreshAsync(CancellationToken.None);
        return response;
    }

    private static void RequireStorable(string programme)
    {
        if (!IsStorable(programme))
        {
            throw new RefusalException(Refuse.NotFound());
        }
    }

    // What has the form of no id names nothing; a store may not even be able to look for it.
    private static bool IsStorable(string programme) => programme.Length == 0 || ProgrammeRules.IsId(programme);

    private static Programme Checked(Programme? programme)
    {
        var check = new FieldCheck().Require(programme is not null, "programme", "must be set");
        foreach (var (field, rule) in programme is null ? [] : ProgrammeRules.FaultsOf(programme))
        {
            check.Require(false, $"programme.{field}", rule);
        }

        check.Enforce();
        return programme!;
    }
}
