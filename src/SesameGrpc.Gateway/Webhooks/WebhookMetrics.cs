using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace SesameGrpc.Gateway.Webhooks;

/// <summary>Measures attempts: sesame.webhook.delivery.duration in seconds, by outcome.</summary>
internal sealed class WebhookMetrics(IMeterFactory meters)
{
    public const string MeterName = "SesameGrpc.Gateway.Webhooks";

    private readonly Histogram<double> duration = meters
        .Create(MeterName)
        .CreateHistogram<double>(
            "sesame.webhook.delivery.duration",
            "s",
            "Duration of an attempt to deliver an event, by how it ended.",
            advice: new InstrumentAdvice<double>
            {
                HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15],
            }
        );

    public void Record(WebhookAnswer answer) =>
        duration.Record(answer.Duration.TotalSeconds, new TagList { { "outcome", answer.Outcome.ToString() } });
}
