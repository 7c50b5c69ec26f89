using System.Diagnostics;
using System.Diagnostics.Metrics;
using Grpc.Core;

namespace SesameGrpc.Client.Calls;

/// <summary>Traces and measures calls (OpenTelemetry semantic conventions for RPC).</summary>
internal static class ClientTelemetry
{
    private static readonly ActivitySource Source = new(SesameTelemetry.Name);
    private static readonly Meter Meter = new(SesameTelemetry.Name);

    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>(
        "rpc.client.call.duration",
        "s",
        "Duration of a call, over all of its tries."
    );

    private static readonly Counter<long> Retries = Meter.CreateCounter<long>(
        "sesame.client.retries",
        "{retry}",
        "Tries of calls after their first."
    );

    /// <summary>How long the client certificate in force still counts.</summary>
    public static Gauge<double> CertificateTimeLeft { get; } =
        Meter.CreateGauge<double>("sesame.client.certificate.time_left", "s", "Time to the end of the client certificate in force.");

    public static Activity? Start(string method, string requestId)
    {
        var activity = Source.StartActivity(method, ActivityKind.Client);
        activity?.SetTag("rpc.system.name", "grpc").SetTag("rpc.method", method);
        return requestId.Length > 0 ? activity?.SetTag("sesame.request_id", requestId) : activity;
    }

    public static void Retried(string method) => Retries.Add(1, new KeyValuePair<string, object?>("rpc.method", method));

    /// <summary>Ends a call. error: null where it was answered.</summary>
    public static void End(Activity? activity, string method, SesameException? error, int retries, TimeSpan duration)
    {
        var status = (error?.StatusCode ?? StatusCode.OK).ToString();
        var tags = new TagList
        {
            { "rpc.system.name", "grpc" },
            { "rpc.method", method },
            { "rpc.response.status_code", status },
        };
        Duration.Record(duration.TotalSeconds, tags);
        activity?.SetTag("rpc.response.status_code", status).SetTag("sesame.retries", retries);
        if (error is not null)
        {
            activity?.SetTag("error.type", error.ReasonName ?? status).SetStatus(ActivityStatusCode.Error, error.Message);
        }
    }
}
