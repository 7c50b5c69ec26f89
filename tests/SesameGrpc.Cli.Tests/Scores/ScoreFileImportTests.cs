using System.Text;
using Grpc.Core;
using Grpc.Net.Client;
using SesameGrpc.Cli.Scores;
using SesameGrpc.Contracts.Operator.V1;
using Xunit;

namespace SesameGrpc.Cli.Tests.Scores;

public sealed class ScoreFileImportTests : IAsyncLifetime
{
    private const int Rows = 25_000;
    private readonly TemporaryFolder folder = new();
    private readonly FakeScoreFeed server = new();
    private GrpcChannel? channel;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await server.StartAsync(Cancellation);
        channel = GrpcChannel.ForAddress(server.Url);
    }

    public async ValueTask DisposeAsync()
    {
        channel?.Dispose();
        await server.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task Run_GoodFile_SendsEveryLineOnceAndCompletes()
    {
        var result = await ImportAsync(Content());

        Assert.True(result.After.Complete);
        Assert.Equal(0, result.LeftOut);
        Assert.Equal(Enumerable.Range(2, Rows).Select(line => (long)line), server.Lines);
    }

    [Fact]
    public async Task Run_BadLines_AreLeftOutAndCountedWithTheServersOwn()
    {
        var result = await ImportAsync(Content() + "p,1,1,9999\nbad-1,1,1,650\n");

        Assert.Equal(2, result.LeftOut);
        Assert.Equal("score", Assert.Single(result.Unreadable.Rows).Field);
        Assert.Equal(Rows + 3, Assert.Single(result.Refused).Line);
        Assert.Equal(Rows, result.After.AppliedRows);
    }

    [Fact]
    public async Task Run_AfterABrokenStream_ResumesBehindTheLastWholeBatch()
    {
        var content = Content();
        server.BreakAfterBatches = 2;
        var failure = await Assert.ThrowsAsync<RpcException>(() => ImportAsync(content));
        server.BreakAfterBatches = null;

        var result = await ImportAsync(content);

        Assert.Equal(StatusCode.Unavailable, failure.StatusCode);
        Assert.Equal(20_001, result.Before.Position);
        Assert.Equal(Enumerable.Range(2, Rows).Select(line => (long)line), server.Lines);
        Assert.True(result.After.Complete);
    }

    [Fact]
    public async Task Run_CompleteImport_SendsNothingAndReportsUnreadableLinesAgain()
    {
        var content = Content() + "p,1,1,9999\n";
        await ImportAsync(content);
        server.Lines.Clear();

        var result = await ImportAsync(content);

        Assert.True(result.WasComplete);
        Assert.Equal(1, result.LeftOut);
        Assert.Empty(server.Lines);
    }

    [Fact]
    public async Task Run_NothingReadable_StillCompletes()
    {
        var result = await ImportAsync("person,version,as_of,score\n,,,\n");

        Assert.True(result.After.Complete);
        Assert.Equal((1, 0), (result.LeftOut, server.Lines.Count));
    }

    private async Task<ScoreFileImportResult> ImportAsync(string content)
    {
        var file = await ScoreFile.InspectAsync(folder.File("scores.csv", content), Cancellation);
        var feed = new ScoreFeed(new ScoreFeedService.ScoreFeedServiceClient(channel));
        return await new ScoreFileImport(feed, file, file.DefaultImportId, "m-1").RunAsync(static _ => { }, Cancellation);
    }

    private static string Content()
    {
        var text = new StringBuilder("person,version,as_of,score\n");
        for (var row = 1; row <= Rows; row++)
        {
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"p-{row},1,1769846400000000,650\n");
        }

        return text.ToString();
    }
}
