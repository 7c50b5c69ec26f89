using System.Globalization;
using System.Text;
using SesameGrpc.Client;
using SesameGrpc.Contracts.Operator.V1;
using Xunit;

namespace SesameGrpc.Cli.Tests.Wire;

public sealed class ScoresImportTests(DevSandbox sandbox) : IClassFixture<DevSandbox>
{
    private const string Header = "person,version,as_of,score,opted_in\n";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Import_BadLines_AreLeftOutAndReported()
    {
        var file = sandbox.File(
            "bad.csv",
            Header
                + "imp-1,1,2026-01-31T08:00:00Z,650,2025-01-01T00:00:00Z\n"
                + "imp-2,1,2026-01-31T08:00:00Z,951,2025-01-01T00:00:00Z\n"
                + "imp-3,1,2026-01-31T08:00:00Z,640,\n"
                + "imp-4,1,2026-01-31T08:00:00Z,640,2025-01-01T00:00:00Z\n"
        );

        var run = await sandbox.AsOperatorAsync("scores", "import", file);

        Assert.True(run.ExitCode == 3, run.Error);
        Assert.Equal((2, 1, 1), ((int)run.Json["applied_rows"]!, (int)run.Json["unreadable_rows"]!, (int)run.Json["rejected_rows"]!));
        Assert.Equal([3, 4], run.Json["left_out"]!.AsArray().Select(row => (int)row!["line"]!));
        Assert.Equal(650, (int)(await sandbox.AsOperatorAsync("person", "get", "imp-1")).Json["served_score"]!);
    }

    [Fact]
    public async Task Import_Repeated_SaysAlreadyImported()
    {
        var file = sandbox.File("repeated.csv", Content("rep", 10));
        var first = await sandbox.AsOperatorAsync("scores", "import", file);
        Assert.True(first.ExitCode == 0, first.Error);

        var second = await sandbox.AsOperatorAsync("scores", "import", file);

        Assert.Equal(0, second.ExitCode);
        Assert.Equal((false, true), ((bool)first.Json["already_imported"]!, (bool)second.Json["already_imported"]!));
        Assert.Equal(10, (int)second.Json["applied_rows"]!);
    }

    [Fact]
    public async Task Import_AfterAnInterruption_ResumesAndTakesEachRowOnce()
    {
        const int Taken = 1000;
        const string ImportId = "interrupted";
        await InterruptAsync(ImportId, "int", Taken);
        var file = sandbox.File("interrupted.csv", Content("int", 6000));

        var run = await sandbox.AsOperatorAsync("scores", "import", file, "--import-id", ImportId, "--model-version", "m-1");

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal(Taken + 1, (int)run.Json["resumed_after_line"]!);
        Assert.Equal((6000, 0), ((int)run.Json["applied_rows"]!, (int)run.Json["unchanged_rows"]!));
    }

    /// <summary>Sends one batch, waits until it is taken in, and breaks the stream.</summary>
    private async Task InterruptAsync(string importId, string prefix, int rows)
    {
        var certificates = new SesameGrpc.Cli.Certificates.DevelopmentCertificates(sandbox.Certs, TimeProvider.System);
        using var channel = new OperatorChannel(
            new Uri(sandbox.OperatorUrl),
            certificates.Operator,
            TimeSpan.FromSeconds(10),
            TimeProvider.System
        );
        using var call = channel.ScoreFeed.ImportScores(cancellationToken: Cancellation);
        var message = new ImportScoresRequest { ImportId = importId, ModelVersion = "m-1" };
        var reader = new SesameGrpc.Cli.Scores.ScoreCsvReader(new StringReader(Content(prefix, rows)));
        while (reader.TryRead(out var row, out _))
        {
            message.Rows.Add(row);
        }

        await call.RequestStream.WriteAsync(message, Cancellation);
        var position = 0L;
        while (position < rows)
        {
            position = (await channel.ScoreFeed.GetScoreImportAsync(new() { ImportId = importId }, cancellationToken: Cancellation))
                .ScoreImport
                .Position;
        }
    }

    private static string Content(string prefix, int rows)
    {
        var text = new StringBuilder(Header);
        for (var row = 1; row <= rows; row++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{prefix}-{row},1,2026-01-31T08:00:00Z,650,2025-01-01T00:00:00Z\n");
        }

        return text.ToString();
    }
}
