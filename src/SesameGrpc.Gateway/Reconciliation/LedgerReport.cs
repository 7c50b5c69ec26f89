namespace SesameGrpc.Gateway.Reconciliation;

/// <summary>Something that does not fit, as one sentence, and whom and what it concerns; empty where it concerns nobody.</summary>
internal sealed record LedgerDifference(string ObligationId, string Person, string Description);

/// <summary>Sums over all obligations: what the journal says, and what the obligations themselves say is open.</summary>
internal readonly record struct LedgerTotals(
    Int128 Granted,
    Int128 Open,
    Int128 Released,
    Int128 Captured,
    Int128 Cancelled,
    Int128 WrittenOff
)
{
    public Int128 Accounted => Open + Released + Captured + Cancelled + WrittenOff;

    public static LedgerTotals operator +(LedgerTotals left, LedgerTotals right) =>
        new(
            left.Granted + right.Granted,
            left.Open + right.Open,
            left.Released + right.Released,
            left.Captured + right.Captured,
            left.Cancelled + right.Cancelled,
            left.WrittenOff + right.WrittenOff
        );
}

/// <summary>What a verification found.</summary>
/// <param name="Entries">Entries read; each is read once by obligation, if that has not been deleted, and once by person.</param>
/// <param name="Obligations">Obligations checked.</param>
/// <param name="Persons">Persons checked.</param>
/// <param name="Totals">Sums over all obligations.</param>
/// <param name="Differences">The first differences.</param>
/// <param name="DifferenceCount">How many there are in all.</param>
internal sealed record LedgerReport(
    long Entries,
    long Obligations,
    long Persons,
    LedgerTotals Totals,
    IReadOnlyList<LedgerDifference> Differences,
    long DifferenceCount
);

/// <summary>Collects differences: the first of them in full, of the others the number, so that a broken ledger does not fill the memory.</summary>
internal sealed class LedgerDifferences
{
    public const int MaxKept = 1000;

    private readonly List<LedgerDifference> kept = [];

    public IReadOnlyList<LedgerDifference> Kept => kept;

    public long Count { get; private set; }

    public void Add(string obligationId, string person, string description)
    {
        Count++;
        if (kept.Count < MaxKept)
        {
            kept.Add(new LedgerDifference(obligationId, person, description));
        }
    }
}
