using System.Globalization;
using SesameGrpc.Cli.Output;

namespace SesameGrpc.Cli.Logs;

/// <summary>A moment as people say it: a time, or how long ago.</summary>
internal static class Moment
{
    /// <summary>Reads 500ms, 30s, 10m, 2h and 1d as so long before now, all else as a time; throws <see cref="UsageException"/>.</summary>
    public static DateTimeOffset Parse(string text, DateTimeOffset now)
    {
        if (SpanArgument.TryParse(text, out var ago) && ago < now - DateTimeOffset.MinValue)
        {
            return now - ago;
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : throw new UsageException($"\"{text}\" is no time; write 2026-01-31T08:00:00Z, or how long ago: 30s, 10m, 2h, 1d.");
    }
}
