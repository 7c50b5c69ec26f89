using SesameGrpc.Contracts.Operator.V1;

namespace SesameGrpc.Cli.Scores;

/// <summary>
/// Imports one score file. Every line is read again on every run, also those that are already taken in, so that unreadable
/// lines are reported alike each time; only lines after the gateway's position are sent.
/// </summary>
internal sealed class ScoreFileImport(ScoreFeed feed, ScoreFile file, string importId, string modelVersion)
{
    public async Task<ScoreFileImportResult> RunAsync(Action<long> progress, CancellationToken cancellationToken)
    {
        var before = await feed.GetAsync(importId, cancellationToken);
        var unreadable = new RejectedRows();
        using var text = new StreamReader(file.Path);
        var rows = Rows(new ScoreCsvReader(text), before.Position, unreadable, progress);
        if (before.Complete)
        {
            foreach (var _ in rows)
            {
                // Nothing is sent of a complete import; reading counts the unreadable lines.
            }

            return new ScoreFileImportResult(before, before, unreadable, []);
        }

        var response = await feed.SendAsync(importId, modelVersion, rows, progress, cancellationToken);
        return new ScoreFileImportResult(before, response.ScoreImport, unreadable, response.Rejected);
    }

    private static IEnumerable<ScoreRow> Rows(ScoreCsvReader reader, long position, RejectedRows unreadable, Action<long> progress)
    {
        while (reader.TryRead(out var row, out var rejected))
        {
            if (rejected is not null)
            {
                unreadable.Add(rejected);
            }
            else if (reader.Line > position)
            {
                yield return row!;
            }
            else if (reader.Line % 65536 == 0)
            {
                progress(reader.Line);
            }
        }
    }
}

/// <summary>What an import did.</summary>
/// <param name="Before">The import as this run found it.</param>
/// <param name="After">The import now.</param>
/// <param name="Unreadable">Lines that this program could not read.</param>
/// <param name="Refused">Rows that the gateway left out in this run, the first thousand.</param>
internal sealed record ScoreFileImportResult(
    ScoreImport Before,
    ScoreImport After,
    RejectedRows Unreadable,
    IReadOnlyList<RejectedRow> Refused
)
{
    public bool WasComplete => Before.Complete;

    public long LeftOut => Unreadable.Count + After.RejectedRows;
}
