namespace SesameGrpc.Functional.Tests;

/// <summary>The machine's clock, moved forward by a test. Timers and durations stay real.</summary>
internal sealed class MovableTime : TimeProvider
{
    private long aheadTicks;

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow().AddTicks(Volatile.Read(ref aheadTicks));

    public void Advance(TimeSpan time) => Interlocked.Add(ref aheadTicks, time.Ticks);
}

/// <summary>Waits for what another thread or instance brings about.</summary>
internal static class Eventually
{
    /// <summary>Asks again and again until the condition holds; fails after a time that only a fault can use up.</summary>
    public static async Task HoldsAsync(Func<Task<bool>> condition, string what, TimeSpan? pause = null)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!await condition())
        {
            Xunit.Assert.False(limit.IsCancellationRequested, $"Did not come about: {what}.");
            await Task.Delay(pause ?? TimeSpan.FromMilliseconds(20), CancellationToken.None);
        }
    }
}
