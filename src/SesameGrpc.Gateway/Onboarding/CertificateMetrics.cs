using System.Diagnostics.Metrics;

namespace SesameGrpc.Gateway.Onboarding;

/// <summary>How many partners have no certificate beyond 30, 7 or 1 days: sesame.partner.certificates.expiring, by days; a partner counts at the nearest alone.</summary>
internal sealed class CertificateMetrics(IMeterFactory meters)
{
    public const string MeterName = "SesameGrpc.Gateway.Onboarding";

    private readonly Gauge<int> expiring = meters
        .Create(MeterName)
        .CreateGauge<int>(
            "sesame.partner.certificates.expiring",
            "{partner}",
            "Partners whose newest certificate ends within so many days."
        );

    /// <summary>What the last look has found: for each partner concerned, the days.</summary>
    public void Record(IReadOnlyCollection<int> found)
    {
        foreach (var days in CertificateExpiryRules.Stages)
        {
            expiring.Record(found.Count(stage => stage == days), new KeyValuePair<string, object?>("days", days));
        }
    }
}
