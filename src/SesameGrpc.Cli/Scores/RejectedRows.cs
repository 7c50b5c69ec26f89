using SesameGrpc.Contracts.Operator.V1;

namespace SesameGrpc.Cli.Scores;

/// <summary>Rows left out: the first thousand kept, the rest counted.</summary>
internal sealed class RejectedRows
{
    public const int Kept = 1000;
    private readonly List<RejectedRow> rows = [];

    public long Count { get; private set; }

    public IReadOnlyList<RejectedRow> Rows => rows;

    public void Add(RejectedRow row)
    {
        Count++;
        if (rows.Count < Kept)
        {
            rows.Add(row);
        }
    }
}
