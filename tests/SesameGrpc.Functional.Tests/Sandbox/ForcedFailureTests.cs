using Google.Protobuf.WellKnownTypes;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.Sandbox;

/// <summary>Failures on demand: set, met, listed, ended; which of them there are, <see cref="ErrorReasonTests"/> tries.</summary>
public sealed class ForcedFailureTests(SandboxScene scene) : IClassFixture<SandboxScene>
{
    [Fact]
    public async Task Delay_WithoutAReason_IsWaitedForAndAnswered()
    {
        var partner = await scene.ConnectAsync(scene.New("partner"));
        await SetAsync(partner, request => request.Delay = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(600)));
        var began = TimeProvider.System.GetTimestamp();

        await ListProgrammesAsync(partner);

        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.FromMilliseconds(600), TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Failure_OfOnePartner_IsNoOtherPartners()
    {
        var partner = await scene.ConnectAsync(scene.New("partner"));
        var other = await scene.ConnectAsync(scene.New("partner"));
        await SetAsync(partner, request => request.ErrorReason = ErrorReason.StoreUnavailable);

        await ListProgrammesAsync(other);

        Assert.Equal("STORE_UNAVAILABLE", (await RefusedCall.OfAsync(() => ListProgrammesAsync(partner))).Reason);
    }

    [Fact]
    public async Task Failure_SetTwiceUnderOneRequestId_IsOne_AndClearingItIsAudited()
    {
        var partner = await scene.ConnectAsync(scene.New("partner"));
        var requestId = scene.New("set");
        var set = await SetAsync(partner, request => (request.ErrorReason, request.RequestId) = (ErrorReason.LostRace, requestId));
        Assert.Equal(set, await SetAsync(partner, request => (request.ErrorReason, request.RequestId) = (ErrorReason.LostRace, requestId)));
        var listed = await scene.Gateway.Sandbox.ListForcedFailuresAsync(new ListForcedFailuresRequest());
        Assert.Single(listed.ForcedFailures, failure => failure.Partner == set.Partner);

        var clear = new ClearForcedFailuresRequest { RequestId = scene.New("clear"), ForcedFailureId = set.ForcedFailureId };
        Assert.Equal(1, (await scene.Gateway.Sandbox.ClearForcedFailuresAsync(clear)).ClearedCount);

        await ListProgrammesAsync(partner);
        var audited = await scene.Gateway.Audit.ListAuditEntriesAsync(
            new ListAuditEntriesRequest { Caller = "operator:test", PageSize = 1000 }
        );
        Assert.Equal(
            ["SetForcedFailure", "SetForcedFailure", "ClearForcedFailures"],
            audited
                .Records.Select(record => record.Entry)
                .Where(entry => entry.RequestId == requestId || entry.RequestId == clear.RequestId)
                .OrderBy(entry => entry.RecordTime)
                .Select(entry => entry.Method.Split('/')[^1])
        );
    }

    /// <summary>A stream passes the same checks as a unary call.</summary>
    [Fact]
    public async Task Failure_OfAStream_EndsItAtItsBeginning()
    {
        var partner = await scene.ConnectAsync(scene.New("partner"));
        await scene.FailAsync(partner, "StreamEvents", ErrorReason.StoreUnavailable);

        var refused = await RefusedCall.OfAsync(async () =>
        {
            using var stream = partner.Events.StreamEvents(new StreamEventsRequest());
            await stream.ResponseStream.MoveNext(CancellationToken.None);
        });

        Assert.Equal("STORE_UNAVAILABLE", refused.Reason);
    }

    private async Task<ForcedFailure> SetAsync(ConnectedPartner partner, Action<SetForcedFailureRequest> change)
    {
        var request = new SetForcedFailureRequest
        {
            RequestId = scene.New("set"),
            Method = "sesame.partner.v1.EligibilityService/ListProgrammes",
            Partner = SandboxScene.IdOf(partner),
        };
        change(request);
        return (await scene.Gateway.Sandbox.SetForcedFailureAsync(request)).ForcedFailure;
    }

    private static async Task ListProgrammesAsync(ConnectedPartner partner) =>
        await partner.Eligibility.ListProgrammesAsync(new Contracts.Partner.V1.ListProgrammesRequest());
}
