using System.Diagnostics.Metrics;

namespace SesameGrpc.Gateway.Retention;

/// <summary>Measures sweeps: sesame.retention.ended, by what ended, and sesame.retention.left, what should be gone and is not.</summary>
internal sealed class RetentionMetrics
{
    public const string MeterName = "SesameGrpc.Gateway.Retention";

    private readonly Counter<long> ended;
    private readonly Gauge<long> left;

    public RetentionMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        ended = meter.CreateCounter<long>("sesame.retention.ended", "{record}", "Records deleted because they were kept long enough.");
        left = meter.CreateGauge<long>(
            "sesame.retention.left",
            "{record}",
            "Records that should be gone and were still stored after the last sweep."
        );
    }

    public void Record(Sweep sweep)
    {
        ended.Add(sweep.Entries, new KeyValuePair<string, object?>("kind", "audit_entry"));
        ended.Add(sweep.Obligations, new KeyValuePair<string, object?>("kind", "adverse_obligation"));
        ended.Add(sweep.PersonVersions, new KeyValuePair<string, object?>("kind", "person_version"));
        ended.Add(sweep.Reports, new KeyValuePair<string, object?>("kind", "adverse_report"));
        left.Record(sweep.Left);
    }
}
