namespace SesameGrpc.Soak.Ledger;

/// <summary>
/// One step of a script as bare numbers: what to do, to whom, how. What they mean depends on what is known when the step's turn comes, so every row of draws is a script.
/// </summary>
internal readonly record struct Draw(int Kind, int Person, int Partner, int Programme, int Target, int Size, int Variant)
{
    public const int MostTarget = 1_000;

    /// <summary>Below this a partner calls.</summary>
    public const int Calls = 100;

    /// <summary>From <see cref="Calls"/> on the person's score changes, from here on the person opts out.</summary>
    public const int OptOuts = 106;

    /// <summary>From here on the clock moves.</summary>
    public const int ClockMoves = 108;

    public const int Kinds = 110;

    public static Draw Next(Random random, int kinds) =>
        new(
            random.Next(kinds),
            random.Next(MostTarget),
            random.Next(MostTarget),
            random.Next(MostTarget),
            random.Next(MostTarget),
            random.Next(MostTarget),
            random.Next(MostTarget)
        );
}
