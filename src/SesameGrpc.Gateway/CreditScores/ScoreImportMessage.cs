using SesameGrpc.Contracts.Operator.V1;

namespace SesameGrpc.Gateway.CreditScores;

/// <summary>A message of the feed, looked through: its rows that may be taken in, and the faults of the others, both by rising line.</summary>
internal sealed record ScoreImportMessage(ImportScoresRequest Request, List<ScoreRow> Sound, List<RejectedRow> Faults)
{
    /// <summary>0 where there is no row.</summary>
    public long LastLine => Request.Rows.Count > 0 ? Request.Rows[^1].Line : 0;

    public static ScoreImportMessage Of(ImportScoresRequest request, long nowMicros)
    {
        var message = new ScoreImportMessage(request, new List<ScoreRow>(request.Rows.Count), []);
        foreach (var row in request.Rows)
        {
            if (ScoreRowRules.FaultOf(row, nowMicros) is { } fault)
            {
                message.Faults.Add(fault);
            }
            else
            {
                message.Sound.Add(row);
            }
        }

        return message;
    }

    /// <summary>What of it lies behind a position.</summary>
    public ScoreImportMessage After(long position) =>
        Request.Rows.Count == 0 || Request.Rows[0].Line > position
            ? this
            : this with
            {
                Sound = [.. Sound.Where(row => row.Line > position)],
                Faults = [.. Faults.Where(fault => fault.Line > position)],
            };
}
