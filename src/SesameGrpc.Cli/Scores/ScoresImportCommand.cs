using System.CommandLine;
using System.Text.Json.Nodes;
using SesameGrpc.Cli.Connecting;
using SesameGrpc.Cli.Output;
using SesameGrpc.Contracts.Operator.V1;

namespace SesameGrpc.Cli.Scores;

/// <summary>`sesame scores import`: feeds a CSV file of scores, resumably.</summary>
internal static class ScoresImportCommand
{
    private const int ShownRows = 20;

    private static readonly Argument<FileInfo> File = new("FILE")
    {
        Description = "CSV with a header: person, version, as_of, and score or the five dimensions; optional court_listed, opted_in.",
    };

    private static readonly Option<string?> ImportId = new("--import-id")
    {
        Description = "Names the import, to resume it. Default: from the file's content.",
    };

    private static readonly Option<string> Model = new("--model-version")
    {
        Description = "The model that computed the scores.",
        DefaultValueFactory = _ => "imported",
    };

    public static Command Create() =>
        new Command("scores", "Scores in bulk (operator).").With(
            new Command(
                "import",
                "Import a CSV file. The same command again resumes after an interruption. Exit code 3 when rows were left out."
            )
                .With(File, ImportId, Model)
                .ForOperator()
                .Runs(RunAsync)
        );

    private static async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var started = context.Time.GetTimestamp();
        var file = await ScoreFile.InspectAsync(context.Get(File).FullName, cancellationToken);
        using var channel = context.ConnectOperator();
        var import = new ScoreFileImport(
            new ScoreFeed(channel.ScoreFeed),
            file,
            context.Get(ImportId) ?? file.DefaultImportId,
            context.Get(Model)
        );
        var result = await new RowProgress(context.Output, context.Time).RunAsync(
            "importing",
            file.Lines,
            progress => import.RunAsync(progress, cancellationToken)
        );
        var elapsed = context.Time.GetElapsedTime(started);
        if (context.Output.Json)
        {
            context.Output.WriteJson(ToJson(result, elapsed));
        }
        else
        {
            Show(context.Output, result, elapsed);
        }

        return result.LeftOut == 0 ? ExitCode.Ok : ExitCode.RefusedOrLeftOut;
    }

    private static void Show(CliOutput output, ScoreFileImportResult result, TimeSpan elapsed)
    {
        ShowRows(output, "not readable", result.Unreadable.Rows, result.Unreadable.Count);
        ShowRows(output, "refused by the gateway", result.Refused, result.After.RejectedRows - result.Before.RejectedRows);
        var handled = result.After.AppliedRows + result.After.UnchangedRows - result.Before.AppliedRows - result.Before.UnchangedRows;
        output.WriteCard(
            result.WasComplete ? "already imported"
                : result.Before.Position > 0 ? $"imported, resumed after line {result.Before.Position:N0}"
                : "imported",
            ("import id", result.After.ImportId),
            ("rows changed", result.After.AppliedRows.ToString("N0")),
            ("rows unchanged", result.After.UnchangedRows.ToString("N0")),
            ("rows left out", $"{result.LeftOut:N0} ({result.Unreadable.Count:N0} not readable, {result.After.RejectedRows:N0} refused)"),
            ("time", $"{elapsed.TotalSeconds:N1} s"),
            ("rate", result.WasComplete ? null : $"{handled / elapsed.TotalSeconds:N0} rows/s")
        );
    }

    private static void ShowRows(CliOutput output, string title, IReadOnlyList<RejectedRow> rows, long count)
    {
        foreach (var row in rows.Take(ShownRows))
        {
            output.Error.WriteLine($"line {row.Line}: {row.Field} {row.Description}");
        }

        if (count > ShownRows)
        {
            output.Error.WriteLine(
                $"... and {count - Math.Min(ShownRows, rows.Count):N0} more lines {title}; --json lists the first {RejectedRows.Kept:N0}."
            );
        }
    }

    private static JsonObject ToJson(ScoreFileImportResult result, TimeSpan elapsed)
    {
        var json = MessageJson.From(result.After);
        json["already_imported"] = result.WasComplete;
        json["resumed_after_line"] = result.Before.Position;
        json["unreadable_rows"] = result.Unreadable.Count;
        json["elapsed_seconds"] = Math.Round(elapsed.TotalSeconds, 3);
        json["left_out"] = new JsonArray([
            .. result.Unreadable.Rows.Concat(result.Refused).OrderBy(row => row.Line).Select(MessageJson.From),
        ]);
        return json;
    }
}
