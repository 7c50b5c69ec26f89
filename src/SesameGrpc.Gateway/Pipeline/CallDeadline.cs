namespace SesameGrpc.Gateway.Pipeline;

/// <summary>
/// The deadline of one call: the caller's grpc-timeout within the method's longest, or the default. Most calls are answered without waiting for anything, so a timer runs only once
/// somebody has asked for <see cref="Token"/>. When it passes, the token is cancelled, and what the handler then throws becomes DEADLINE_EXCEEDED.
/// </summary>
internal sealed class CallDeadline : IDisposable
{
    private readonly HttpContext http;
    private readonly TimeProvider time;
    private readonly long started;
    private CancellationTokenSource? source;
    private CancellationTokenSource? timer;
    private CancellationTokenRegistration reading;

    // The connection's own token, from the time on at which the deadline's has taken its place.
    private CancellationToken? connection;

    private CallDeadline(HttpContext http, TimeSpan timeout, TimeProvider time)
    {
        (this.http, Timeout, this.time) = (http, timeout, time);
        started = time.GetTimestamp();
    }

    public TimeSpan Timeout { get; }

    public bool HasPassed => timer?.IsCancellationRequested == true || time.GetElapsedTime(started) >= Timeout;

    /// <summary>Whether the connection, or the caller, has ended the call; the deadline does not count.</summary>
    public bool IsAborted => (connection ?? http.RequestAborted).IsCancellationRequested;

    /// <summary>Cancelled when the deadline passes or the connection ends; from the first time on, also the call's RequestAborted.</summary>
    public CancellationToken Token
    {
        get
        {
            if (source is null)
            {
                Arm();
            }

            return source!.Token;
        }
    }

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
        source?.Dispose();
        timer?.Dispose();
    }

    private void Arm()
    {
        connection = http.RequestAborted;
        var left = Timeout - time.GetElapsedTime(started);
        timer = new CancellationTokenSource(left > TimeSpan.Zero ? left : TimeSpan.Zero, time);
        source = CancellationTokenSource.CreateLinkedTokenSource(connection.Value, timer.Token);
        http.RequestAborted = source.Token;

        // The framework waits for a message without any token.
        reading = timer.Token.Register(static state => ((HttpContext)state!).Request.BodyReader.CancelPendingRead(), http);
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
