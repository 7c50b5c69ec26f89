using System.Text.Json.Nodes;
using Xunit;

namespace SesameGrpc.Cli.Tests.Wire;

public sealed class LogTests(DevSandbox sandbox) : IClassFixture<DevSandbox>
{
    [Fact]
    public async Task LogsTail_ByWhatTheCallWasRefusedFor_FindsItsLine()
    {
        var refused = await sandbox.AsPartnerAsync("score", "get", "nobody-2");
        var id = (string)refused.ErrorJson["request_id"]!;
        await sandbox.AsPartnerAsync("waiver", "get", "none");

        var byId = await TailAsync("--request-id", id);
        var all = await TailAsync(
            "--method",
            "GetCreditScore",
            "--partner",
            "hello-bike",
            "--reason",
            "RESOURCE_NOT_FOUND",
            "--since",
            "10m",
            "--level",
            "information"
        );

        Assert.Equal("sesame.partner.v1.CreditScoreService/GetCreditScore", (string?)Assert.Single(byId)["State"]!["Method"]);
        Assert.Contains(id, all.Select(line => (string?)line["State"]!["CallId"]));
        Assert.All(all, line => Assert.Equal("RESOURCE_NOT_FOUND", (string?)line["State"]!["Reason"]));
    }

    [Theory]
    [InlineData("--partner", "nobody")]
    [InlineData("--reason", "SCOPE_MISSING")]
    [InlineData("--method", "NoSuchMethod")]
    [InlineData("--level", "critical")]
    [InlineData("--since", "2100-01-01T00:00:00Z")]
    [InlineData("--lines", "0")]
    public async Task LogsTail_OfWhatDidNotHappen_IsEmpty(params string[] filter)
    {
        await sandbox.AsPartnerAsync("score", "get", "nobody-3");

        Assert.Empty(await TailAsync(filter));
    }

    [Fact]
    public async Task LogsTail_InWords_HasTimeLevelAndMessage()
    {
        await sandbox.AsPartnerAsync("score", "get", "nobody-4");

        var run = await CliRun.RunAsync(TestContext.Current.CancellationToken, "logs", "tail", "--data", sandbox.Data, "--lines", "1");

        Assert.Matches(@"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} Information +NotFound \(RESOURCE_NOT_FOUND\) for sesame\.", run.Out);
    }

    [Fact(Timeout = 60_000)]
    public async Task LogsTail_Following_ShowsWhatComes()
    {
        using var following = CliProcess.Start(
            [],
            "logs",
            "tail",
            "--data",
            sandbox.Data,
            "--lines",
            "0",
            "--follow",
            "--reason",
            "RESOURCE_NOT_FOUND",
            "--json"
        );
        var next = following.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask();
        for (var attempt = 0; attempt < 200 && !next.IsCompleted; attempt++)
        {
            await sandbox.AsPartnerAsync("score", "get", "nobody-5");
        }

        Assert.Equal("RESOURCE_NOT_FOUND", (string?)JsonNode.Parse((await next)!)!["State"]!["Reason"]);
        Assert.Equal(0, await DevSandbox.StopAsync(following));
    }

    [Theory]
    [InlineData("--data", "no-such-directory")]
    [InlineData("--since", "yesterday")]
    [InlineData("--level", "loud")]
    public async Task LogsTail_WrittenWrongly_IsWrongUsage(params string[] options) =>
        Assert.Equal(2, (await CliRun.RunAsync(TestContext.Current.CancellationToken, ["logs", "tail", .. options])).ExitCode);

    private async Task<IReadOnlyList<JsonNode>> TailAsync(params string[] filter)
    {
        var run = await CliRun.RunAsync(
            TestContext.Current.CancellationToken,
            ["logs", "tail", "--data", sandbox.Data, "--json", .. filter]
        );
        Assert.True(run.ExitCode == 0, run.Error);
        return run.Lines;
    }
}
