using Google.Protobuf.WellKnownTypes;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Sandbox;
using SesameGrpc.Gateway.SandboxAccess;
using Xunit;

namespace SesameGrpc.Gateway.Tests.SandboxAccess;

public sealed class SandboxRulesTests
{
    [Theory]
    [InlineData("CheckEligibility", "sesame.partner.v1.EligibilityService/CheckEligibility")]
    [InlineData("EligibilityService", "sesame.partner.v1.EligibilityService")]
    [InlineData("sesame.operator.v1.ProgrammeAdminService/ListProgrammes", "sesame.operator.v1.ProgrammeAdminService/ListProgrammes")]
    [InlineData("sesame.partner.v1.EligibilityService", "sesame.partner.v1.EligibilityService")]
    public void FailureOf_AName_IsTheMethodInFull(string asked, string method) =>
        Assert.Equal(method, SandboxRules.FailureOf(Request(asked)).Method);

    [Theory]
    [InlineData("")]
    [InlineData("NoSuchMethod")]
    [InlineData("checkEligibility")]
    [InlineData("grpc.health.v1.Health")]
    [InlineData("SandboxService")]
    [InlineData("ResetSandbox")]
    [InlineData("sesame.operator.v1.SandboxService/ResetSandbox")]
    public void FailureOf_WhatIsNoMethodOrMustNotFail_IsRefused(string asked) => Assert.Equal("method", FieldsOf(Request(asked)));

    [Fact]
    public void FailureOf_ANameThatIsThereTwice_NamesBoth()
    {
        var refused = Assert.Throws<RefusalException>(() => SandboxRules.FailureOf(Request("ListProgrammes")));

        Assert.Contains("sesame.partner.v1.EligibilityService/ListProgrammes", refused.Message, StringComparison.Ordinal);
        Assert.Contains("sesame.operator.v1.ProgrammeAdminService/ListProgrammes", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 0, 0, "")]
    [InlineData(0, 60_000, 0, "")]
    [InlineData(0, 0, 0, "error_reason")]
    [InlineData(0, 60_001, 0, "delay,error_reason")]
    [InlineData(1, -1, 0, "delay")]
    [InlineData(-1, 0, 0, "error_reason")]
    [InlineData(999, 0, 0, "error_reason")]
    [InlineData(1, 0, -1, "count")]
    [InlineData(1, 0, 1_000_001, "count")]
    public void FailureOf_OutOfRange_NamesTheFields(int reason, int delayMilliseconds, int count, string fields)
    {
        var request = new SetForcedFailureRequest
        {
            Method = "CheckEligibility",
            Delay = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(delayMilliseconds)),
            Count = count,
        };
        if (reason != 0)
        {
            request.ErrorReason = reason < 0 ? ErrorReason.Unspecified : (ErrorReason)reason;
        }

        Assert.Equal(fields, FieldsOf(request));
    }

    [Fact]
    public void CheckRoom_ForOneTooMany_IsRefused()
    {
        SandboxRules.CheckRoom(ForcedFailures.Largest - 1);

        Assert.Throws<RefusalException>(() => SandboxRules.CheckRoom(ForcedFailures.Largest));
    }

    [Theory]
    [InlineData(0, 1, false)]
    [InlineData(1, 0, true)]
    [InlineData(3600, 0, true)]
    [InlineData(3600, 1, false)]
    [InlineData(long.MaxValue, 0, false)]
    [InlineData(long.MinValue, 0, false)]
    [InlineData(1, int.MaxValue, false)]
    public void SpanOf_AMessage_IsThereWithinTheRange(long seconds, int nanos, bool isThere) =>
        Assert.Equal(
            isThere,
            SandboxRules.SpanOf(
                new Duration { Seconds = seconds, Nanos = nanos == int.MaxValue ? nanos : nanos * 100 },
                TimeSpan.FromSeconds(1),
                TimeSpan.FromHours(1)
            )
                is not null
        );

    private static SetForcedFailureRequest Request(string method) => new() { Method = method, ErrorReason = ErrorReason.LostRace };

    private static string FieldsOf(SetForcedFailureRequest request)
    {
        try
        {
            SandboxRules.FailureOf(request);
            return "";
        }
        catch (RefusalException refused)
        {
            return refused.Refusal.Metadata[0].Value;
        }
    }
}
