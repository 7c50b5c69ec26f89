using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.TestSupport;

namespace SesameGrpc.Functional.Tests.Programmes;

/// <summary>What an operator does with programmes, in short.</summary>
internal static class ProgrammeSteps
{
    public const string Bike = "bike.deposit_free";

    public static async Task<Programme> ProgrammeAsync(this GatewayUnderTest gateway, string programme = Bike) =>
        (await gateway.Programmes.GetProgrammeAsync(new() { Programme = programme })).Programme;

    /// <summary>Stores the next version: the one in force with another threshold, and whatever else is to change.</summary>
    public static async Task<Programme> ProposeAsync(
        this GatewayUnderTest gateway,
        int minimumScore,
        string programme = Bike,
        Action<Programme>? change = null
    )
    {
        var versions = await gateway.Programmes.ListProgrammeVersionsAsync(new ListProgrammeVersionsRequest { Programme = programme });
        var next = (await gateway.ProgrammeAsync(programme)).WithScore(minimumScore);
        next.Version = versions.ProgrammeVersions[^1].Programme.Version + 1;
        change?.Invoke(next);
        var request = new CreateProgrammeVersionRequest { RequestId = Guid.NewGuid().ToString(), Programme = next };
        return (await gateway.Programmes.CreateProgrammeVersionAsync(request)).ProgrammeVersion.Programme;
    }

    public static async Task<ProgrammeActivation> ActivateAsync(
        this GatewayUnderTest gateway,
        int version,
        DateTimeOffset? at = null,
        string programme = Bike
    ) =>
        (
            await gateway.Programmes.ActivateProgrammeVersionAsync(
                new ActivateProgrammeVersionRequest
                {
                    RequestId = Guid.NewGuid().ToString(),
                    Programme = programme,
                    Version = version,
                    ActivateTime = at is { } time ? Timestamp.FromDateTimeOffset(time) : null,
                }
            )
        ).Activation;

    public static async Task<ProgrammeActivation> RollBackAsync(this GatewayUnderTest gateway, string programme = Bike) =>
        (
            await gateway.Programmes.RollBackProgrammeAsync(
                new RollBackProgrammeRequest { RequestId = Guid.NewGuid().ToString(), Programme = programme }
            )
        ).Activation;

    /// <summary>The programme with another threshold.</summary>
    public static Programme WithScore(this Programme programme, int minimumScore)
    {
        var changed = programme.Clone();
        changed.Condition.All.Conditions.Single(part => part.KindCase == Condition.KindOneofCase.ScoreAtLeast).ScoreAtLeast = minimumScore;
        return changed;
    }

    public static async Task<CheckEligibilityResponse> CheckAsync(this ConnectedPartner partner, string subject, string programme = Bike) =>
        await partner.Eligibility.CheckEligibilityAsync(new CheckEligibilityRequest { Subject = subject, Programme = programme });

    /// <summary>The last message of a replay.</summary>
    public static async Task<ReplayDecisionsResponse> ReplayAsync(this GatewayUnderTest gateway, ReplayDecisionsRequest? request = null)
    {
        using var run = gateway.Programmes.ReplayDecisions(request ?? new ReplayDecisionsRequest());
        return await run.ResponseStream.ReadAllAsync().LastAsync();
    }

    /// <summary>The last message of a dry run.</summary>
    public static async Task<DryRunProgrammeVersionResponse> DryRunAsync(
        this GatewayUnderTest gateway,
        DryRunProgrammeVersionRequest request
    )
    {
        using var run = gateway.Programmes.DryRunProgrammeVersion(request);
        return await run.ResponseStream.ReadAllAsync().LastAsync();
    }
}
