using System.Globalization;

namespace SesameGrpc.Cli.Scores;

/// <summary>Instants as microseconds since 1970-01-01 UTC, the form in which scores are fed.</summary>
internal static class UnixMicros
{
    public static long From(DateTimeOffset instant) => (instant.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    /// <summary>Reads digits as microseconds and anything else as ISO 8601; a time without a zone is refused, not guessed.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out long micros)
    {
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out micros))
        {
            return micros > 0;
        }

        if (!HasZone(text) || !DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var instant))
        {
            return false;
        }

        micros = From(instant);
        return micros > 0;
    }

    /// <summary>"Z", or a sign after the time of day.</summary>
    private static bool HasZone(ReadOnlySpan<char> text) =>
        text.Length > 10 && text[4] == '-' && text[10] is 'T' or ' ' && (text[^1] == 'Z' || text[11..].ContainsAny('+', '-'));
}
