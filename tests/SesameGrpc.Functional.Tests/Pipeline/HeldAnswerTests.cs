using Grpc.Core;
using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Functional.Tests.Audit;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.Pipeline;

/// <summary>Answers of calls that come side by side: their connection keeps them until their leaves are durable.</summary>
public sealed class HeldAnswerTests
{
    private const int Calls = 16;
    private static readonly Enrolment Bike = new() { Programme = "bike.deposit_free" };
    private static readonly TimeSpan LongEnoughForAnswers = TimeSpan.FromMilliseconds(300);

    [Fact]
    public async Task Answers_OfCallsSideBySide_LeaveWithTheirLeaves()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var bike = await StartStoryAsync(gateway);
        var before = (await AuditLeafTests.LeavesAsync(gateway)).Count;
        var writer = await HeldWriter.TakeAsync(gateway);

        var answers = LookUp(bike);
        await Task.WhenAny(Task.WhenAny(answers), Task.Delay(LongEnoughForAnswers, TestContext.Current.CancellationToken));
        var early = answers.Count(answer => answer.IsCompleted);
        await writer.DisposeAsync();
        var told = await Task.WhenAll(answers);

        Assert.Equal(0, early);
        Assert.All(told, answer => Assert.Equal(650, answer.Score.Score));
        var leaves = await AuditLeafTests.LeavesAsync(gateway);
        Assert.Equal(Calls, leaves.Skip(before).Count(leaf => leaf.Entry.Outcome == AuditOutcome.Disclosed));
    }

    [Fact]
    public async Task Answers_WhoseLeavesTheStoreDoesNotTake_EndTheirConnection_AndTheNextCallIsToldWhy()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var bike = await StartStoryAsync(gateway);
        await using (await HeldWriter.TakeAsync(gateway))
        {
            var lost = await Task.WhenAll(LookUp(bike).Select(answer => CodeOfAsync(answer)));
            var next = await RefusedCall.OfAsync(bike.Scores.GetCreditScoreAsync(new GetCreditScoreRequest { Subject = "test-650" }));

            Assert.All(lost, code => Assert.Equal(StatusCode.Unavailable, code));
            Assert.Equal("STORE_UNAVAILABLE", next.Reason);
            Assert.Single(gateway.Log.Lines, line => line.Contains("A connection of bike was ended", StringComparison.Ordinal));
        }

        var told = await Task.WhenAll(LookUp(bike));
        Assert.All(told, answer => Assert.Equal(650, answer.Score.Score));
    }

    private static List<Task<GetCreditScoreResponse>> LookUp(ConnectedPartner partner) =>
        [
            .. Enumerable
                .Range(0, Calls)
                .Select(_ => partner.Scores.GetCreditScoreAsync(new GetCreditScoreRequest { Subject = "test-650" }).ResponseAsync),
        ];

    private static async Task<StatusCode> CodeOfAsync(Task<GetCreditScoreResponse> answer)
    {
        try
        {
            await answer;
            return StatusCode.OK;
        }
        catch (RpcException exception)
        {
            return exception.StatusCode;
        }
    }

    // The person is in memory, and a leaf has just been written.
    private static async Task<ConnectedPartner> StartStoryAsync(GatewayUnderTest gateway)
    {
        await gateway.FeedAsync("test-650", 650);
        var bike = await gateway.ConnectAsync("bike", Bike);
        await bike.Scores.GetCreditScoreAsync(new GetCreditScoreRequest { Subject = "test-650" });
        return bike;
    }
}
