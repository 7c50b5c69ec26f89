using System.Diagnostics;
using System.Diagnostics.Metrics;
using Grpc.Core;
using Microsoft.AspNetCore.Http.Features;

namespace SesameGrpc.Gateway.Pipeline;

/// <summary>Measures calls: rpc.server.call.duration in seconds (OpenTelemetry semantic conventions for RPC).</summary>
internal sealed class CallMetrics(IMeterFactory meters, TimeProvider time)
{
    public const string MeterName = "SesameGrpc.Gateway";

    private static readonly string[] StatusNames = [.. Enum.GetValues<StatusCode>().Order().Select(status => status.ToString())];

    private readonly Histogram<double> duration = meters
        .Create(MeterName)
        .CreateHistogram<double>(
            "rpc.server.call.duration",
            "s",
            "Duration of a call, from its headers to its status.",
            advice: new InstrumentAdvice<double>
            {
                HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
            }
        );

    public void Record(Call call) => Record(call.Method ?? "_OTHER", StatusOf(call), call.Begun);

    public void Record(string method, StatusCode status, long begun)
    {
        if (!duration.Enabled)
        {
            return;
        }

        var tags = new TagList
        {
            { "rpc.system.name", "grpc" },
            { "rpc.method", method },
            { "rpc.response.status_code", StatusNames[(int)status] },
        };
        duration.Record(time.GetElapsedTime(begun).TotalSeconds, tags);
    }

    public static StatusCode StatusOf(Call call) => call.Status ?? StatusOf(call.Http);

    private static StatusCode StatusOf(HttpContext http)
    {
        var trailers = http.Features.Get<IHttpResponseTrailersFeature>()?.Trailers;
        var text =
            trailers is not null && trailers.TryGetValue("grpc-status", out var trailer)
                ? trailer.ToString()
                : http.Response.Headers["grpc-status"].ToString();
        return int.TryParse(text, out var code) ? (StatusCode)code : StatusCode.OK;
    }
}
