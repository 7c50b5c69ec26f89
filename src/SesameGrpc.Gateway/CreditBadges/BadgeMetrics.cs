using System.Diagnostics.Metrics;

namespace SesameGrpc.Gateway.CreditBadges;

/// <summary>Counts public looks at badges: sesame.badge.looks, by what was asked for and whether it was lit. Nobody is told of who looked, or at whom: it is not known.</summary>
internal sealed class BadgeMetrics(IMeterFactory meters)
{
    public const string MeterName = "SesameGrpc.Gateway.CreditBadges";

    private readonly Counter<long> looks = meters
        .Create(MeterName)
        .CreateCounter<long>("sesame.badge.looks", "{look}", "Looks at badges on the public listener.");

    public void Record(string kind, bool isLit) => looks.Add(1, new("kind", kind), new("answer", isLit ? "lit" : "not_valid"));
}
