using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.Programmes;
using SesameGrpc.Gateway.Storage;
using Xunit;

namespace SesameGrpc.Gateway.Tests.Programmes;

public sealed class DailyClockTests
{
    [Theory]
    [InlineData("20:00", "Asia/Shanghai", "2026-11-26T11:59:59Z", "2026-11-26T12:00:00Z")]
    [InlineData("20:00", "Asia/Shanghai", "2026-11-26T12:00:00Z", "2026-11-27T12:00:00Z")]
    [InlineData("23:00", "Asia/Shanghai", "2026-11-26T15:30:00Z", "2026-11-27T15:00:00Z")]
    [InlineData("00:00", "Asia/Shanghai", "2026-12-31T15:59:00Z", "2026-12-31T16:00:00Z")]
    // Clocks go from 02:00 to 03:00: 02:30 is left out and taken as 03:30.
    [InlineData("02:30", "Europe/Berlin", "2026-03-29T00:00:00Z", "2026-03-29T01:30:00Z")]
    // Clocks go from 03:00 to 02:00: 02:30 comes twice, and counts the first time.
    [InlineData("02:30", "Europe/Berlin", "2026-10-25T00:00:00Z", "2026-10-25T00:30:00Z")]
    [InlineData("02:30", "Europe/Berlin", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z")]
    public void NextAfter_IsTheNextTimeThatClocksThereShowIt(string time, string zone, string now, string next)
    {
        var clock = new DailyClock(new DailyTime { HourAndMinute = time, TimeZone = zone });

        Assert.Equal(DateTimeOffset.Parse(next), Instants.FromMicros(clock.NextAfter(DateTimeOffset.Parse(now).ToMicros())));
    }

    [Theory]
    [InlineData("20:00", "Asia/Shanghai", null)]
    [InlineData("8:00", "Asia/Shanghai", "hour_and_minute must be 00:00 to 23:59")]
    [InlineData("20:60", "Asia/Shanghai", "hour_and_minute must be 00:00 to 23:59")]
    [InlineData("", "Asia/Shanghai", "hour_and_minute must be 00:00 to 23:59")]
    [InlineData("20:00", "", "time_zone must be an id of the IANA time zone database, as Asia/Shanghai")]
    [InlineData("20:00", "China Standard Time", "time_zone must be an id of the IANA time zone database, as Asia/Shanghai")]
    public void FaultOf_SaysTheRule(string time, string zone, string? fault) =>
        Assert.Equal(fault, DailyClock.FaultOf(new DailyTime { HourAndMinute = time, TimeZone = zone }));
}
