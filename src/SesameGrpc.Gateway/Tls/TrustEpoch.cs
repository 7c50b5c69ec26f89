namespace SesameGrpc.Gateway.Tls;

/// <summary>
/// Rises whenever something that was checked once might now be checked otherwise: a revocation, a changed partner, a new CA bundle, a
/// retired key. Verdicts and validated tokens carry the epoch read before they were reached and count only while it stands.
/// </summary>
internal sealed class TrustEpoch
{
    private long current;

    public long Current => Volatile.Read(ref current);

    public void Raise() => Interlocked.Increment(ref current);
}
