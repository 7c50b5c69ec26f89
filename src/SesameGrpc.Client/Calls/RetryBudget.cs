namespace SesameGrpc.Client.Calls;

/// <summary>
/// Keeps retries from making an overload worse. There are ten in reserve; each that is made takes one, and only calls that succeed bring back a tenth each. Against a gateway that fails every call
/// no more than the reserve is added to what is called anyway.
/// </summary>
internal sealed class RetryBudget
{
    private const double Reserve = 10;
    private const double PerSuccess = 0.1;
    private readonly Lock gate = new();
    private double left = Reserve;

    public void Earn()
    {
        lock (gate)
        {
            left = Math.Min(Reserve, left + PerSuccess);
        }
    }

    public bool TrySpend()
    {
        lock (gate)
        {
            if (left < 1)
            {
                return false;
            }

            left--;
            return true;
        }
    }
}
