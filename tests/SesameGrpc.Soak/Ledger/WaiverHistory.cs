using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Soak.Ledger;

/// <summary>A waiver at each of its revisions.</summary>
internal sealed class WaiverHistory
{
    private readonly List<(DepositWaiver Waiver, EffectSpan Span)> revisions = [];

    public DepositWaiver Last => revisions[^1].Waiver;

    public void Add(DepositWaiver waiver, EffectSpan span) => revisions.Add((waiver, span));

    /// <summary>The waiver at a revision, if the call can have seen it; else null.</summary>
    public DepositWaiver? SeenBy(CallRecord record, long revision)
    {
        if (revision < 1 || revision > revisions.Count)
        {
            return null;
        }

        var (waiver, span) = revisions[(int)revision - 1];
        var next = revision < revisions.Count ? revisions[(int)revision].Span : null;
        return span.IsSeenBy(record, next) ? waiver : null;
    }
}
