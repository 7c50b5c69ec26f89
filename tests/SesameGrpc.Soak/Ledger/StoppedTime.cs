namespace SesameGrpc.Soak.Ledger;

/// <summary>A clock that stands still until it is moved, so that every time in an answer is known beforehand. Timers and durations stay real.</summary>
internal sealed class StoppedTime : TimeProvider
{
    private long ticks = new DateTimeOffset(2026, 6, 1, 8, 0, 0, TimeSpan.Zero).UtcTicks;

    public override DateTimeOffset GetUtcNow() => new(Volatile.Read(ref ticks), TimeSpan.Zero);

    public void Advance(TimeSpan time) => Interlocked.Add(ref ticks, time.Ticks);
}
