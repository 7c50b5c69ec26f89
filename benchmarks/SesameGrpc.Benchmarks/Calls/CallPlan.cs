namespace SesameGrpc.Benchmarks.Calls;

/// <summary>One way to load each server: so many connections, so many streams on each, and the token in this form.</summary>
internal sealed record Shape(int Connections, int Streams, TokenForm Token);

/// <summary>How long and how often is measured, and how large the world is.</summary>
internal sealed record CallPlan
{
    /// <summary>How often all processes are started anew: one start's machine code differs from another's.</summary>
    public required int Starts { get; init; }

    /// <summary>Rounds for each start. In each, every server takes its turn in every shape.</summary>
    public required int Rounds { get; init; }

    /// <summary>Of a window at saturation; one at half load follows, of the same length.</summary>
    public required double Seconds { get; init; }

    /// <summary>Load on each server before the first round of a start: the runtime compiles what is hot once more, after a while.</summary>
    public required double WarmUpSeconds { get; init; }

    public required IReadOnlyList<Shape> Shapes { get; init; }

    /// <summary>Names of servers; empty: all.</summary>
    public IReadOnlyList<string> Only { get; init; } = [];

    /// <summary>Persons in each store. At least <see cref="Hot"/>.</summary>
    public int Persons { get; init; } = 50_000;

    /// <summary>Persons who have agreed with a partner: all, but in the largest of stores, whose size is not to be that of their consents.</summary>
    public int Agreed => Math.Min(Persons, 1_000_000);

    /// <summary>Persons whom the hot rows call.</summary>
    public int Hot { get; init; } = 10_000;

    /// <summary>Persons whom the warm and the cold row call, in turn: many more than a small memory holds.</summary>
    public int Cold => Math.Min(Persons, 50_000);

    /// <summary>
    /// How long the gateways answer from memory. By itself a gateway does so for 5 seconds; then how many of the hot rows' calls read the store would depend on how fast the machine is.
    /// </summary>
    public int MemorySeconds { get; init; } = 60;

    /// <summary>Partners of each gateway. At least as many as call.</summary>
    public int Partners { get; init; } = CallPersons.CallingPartners;

    /// <summary>Of a window of handshakes, after the rounds of a start; 0: none.</summary>
    public double HandshakeSeconds { get; init; }

    /// <summary>How often the gateway is started again, after the rounds of a start, to see how long its first call takes to come; 0: never.</summary>
    public int StartUps { get; init; }

    /// <summary>Open connections to each server beside those that call.</summary>
    public int Idle { get; init; }

    public static CallPlan Full { get; } =
        new()
        {
            Starts = 3,
            Rounds = 3,
            Seconds = 3,
            WarmUpSeconds = 8,
            HandshakeSeconds = 3,
            StartUps = 2,
            Persons = 100_000,
            Shapes =
            [
                new Shape(4, 16, TokenForm.Literal),
                new Shape(16, 16, TokenForm.Literal),
                new Shape(16, 16, TokenForm.Indexed),
                new Shape(64, 16, TokenForm.Literal),
            ],
        };

    public static CallPlan Short { get; } =
        Full with
        {
            Starts = 1,
            Rounds = 2,
            Seconds = 1,
            WarmUpSeconds = 5,
            HandshakeSeconds = 0,
            StartUps = 0,
            Shapes = [new Shape(16, 16, TokenForm.Literal), new Shape(16, 16, TokenForm.Indexed)],
        };
}
