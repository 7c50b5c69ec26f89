using Google.Protobuf.WellKnownTypes;

namespace SesameGrpc.Gateway.Storage;

/// <summary>Instants as stored: int64 microseconds since 1970-01-01 UTC, which sort and compare alike on both stores.</summary>
internal static class Instants
{
    public static long NowMicros(this TimeProvider time) => time.GetUtcNow().ToMicros();

    public static long ToMicros(this DateTimeOffset instant) => (instant - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    public static long ToMicros(this TimeSpan span) => span.Ticks / TimeSpan.TicksPerMicrosecond;

    public static long ToMicros(this Timestamp instant) => (instant.Seconds * 1_000_000) + (instant.Nanos / 1000);

    public static DateTimeOffset FromMicros(long micros) => DateTimeOffset.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond);

    public static Timestamp ToTimestamp(long micros) => Timestamp.FromDateTimeOffset(FromMicros(micros));
}
