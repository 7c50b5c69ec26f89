using System.Collections.Concurrent;
using System.Globalization;
using SesameGrpc.Gateway.Configuration;

namespace SesameGrpc.Gateway.Sandbox;

/// <summary>
/// The machine's clock, put forward by a developer; kept over restarts in a file of the data directory. Only points in time move: durations and timers stay the machine's, so that no call under way
/// ends early. What is done from time to time, and more seldom than every second, is done at once after an advance. Invariant: it never goes back but by <see cref="Reset"/>.
/// </summary>
internal sealed partial class SandboxClock : TimeProvider
{
    private const string FileName = "sandbox-clock";
    private static readonly TimeSpan OftenEnough = TimeSpan.FromSeconds(1);

    private readonly string path;
    private readonly ILogger<SandboxClock> logger;
    private readonly ConcurrentDictionary<SeldomTimer, byte> seldom = new();
    private long aheadTicks;

    public SandboxClock(GatewayOptions options, ILogger<SandboxClock> logger)
    {
        (path, this.logger) = (PathOf(options), logger);
        aheadTicks = File.Exists(path) ? TimeSpan.Parse(File.ReadAllText(path), CultureInfo.InvariantCulture).Ticks : 0;
        if (aheadTicks > 0)
        {
            LogAhead(Ahead);
        }
    }

    /// <summary>By how much it is ahead of the machine's clock.</summary>
    public TimeSpan Ahead => new(Volatile.Read(ref aheadTicks));

    /// <summary>Production must not go on with what a sandbox wrote at times that have not come.</summary>
    public static void RefuseInProduction(GatewayOptions options)
    {
        if (options.Mode == GatewayMode.Production && File.Exists(PathOf(options)))
        {
            throw new ConfigurationException(
                $"Sesame:DataDirectory is \"{options.DataDirectory}\", a sandbox whose clock was put forward ({FileName}); allowed in Production: a directory of its own."
            );
        }
    }

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Ahead;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = System.CreateTimer(callback, state, dueTime, period);
        return period > OftenEnough ? new SeldomTimer(this, timer, period) : timer;
    }

    /// <summary>Puts the clock forward to be this much ahead; less than it is already changes nothing.</summary>
    public void Advance(TimeSpan ahead)
    {
        if (ahead > Ahead)
        {
            Keep(ahead);
            LogAhead(ahead);
            foreach (var timer in seldom.Keys)
            {
                timer.FireSoon();
            }
        }
    }

    /// <summary>Sets it to the machine's clock.</summary>
    public void Reset()
    {
        File.Delete(path);
        Volatile.Write(ref aheadTicks, 0);
        LogReset();
    }

    // Renamed, so that a kill leaves the old file or the new one.
    private void Keep(TimeSpan ahead)
    {
        File.WriteAllText($"{path}.new", ahead.ToString("c", CultureInfo.InvariantCulture));
        File.Move($"{path}.new", path, overwrite: true);
        Volatile.Write(ref aheadTicks, ahead.Ticks);
    }

    private static string PathOf(GatewayOptions options) => Path.Combine(options.DataDirectory, FileName);

    [LoggerMessage(3001, LogLevel.Information, "The sandbox's clock is {Ahead} ahead of the machine's.")]
    private partial void LogAhead(TimeSpan ahead);

    [LoggerMessage(3002, LogLevel.Information, "The sandbox's clock is the machine's again.")]
    private partial void LogReset();

    private sealed class SeldomTimer : ITimer
    {
        private readonly SandboxClock clock;
        private readonly ITimer timer;
        private TimeSpan period;

        public SeldomTimer(SandboxClock clock, ITimer timer, TimeSpan period)
        {
            (this.clock, this.timer, this.period) = (clock, timer, period);
            clock.seldom[this] = 0;
        }

        public void FireSoon() => timer.Change(TimeSpan.Zero, period);

        public bool Change(TimeSpan dueTime, TimeSpan newPeriod)
        {
            period = newPeriod;
            return timer.Change(dueTime, newPeriod);
        }

        public void Dispose()
        {
            clock.seldom.TryRemove(this, out _);
            timer.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            clock.seldom.TryRemove(this, out _);
            return timer.DisposeAsync();
        }
    }
}
