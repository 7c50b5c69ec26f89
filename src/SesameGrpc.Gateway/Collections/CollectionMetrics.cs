using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace SesameGrpc.Gateway.Collections;

/// <summary>Measures what the payment system answers: sesame.rail.call.duration in seconds, by method and outcome.</summary>
internal sealed class CollectionMetrics(IMeterFactory meters, TimeProvider time)
{
    public const string MeterName = "SesameGrpc.Gateway.Collections";

    private readonly Histogram<double> duration = meters
        .Create(MeterName)
        .CreateHistogram<double>(
            "sesame.rail.call.duration",
            "s",
            "Duration of a call to the payment system, by method and what the answer means.",
            advice: new InstrumentAdvice<double>
            {
                HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
            }
        );

    public long Start() => time.GetTimestamp();

    public void Record(string method, RailAnswer answer, long started) =>
        duration.Record(
            time.GetElapsedTime(started).TotalSeconds,
            new TagList { { "method", method }, { "outcome", answer.Outcome.ToString() } }
        );
}
