namespace SesameGrpc.Gateway.Webhooks;

/// <summary>
/// How many attempts this instance has under way, in all and per endpoint. An endpoint that fails has one at a time, so that receivers which let the gateway wait do not
/// use up what others need.
/// </summary>
internal sealed class WebhookSlots
{
    private const int Most = 256;
    private const int MostPerEndpoint = 8;
    private const int MostWhileFailing = 1;

    private readonly Lock gate = new();
    private readonly Dictionary<string, int> used = new(StringComparer.Ordinal);
    private int usedInAll;

    /// <summary>How many attempts at this endpoint may begin now.</summary>
    public int FreeFor(string endpointId, bool isFailing)
    {
        lock (gate)
        {
            var most = isFailing ? MostWhileFailing : MostPerEndpoint;
            return Math.Max(0, Math.Min(most - used.GetValueOrDefault(endpointId), Most - usedInAll));
        }
    }

    public void Enter(string endpointId)
    {
        lock (gate)
        {
            used[endpointId] = used.GetValueOrDefault(endpointId) + 1;
            usedInAll++;
        }
    }

    public void Leave(string endpointId)
    {
        lock (gate)
        {
            usedInAll--;
            if (--used[endpointId] == 0)
            {
                used.Remove(endpointId);
            }
        }
    }
}
