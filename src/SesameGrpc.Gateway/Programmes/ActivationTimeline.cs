namespace SesameGrpc.Gateway.Programmes;

/// <summary>That a version of a programme was put in force, as stored.</summary>
/// <param name="Number">Rises with every activation of any programme.</param>
/// <param name="Programme">Id of the programme.</param>
/// <param name="Version">The version.</param>
/// <param name="FromMicros">From when it counts.</param>
/// <param name="ReturnsTo">The activation that a roll back goes back to; null: it was none.</param>
/// <param name="CreatedMicros">When it was decided.</param>
/// <param name="Creator">Who decided it.</param>
internal sealed record Activation(
    long Number,
    string Programme,
    int Version,
    long FromMicros,
    long? ReturnsTo,
    long CreatedMicros,
    string Creator
);

/// <summary>
/// The activations of one programme. Invariant: of those whose time has come the newest counts; so whoever decides last has the say from then on, and what was scheduled before is called off. Pure.
/// </summary>
internal sealed class ActivationTimeline(IEnumerable<Activation> ofOneProgramme)
{
    private readonly List<Activation> activations = [.. ofOneProgramme.OrderBy(activation => activation.Number)];

    /// <summary>The one that counts at a time; null before the first.</summary>
    public Activation? InForceAt(long micros) => activations.FindLast(activation => activation.FromMicros <= micros);

    /// <summary>Until when one counts, or would have; null: nothing is to follow.</summary>
    public long? EndOf(Activation activation) =>
        activations.Where(later => later.Number > activation.Number).Min(later => (long?)later.FromMicros);

    /// <summary>Whether another took its place before its time came.</summary>
    public bool IsCalledOff(Activation activation) => EndOf(activation) <= activation.FromMicros;

    /// <summary>When another version comes in force behind a time; null: none is scheduled.</summary>
    public long? ChangeBehind(long micros) =>
        activations
            .Where(activation => activation.FromMicros > micros && !IsCalledOff(activation))
            .Min(activation => (long?)activation.FromMicros);

    /// <summary>Those that counted once and ended in a span of time, its end included, newest first.</summary>
    public IEnumerable<Activation> EndedWithin(long behindMicros, long untilMicros) =>
        activations
            .Where(activation => !IsCalledOff(activation) && EndOf(activation) is { } end && end > behindMicros && end <= untilMicros)
            .Reverse();

    /// <summary>
    /// The one that a roll back goes back to, from the one that counts: the last one before it with another version. Where that one went back itself, it is as if what lies in between had never been.
    /// </summary>
    public Activation? Before(Activation current)
    {
        var version = current.Version;
        for (var from = OriginOf(current); ; from = OriginOf(from))
        {
            if (activations.FindLast(earlier => earlier.Number < from.Number && earlier.FromMicros < from.FromMicros) is not { } before)
            {
                return null;
            }

            from = OriginOf(before);
            if (from.Version != version)
            {
                return from;
            }
        }
    }

    private Activation OriginOf(Activation activation) =>
        activation.ReturnsTo is { } number && activations.Find(earlier => earlier.Number == number) is { } origin ? origin : activation;
}
