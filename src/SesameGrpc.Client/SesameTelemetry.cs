namespace SesameGrpc.Client;

/// <summary>What to give OpenTelemetry to see the client's calls: AddSource and AddMeter with this name.</summary>
public static class SesameTelemetry
{
    /// <summary>
    /// Name of the activity source (an activity a call, over all of its tries; its context travels as W3C traceparent) and of the meter: rpc.client.call.duration in seconds,
    /// sesame.client.retries, sesame.client.certificate.time_left in seconds.
    /// </summary>
    public const string Name = "SesameGrpc.Client";
}
