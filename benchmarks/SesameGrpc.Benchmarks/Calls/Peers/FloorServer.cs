using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Benchmarks.Calls.Peers;

/// <summary>The floor: a method that does nothing but answer, always the same. Whatever a gateway on Grpc.AspNetCore costs less than this, it saves elsewhere.</summary>
internal static class FloorServer
{
    /// <summary>The answer of an eligibility check, as long as the gateway's.</summary>
    public static CheckEligibilityResponse Answer { get; } =
        new()
        {
            Decision = EligibilityDecision.Eligible,
            Terms = new Terms
            {
                CoveredAmount = Yuan(),
                Coverage = Coverage.Full,
                AmountLimit = Yuan(),
                LongestPeriod = Duration.FromTimeSpan(TimeSpan.FromDays(1)),
            },
            PolicyVersion = "bike.deposit_free@1.1",
            DecisionId = new string('d', 55),
            ExpireTime = Timestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch.AddYears(60)),
            Source = AnswerSource.Memory,
            Age = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(1234)),
        };

    public static Task<int> RunAsync(TextReader input, TextWriter output) =>
        PeerServer.RunAsync(input, output, (_, _) => { }, app => app.MapGrpcService<Service>());

    private static Money Yuan() => new() { CurrencyCode = "CNY", MinorUnits = 19_900 };

    private sealed class Service : EligibilityService.EligibilityServiceBase
    {
        public override Task<CheckEligibilityResponse> CheckEligibility(CheckEligibilityRequest request, ServerCallContext context) =>
            Task.FromResult(Answer);
    }
}
