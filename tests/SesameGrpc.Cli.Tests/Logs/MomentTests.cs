using SesameGrpc.Cli.Logs;
using SesameGrpc.Cli.Output;
using Xunit;

namespace SesameGrpc.Cli.Tests.Logs;

public sealed class MomentTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 31, 8, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("500ms", "2026-01-31T07:59:59.5Z")]
    [InlineData("30s", "2026-01-31T07:59:30Z")]
    [InlineData("1d", "2026-01-30T08:00:00Z")]
    [InlineData("2026-01-31T07:00:00Z", "2026-01-31T07:00:00Z")]
    [InlineData("2026-01-31T07:00:00", "2026-01-31T07:00:00Z")]
    [InlineData("2026-01-31T07:00:00+08:00", "2026-01-30T23:00:00Z")]
    public void Parse_ASpanOrATime_IsThatMoment(string text, string moment) =>
        Assert.Equal(DateTimeOffset.Parse(moment, null), Moment.Parse(text, Now));

    [Theory]
    [InlineData("")]
    [InlineData("yesterday")]
    [InlineData("-1d")]
    [InlineData("10000000d")]
    public void Parse_AnythingElse_IsWrongUsageThatShowsTheForms(string text) =>
        Assert.Contains("30s", Assert.Throws<UsageException>(() => Moment.Parse(text, Now)).Message, StringComparison.Ordinal);
}
