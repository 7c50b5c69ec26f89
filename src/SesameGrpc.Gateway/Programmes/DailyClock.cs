using NodaTime;
using NodaTime.Text;
using NodaTime.TimeZones;
using SesameGrpc.Contracts.Operator.V1;

namespace SesameGrpc.Gateway.Programmes;

/// <summary>A time of every day at a place, compiled. The time zones are those of the library, not of the machine. Pure.</summary>
internal sealed class DailyClock
{
    private const int MicrosOfTicks = 10;
    private static readonly LocalTimePattern Pattern = LocalTimePattern.CreateWithInvariantCulture("HH:mm");
    private readonly LocalTime time;
    private readonly DateTimeZone zone;

    /// <summary>Of a daily time without a fault.</summary>
    public DailyClock(DailyTime daily)
    {
        time = Pattern.Parse(daily.HourAndMinute).Value;
        zone = DateTimeZoneProviders.Tzdb[daily.TimeZone];
    }

    /// <summary>What is wrong with a daily time; null when nothing is.</summary>
    public static string? FaultOf(DailyTime daily) =>
        !Pattern.Parse(daily.HourAndMinute).Success ? "hour_and_minute must be 00:00 to 23:59"
        : DateTimeZoneProviders.Tzdb.GetZoneOrNull(daily.TimeZone) is null
            ? "time_zone must be an id of the IANA time zone database, as Asia/Shanghai"
        : null;

    /// <summary>The next time it is, after now.</summary>
    public long NextAfter(long nowMicros)
    {
        var now = Instant.FromUnixTimeTicks(nowMicros * MicrosOfTicks);
        var today = now.InZone(zone).Date;
        var next = At(today);
        return (next > now ? next : At(today.PlusDays(1))).ToUnixTimeTicks() / MicrosOfTicks;
    }

    // A time that is left out is taken as the clocks show it afterwards; one that comes twice, the first time.
    private Instant At(LocalDate date) => zone.ResolveLocal(date.At(time), Resolvers.LenientResolver).ToInstant();
}
