using System.Globalization;
using Google.Protobuf.WellKnownTypes;

namespace SesameGrpc.Cli.Output;

/// <summary>A span of time as it is written on the command line: 3d, 12h, 90m, 30s, 500ms.</summary>
internal static class SpanArgument
{
    private static readonly (string Unit, TimeSpan Span)[] Units =
    [
        ("ms", TimeSpan.FromMilliseconds(1)),
        ("s", TimeSpan.FromSeconds(1)),
        ("m", TimeSpan.FromMinutes(1)),
        ("h", TimeSpan.FromHours(1)),
        ("d", TimeSpan.FromDays(1)),
    ];

    /// <summary>Throws <see cref="UsageException"/> for another form.</summary>
    public static Duration Parse(string text, string option) =>
        TryParse(text, out var span)
            ? Duration.FromTimeSpan(span)
            : throw new UsageException($"{option} {text}: must be a whole number and ms, s, m, h or d, for example 3d.");

    /// <summary>False: it has another form, or is longer than 10 million days.</summary>
    public static bool TryParse(string text, out TimeSpan span)
    {
        foreach (var (unit, one) in Units)
        {
            if (
                text.EndsWith(unit, StringComparison.Ordinal)
                && int.TryParse(text.AsSpan(0, text.Length - unit.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
                && count <= TimeSpan.MaxValue / one
            )
            {
                span = count * one;
                return true;
            }
        }

        span = default;
        return false;
    }

    /// <summary>The same for people.</summary>
    public static string Words(TimeSpan span) =>
        span == TimeSpan.Zero ? "none"
        : span < TimeSpan.FromSeconds(1) ? $"{span.TotalMilliseconds:0} ms"
        : span < TimeSpan.FromMinutes(1) ? $"{span.TotalSeconds:0.#} s"
        : span.ToString(span.Days > 0 ? "d'd 'hh':'mm':'ss" : "hh':'mm':'ss", CultureInfo.InvariantCulture);
}
