using System.Collections.Concurrent;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Refusals;

namespace SesameGrpc.Gateway.Pipeline;

/// <summary>Bounds the calls of one partner under way on this instance, so that one partner cannot take all of it.</summary>
internal sealed class ConcurrencyLimits(GatewayOptions options)
{
    private readonly ConcurrentDictionary<string, Counter> counters = new(StringComparer.Ordinal);
    private readonly int limit = options.Calls.MaxConcurrentCallsPerPartner;

    public Refusal? Enter(Call call)
    {
        if (call.Partner is not { } partner)
        {
            return null;
        }

        var counter = counters.GetOrAdd(partner.Id, static partner => new Counter(partner));
        if (Interlocked.Increment(ref counter.UnderWay) <= limit)
        {
            call.Place = counter;
            return null;
        }

        counter.Leave();
        return Refuse.TooManyCalls(limit);
    }

    /// <summary>Calls of one partner.</summary>
    internal sealed class Counter(string partner)
    {
        public string Partner { get; } = partner;

        public int UnderWay;

        public void Leave() => Interlocked.Decrement(ref UnderWay);
    }
}
