namespace SesameGrpc.Gateway.Pipeline;

/// <summary>
/// The deadline of one call: the caller's grpc-timeout within the method's longest, or the default. When it passes, the call's
/// RequestAborted token is cancelled, and what the handler then throws becomes DEADLINE_EXCEEDED.
/// </summary>
internal sealed class CallDeadline : IDisposable
{
    private readonly CancellationTokenSource source;

    private CallDeadline(HttpContext http, TimeSpan timeout, TimeProvider time)
    {
        Timeout = timeout;
        Aborted = http.RequestAborted;
        timer = new CancellationTokenSource(timeout, time);
        source = CancellationTokenSource.CreateLinkedTokenSource(Aborted, timer.Token);
        http.RequestAborted = source.Token;

        // The framework waits for a unary call's message without any token.
        reading = timer.Token.Register(static state => ((HttpContext)state!).Request.BodyReader.CancelPendingRead(), http);
    }

    private readonly CancellationTokenSource timer;
    private readonly CancellationTokenRegistration reading;

    public TimeSpan Timeout { get; }

    public bool HasPassed => timer.IsCancellationRequested;

    /// <summary>The connection's own abort token, without the deadline.</summary>
    public CancellationToken Aborted { get; }

    /// <summary>Starts the deadline; null for a header that is not a grpc-timeout. The header is taken away, so that no other timer runs.</summary>
    public static CallDeadline? Start(HttpContext http, TimeSpan byDefault, TimeSpan longest, TimeProvider time)
    {
        var header = http.Request.Headers["grpc-timeout"];
        if (header.Count == 0)
        {
            return new CallDeadline(http, byDefault < longest ? byDefault : longest, time);
        }

        if (Parse(header.ToString()) is not { } stated)
        {
            return null;
        }

        http.Request.Headers.Remove("grpc-timeout");
        return new CallDeadline(http, stated < longest ? stated : longest, time);
    }

    public void Dispose()
    {
        reading.Dispose();
        source.Dispose();
        timer.Dispose();
    }

    /// <summary>Reads TimeoutValue TimeoutUnit of the gRPC protocol: 1 to 8 digits and a unit.</summary>
    internal static TimeSpan? Parse(string value)
    {
        if (
            value.Length is < 2 or > 9
            || !long.TryParse(value.AsSpan(0, value.Length - 1), System.Globalization.NumberStyles.None, null, out var amount)
        )
        {
            return null;
        }

        return value[^1] switch
        {
            'H' => TimeSpan.FromHours(Math.Min(amount, 24)),
            'M' => TimeSpan.FromMinutes(Math.Min(amount, 24 * 60)),
            'S' => TimeSpan.FromSeconds(Math.Min(amount, 24 * 3600)),
            'm' => TimeSpan.FromMilliseconds(amount),
            'u' => TimeSpan.FromMicroseconds(amount),
            'n' => TimeSpan.FromTicks(amount / 100),
            _ => null,
        };
    }
}
