using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.Decisions;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.ProgrammeAccess;

/// <summary>The methods that decide recorded decisions again.</summary>
internal sealed partial class ProgrammeAdminService
{
    private const int MostDryRun = 10_000;
    private const int MostCaller = 64;

    public override async Task DryRunProgrammeVersion(
        DryRunProgrammeVersionRequest request,
        IServerStreamWriter<DryRunProgrammeVersionResponse> responseStream,
        ServerCallContext context
    )
    {
        var document = CheckedForDryRun(request.Programme);
        new FieldCheck()
            .Require(request.Decisions is >= 0 and <= MostDryRun, "decisions", $"must be 1 to {MostDryRun}, or 0 for as many")
            .Enforce();
        var most = request.Decisions == 0 ? MostDryRun : request.Decisions;
        var filter = new DecisionFilter(
            document.Programme_,
            "",
            0,
            long.MaxValue,
            TimeOf("from_time", request.FromTime)?.ToMicros() ?? long.MinValue,
            TimeOf("until_time", request.UntilTime)?.ToMicros() ?? long.MaxValue
        );
        var report = await dryRuns.RunAsync(
            document,
            filter,
            most,
            sofar =>
                responseStream.WriteAsync(
                    new DryRunProgrammeVersionResponse
                    {
                        Decisions = sofar.Decisions,
                        MostDecisions = most,
                        ScannedEntries = sofar.Scanned,
                    },
                    context.CancellationToken
                ),
            context.CancellationToken
        );
        await responseStream.WriteAsync(ProgrammeMessages.ToMessage(report, most), context.CancellationToken);
    }

    public override async Task ReplayDecisions(
        ReplayDecisionsRequest request,
        IServerStreamWriter<ReplayDecisionsResponse> responseStream,
        ServerCallContext context
    )
    {
        new FieldCheck()
            .Require(request.FirstIndex >= 0, "first_index", "must be 0 or more")
            .Require(request.EndIndex == 0 || request.EndIndex >= request.FirstIndex, "end_index", "must be 0, or first_index or more")
            .Require(request.Partner.Length <= MostCaller, "partner", "must be empty or the id of a partner")
            .Require(IsStorable(request.Programme), "programme", "must be empty or the id of a programme")
            .Enforce();
        var filter = new DecisionFilter(
            request.Programme,
            request.Partner.Length == 0 ? "" : $"partner:{request.Partner}",
            request.FirstIndex,
            request.EndIndex == 0 ? long.MaxValue : request.EndIndex,
            TimeOf("from_time", request.FromTime)?.ToMicros() ?? long.MinValue,
            TimeOf("until_time", request.UntilTime)?.ToMicros() ?? long.MaxValue
        );
        var report = await replays.RunAsync(
            filter,
            sofar =>
                responseStream.WriteAsync(
                    new ReplayDecisionsResponse
                    {
                        ScannedEntries = sofar.Scanned,
                        TotalEntries = sofar.Total,
                        Decisions = sofar.Decisions,
                    },
                    context.CancellationToken
                ),
            context.CancellationToken
        );
        await responseStream.WriteAsync(ProgrammeMessages.ToMessage(report), context.CancellationToken);
    }

    // Which version it would be does not matter, so a document that was only edited may be tried.
    private static Programme CheckedForDryRun(Programme? programme)
    {
        var document = programme?.Clone();
        if (document is { Version: < 1 })
        {
            document.Version = 1;
        }

        return Checked(document);
    }

    private static DateTimeOffset? TimeOf(string field, Timestamp? time)
    {
        try
        {
            return time?.ToDateTimeOffset();
        }
        catch (InvalidOperationException)
        {
            throw new RefusalException(Refuse.Field(field, "must be a valid Timestamp"));
        }
    }
}
