using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Paging;
using SesameGrpc.Gateway.Pipeline;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Replay;
using SesameGrpc.Gateway.Sandbox;
using SesameGrpc.Gateway.Storage;
using SandboxClock = SesameGrpc.Gateway.Sandbox.SandboxClock;

namespace SesameGrpc.Gateway.SandboxAccess;

/// <summary>The developer's hand on a sandbox: its persons, its clock, failures and events on demand, the way back.</summary>
internal sealed class SandboxService(
    SandboxClock clock,
    ForcedFailures failures,
    SandboxReset reset,
    EventTriggers triggers,
    RequestReplay replay,
    GatewayOptions options,
    TimeProvider time
) : Contracts.Operator.V1.SandboxService.SandboxServiceBase
{
    private static readonly TimeSpan LongestAdvance = TimeSpan.FromDays(3650);

    public override Task<ListPersonasResponse> ListPersonas(ListPersonasRequest request, ServerCallContext context)
    {
        var page = PageOf(TestPersons.Kinds, request.PageSize, request.PageToken);
        return Task.FromResult(new ListPersonasResponse { Personas = { page.Items.Select(ToMessage) }, NextPageToken = page.NextToken });
    }

    public override Task<GetClockResponse> GetClock(GetClockRequest request, ServerCallContext context) =>
        Task.FromResult(new GetClockResponse { Clock = ToMessage(clock) });

    public override Task<AdvanceClockResponse> AdvanceClock(AdvanceClockRequest request, ServerCallContext context)
    {
        var advance = SandboxRules.SpanOf(request.Advance, TimeSpan.FromMilliseconds(1), LongestAdvance);
        new FieldCheck().Require(advance is not null, "advance", $"must be 1 millisecond to {LongestAdvance.TotalDays:0} days").Enforce();

        // Decided once: a transaction that is tried again does not advance it twice.
        var ahead = clock.Ahead + advance!.Value;
        return replay.RunAsync(
            context,
            request.RequestId,
            request,
            AdvanceClockResponse.Parser,
            (_, _) =>
            {
                new FieldCheck().Advance("advance", clock.GetUtcNow() + advance.Value, context.Call()).Enforce();
                clock.Advance(ahead);
                return Task.FromResult(new AdvanceClockResponse { Clock = ToMessage(clock) });
            }
        );
    }

    public override Task<ListForcedFailuresResponse> ListForcedFailures(ListForcedFailuresRequest request, ServerCallContext context)
    {
        var page = PageOf(failures.All, request.PageSize, request.PageToken);
        return Task.FromResult(new ListForcedFailuresResponse { ForcedFailures = { page.Items }, NextPageToken = page.NextToken });
    }

    public override async Task<SetForcedFailureResponse> SetForcedFailure(SetForcedFailureRequest request, ServerCallContext context)
    {
        var failure = SandboxRules.FailureOf(request);
        ForcedFailure? set = null;
        var response = await replay.RunAsync(
            context,
            request.RequestId,
            request,
            SetForcedFailureResponse.Parser,
            (_, _) =>
            {
                SandboxRules.CheckRoom(failures.All.Count);
                failure.ForcedFailureId = TimedId.New(time.NowMicros());
                set = failure;
                return Task.FromResult(new SetForcedFailureResponse { ForcedFailure = failure });
            }
        );
        if (set is not null)
        {
            failures.Set(set);
        }

        return response;
    }

    public override Task<ClearForcedFailuresResponse> ClearForcedFailures(ClearForcedFailuresRequest request, ServerCallContext context)
    {
        new FieldCheck()
            .Require(
                request.ForcedFailureId.Length == 0 || TimedId.Is(request.ForcedFailureId),
                "forced_failure_id",
                "must be the id of a forced failure, or empty for all"
            )
            .Enforce();
        return replay.RunAsync(
            context,
            request.RequestId,
            request,
            ClearForcedFailuresResponse.Parser,
            (_, _) => Task.FromResult(new ClearForcedFailuresResponse { ClearedCount = failures.Clear(request.ForcedFailureId) })
        );
    }

    public override Task<TriggerEventResponse> TriggerEvent(TriggerEventRequest request, ServerCallContext context) =>
        triggers.RunAsync(request, context);

    public override Task<ResetSandboxResponse> ResetSandbox(ResetSandboxRequest request, ServerCallContext context) =>
        reset.RunAsync(request, context);

    // Lists of a few entries, paged by their places.
    private static Page<T> PageOf<T>(IReadOnlyList<T> all, int size, string token)
    {
        var first = PageTokens.IndexOf(token, 0);
        new FieldCheck().PageSize(size).PageToken(first is not null).Enforce();
        var end = first!.Value + Page.SizeOf(size);
        return new Page<T>(
            all.Skip((int)Math.Min(first.Value, all.Count)).Take(Page.SizeOf(size)),
            end < all.Count ? PageTokens.Of(end) : ""
        );
    }

    private static Contracts.Operator.V1.SandboxClock ToMessage(SandboxClock clock) =>
        new() { CurrentTime = Timestamp.FromDateTimeOffset(clock.GetUtcNow()), Ahead = Duration.FromTimeSpan(clock.Ahead) };

    private Persona ToMessage(TestPersonKind kind)
    {
        var persona = new Persona
        {
            Suffix = kind.Suffix,
            Outcome = kind.Outcome,
            OptedIn = kind.OptedIn,
            CourtListed = kind.CourtListed,
            ScoreAge = Duration.FromTimeSpan(kind.IsStale ? options.Persons.ScoreValidity + TimeSpan.FromDays(1) : TimeSpan.Zero),
        };
        if (kind.Reason is { } reason)
        {
            persona.ErrorReason = reason;
        }

        return persona;
    }
}
