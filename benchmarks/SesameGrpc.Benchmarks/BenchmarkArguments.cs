using System.Globalization;

namespace SesameGrpc.Benchmarks;

/// <summary>What a benchmark is asked for: the short form, the file that gets the figures as JSON, and how many rows an import has, if that is said.</summary>
internal sealed record BenchmarkArguments(bool IsShort, string? JsonFile, int? Rows = null)
{
    public static BenchmarkArguments Parse(IReadOnlyList<string> arguments)
    {
        var parsed = new BenchmarkArguments(false, null);
        for (var index = 0; index < arguments.Count; index++)
        {
            parsed = arguments[index] switch
            {
                "--short" => parsed with { IsShort = true },
                "--json" when index + 1 < arguments.Count => parsed with { JsonFile = arguments[++index] },
                "--rows" when index + 1 < arguments.Count => parsed with
                {
                    Rows = int.Parse(arguments[++index], CultureInfo.InvariantCulture),
                },
                var other => throw new ArgumentException($"{other} is not known here, or lacks its value.", nameof(arguments)),
            };
        }

        return parsed;
    }
}
