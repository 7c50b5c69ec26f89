namespace SesameGrpc.Benchmarks;

/// <summary>What a benchmark is asked for: the short form, and the file that gets the figures as JSON, if any.</summary>
internal sealed record BenchmarkArguments(bool IsShort, string? JsonFile)
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
                var other => throw new ArgumentException($"{other} is not known here, or lacks its value.", nameof(arguments)),
            };
        }

        return parsed;
    }
}
