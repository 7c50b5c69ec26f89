namespace SesameGrpc.Benchmarks.Calls;

/// <summary>What the benchmark of calls is asked for: a plan, and the file that gets the figures as JSON, if any.</summary>
internal sealed record CallArguments(CallPlan Plan, string? JsonFile)
{
    public static CallArguments Parse(IReadOnlyList<string> arguments)
    {
        var isShort = arguments.Contains("--short", StringComparer.Ordinal);
        var parsed = new CallArguments(isShort ? CallPlan.Short : CallPlan.Full, null);
        for (var index = 0; index < arguments.Count; index++)
        {
            if (arguments[index] == "--short")
            {
                continue;
            }

            var (name, value) = index + 1 < arguments.Count ? (arguments[index], arguments[++index]) : (arguments[index], "");
            var plan = parsed.Plan;
            parsed = name switch
            {
                "--json" when value.Length > 0 => parsed with { JsonFile = value },
                "--only" when value.Length > 0 => parsed with { Plan = plan with { Only = value.Split(',') } },
                "--starts" => parsed with { Plan = plan with { Starts = Number(name, value, 1) } },
                "--rounds" => parsed with { Plan = plan with { Rounds = Number(name, value, 1) } },
                "--seconds" => parsed with { Plan = plan with { Seconds = double.Parse(value) } },
                "--warm-up" => parsed with { Plan = plan with { WarmUpSeconds = double.Parse(value) } },
                "--connections" => parsed with { Plan = plan with { Shapes = Of(plan.Shapes, Number(name, value, 4)) } },
                "--token" => parsed with { Plan = plan with { Shapes = Of(plan.Shapes, Enum.Parse<TokenForm>(value, ignoreCase: true)) } },
                "--handshakes" => parsed with { Plan = plan with { HandshakeSeconds = double.Parse(value) } },
                "--start-ups" => parsed with { Plan = plan with { StartUps = Number(name, value, 0) } },
                "--persons" => parsed with { Plan = plan with { Persons = Number(name, value, plan.Hot) } },
                "--memory-seconds" => parsed with { Plan = plan with { MemorySeconds = Number(name, value, 1) } },
                "--partners" => parsed with { Plan = plan with { Partners = Number(name, value, CallPersons.CallingPartners) } },
                "--idle" => parsed with { Plan = plan with { Idle = Number(name, value, 0) } },
                _ => throw new ArgumentException($"{name} is not known here, or lacks its value.", nameof(arguments)),
            };
        }

        return parsed;
    }

    // Connections are dealt out to the partners evenly.
    private static IReadOnlyList<Shape> Of(IReadOnlyList<Shape> shapes, int connections) =>
        connections % CallPersons.CallingPartners == 0
            ? [.. shapes.Select(shape => shape with { Connections = connections }).Distinct()]
            : throw new ArgumentException($"Connections must be a multiple of {CallPersons.CallingPartners}.", nameof(connections));

    private static IReadOnlyList<Shape> Of(IReadOnlyList<Shape> shapes, TokenForm token) =>
        [.. shapes.Select(shape => shape with { Token = token }).Distinct()];

    private static int Number(string name, string value, int least) =>
        int.TryParse(value, out var number) && number >= least
            ? number
            : throw new ArgumentException($"{name} takes a number from {least} on.", nameof(value));
}
