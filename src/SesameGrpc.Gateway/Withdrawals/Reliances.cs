namespace SesameGrpc.Gateway.Withdrawals;

/// <summary>The consents that an answer rests on. Most rest on one, which is kept without a list.</summary>
internal sealed class Reliances
{
    private Reliance first;
    private List<Reliance>? more;

    public int Count { get; private set; }

    /// <summary>The one that was added first.</summary>
    public Reliance First => first;

    public void Add(Reliance reliance)
    {
        if (Count++ == 0)
        {
            first = reliance;
        }
        else
        {
            (more ??= []).Add(reliance);
        }
    }

    /// <summary>Whether one of the consents has ended.</summary>
    public bool HaveEnded(WithdrawalFence fence) => (Count > 0 && fence.HasEnded(first)) || more?.Exists(fence.HasEnded) == true;

    public void Clear() => (first, more, Count) = (default, null, 0);
}
