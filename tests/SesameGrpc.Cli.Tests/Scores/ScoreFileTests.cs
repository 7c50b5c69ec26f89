using SesameGrpc.Cli.Scores;
using Xunit;

namespace SesameGrpc.Cli.Tests.Scores;

public sealed class ScoreFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("", 0)]
    [InlineData("a", 1)]
    [InlineData("a\n", 1)]
    [InlineData("a\nb", 2)]
    public async Task Inspect_AnyEnd_CountsLines(string content, long lines)
    {
        var file = await ScoreFile.InspectAsync(folder.File("scores.csv", content), TestContext.Current.CancellationToken);

        Assert.Equal(lines, file.Lines);
    }

    [Fact]
    public async Task DefaultImportId_SameContentElsewhere_IsTheSame()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var first = await ScoreFile.InspectAsync(folder.File("a.csv", "one"), cancellation);
        var copy = await ScoreFile.InspectAsync(folder.File("b.csv", "one"), cancellation);
        var other = await ScoreFile.InspectAsync(folder.File("c.csv", "two"), cancellation);

        Assert.Equal(first.DefaultImportId, copy.DefaultImportId);
        Assert.NotEqual(first.DefaultImportId, other.DefaultImportId);
        Assert.InRange(first.DefaultImportId.Length, 1, 64);
    }

    [Fact]
    public void RejectedRows_MoreThanAreKept_AreCounted()
    {
        var rows = new RejectedRows();
        for (var line = 1; line <= RejectedRows.Kept + 5; line++)
        {
            rows.Add(new() { Line = line });
        }

        Assert.Equal((RejectedRows.Kept + 5, RejectedRows.Kept), (rows.Count, rows.Rows.Count));
    }
}
