using SesameGrpc.Cli.Output;
using Xunit;

namespace SesameGrpc.Cli.Tests.Output;

public sealed class SpanArgumentTests
{
    [Theory]
    [InlineData("500ms", 500)]
    [InlineData("30s", 30_000)]
    [InlineData("90m", 5_400_000)]
    [InlineData("12h", 43_200_000)]
    [InlineData("3d", 259_200_000)]
    public void Parse_ANumberAndAUnit_IsThatLong(string text, long milliseconds) =>
        Assert.Equal(milliseconds, SpanArgument.Parse(text, "--advance").ToTimeSpan().TotalMilliseconds);

    [Theory]
    [InlineData("")]
    [InlineData("d")]
    [InlineData("3")]
    [InlineData("-3d")]
    [InlineData("1.5h")]
    [InlineData("3 d")]
    [InlineData("3w")]
    [InlineData("2000000000d")]
    public void Parse_AnythingElse_IsWrongUsageThatShowsTheForm(string text) =>
        Assert.Contains("3d", Assert.Throws<UsageException>(() => SpanArgument.Parse(text, "--advance")).Message, StringComparison.Ordinal);
}
