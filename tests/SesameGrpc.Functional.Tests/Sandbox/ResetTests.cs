using Google.Protobuf.WellKnownTypes;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Functional.Tests.Waivers;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.Sandbox;

/// <summary>The way back, on both stores.</summary>
public sealed class ResetTests(Stores stores)
{
    [Theory]
    [InlineData(Store.Sqlite)]
    [InlineData(Store.PostgreSql)]
    public async Task Reset_AfterEverything_LeavesPartnersPersonsAndTheAuditLog(Store store)
    {
        await using var gateway = await stores.StartGatewayAsync(store);
        var bike = await gateway.ConnectAsync("bike", new Enrolment { Programme = SandboxScene.Bike });
        await bike.CompleteAsync(await bike.GrantBikeAsync(gateway, "test-650"), 500);
        await gateway.Persons.OptInAsync(new OptInRequest { RequestId = "in", Person = "newcomer" });
        await gateway.Sandbox.SetForcedFailureAsync(
            new SetForcedFailureRequest
            {
                RequestId = "fail",
                Method = "GrantDepositWaiver",
                ErrorReason = ErrorReason.LostRace,
            }
        );
        await gateway.Sandbox.AdvanceClockAsync(
            new AdvanceClockRequest { RequestId = "on", Advance = Duration.FromTimeSpan(TimeSpan.FromDays(30)) }
        );
        await gateway.Persons.OptInAsync(new OptInRequest { RequestId = "in-later", Person = "late-newcomer" });

        var reset = await gateway.Sandbox.ResetSandboxAsync(new ResetSandboxRequest { RequestId = "reset" });

        Assert.Equal((1, 1), (reset.ForgottenObligations, reset.ForgottenConsents));
        Assert.True(reset.ForgottenEvents >= 2);
        Assert.Equal(TimeSpan.FromDays(30), reset.ClockSetBack.ToTimeSpan());
        Assert.Equal(TimeSpan.Zero, (await gateway.Sandbox.GetClockAsync(new GetClockRequest())).Clock.Ahead.ToTimeSpan());
        Assert.Empty((await gateway.Sandbox.ListForcedFailuresAsync(new ListForcedFailuresRequest())).ForcedFailures);
        Assert.Empty((await gateway.Ledger.ListObligationsAsync(new ListObligationsRequest())).Obligations);

        bike = await gateway.ConnectOnboardedAsync("bike");
        Assert.Empty((await bike.Events.ListEventsAsync(new ListEventsRequest())).Events);
        var again = await bike.GrantAsync("test-650", SandboxScene.Bike, "order-test-650");
        Assert.Equal(DepositWaiverState.Active, again.DepositWaiver.State);
        Assert.Equal(
            EligibilityDecision.NotEligible,
            (
                await bike.Eligibility.CheckEligibilityAsync(
                    new CheckEligibilityRequest { Subject = "late-newcomer", Programme = SandboxScene.Bike }
                )
            ).Decision
        );
        await AssertSoundAsync(gateway);
        var found = await gateway.Audit.ListAuditEntriesAsync(new ListAuditEntriesRequest { Caller = "operator:test", PageSize = 1000 });
        Assert.Contains(found.Records, record => record.Entry.Method == "sesame.operator.v1.SandboxService/ResetSandbox");
    }

    [Fact]
    public async Task Reset_Twice_UnderOneRequestId_IsOnce()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var bike = await gateway.ConnectAsync("bike", new Enrolment { Programme = SandboxScene.Bike });
        await gateway.Sandbox.ResetSandboxAsync(new ResetSandboxRequest { RequestId = "reset" });
        await bike.GrantBikeAsync(gateway, "test-650");

        var replayed = await gateway.Sandbox.ResetSandboxAsync(new ResetSandboxRequest { RequestId = "reset" });

        Assert.Equal(0, replayed.ForgottenObligations);
        Assert.Single((await gateway.Ledger.ListObligationsAsync(new ListObligationsRequest())).Obligations);
    }

    private static async Task AssertSoundAsync(GatewayUnderTest gateway)
    {
        using var check = gateway.Ledger.CheckLedger(new CheckLedgerRequest());
        CheckLedgerResponse last = new();
        while (await check.ResponseStream.MoveNext(CancellationToken.None))
        {
            last = check.ResponseStream.Current;
        }

        Assert.Empty(last.Differences);
    }
}
