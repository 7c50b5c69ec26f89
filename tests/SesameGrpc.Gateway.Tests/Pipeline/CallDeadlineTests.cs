using CsCheck;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using SesameGrpc.Gateway.Pipeline;
using Xunit;

namespace SesameGrpc.Gateway.Tests.Pipeline;

public sealed class CallDeadlineTests
{
    private static readonly TimeSpan ByDefault = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);
    private readonly FakeTimeProvider time = new(Samples.Now);

    [Theory]
    [InlineData("0S", 0)]
    [InlineData("1H", 3_600_000)]
    [InlineData("2M", 120_000)]
    [InlineData("3S", 3_000)]
    [InlineData("250m", 250)]
    [InlineData("5000u", 5)]
    [InlineData("7000000n", 7)]
    [InlineData("00000010m", 10)]
    [InlineData("99999999m", 99_999_999)]
    [InlineData("99999999H", 24 * 3_600_000)]
    [InlineData("99999999M", 24 * 3_600_000)]
    [InlineData("99999999S", 24 * 3_600_000)]
    public void Parse_Timeout_IsItsSpan(string value, int milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), CallDeadline.Parse(value));

    [Theory]
    [InlineData("99n", 0)]
    [InlineData("100n", 1)]
    [InlineData("1u", 10)]
    public void Parse_SmallUnits_AreTicks(string value, long ticks) => Assert.Equal(TimeSpan.FromTicks(ticks), CallDeadline.Parse(value));

    [Theory]
    [InlineData("")]
    [InlineData("S")]
    [InlineData("5")]
    [InlineData("5s")]
    [InlineData("5h")]
    [InlineData("5 S")]
    [InlineData(" 5S")]
    [InlineData("5S ")]
    [InlineData("-5S")]
    [InlineData("+5S")]
    [InlineData("1.5S")]
    [InlineData("1,5S")]
    [InlineData("1e3m")]
    [InlineData("0x5S")]
    [InlineData("100000000m")]
    [InlineData("5S,5S")]
    [InlineData("５S")]
    [InlineData("5秒")]
    public void Parse_NoTimeout_IsNull(string value) => Assert.Null(CallDeadline.Parse(value));

    [Fact]
    public void Parse_AnyText_NeverThrows() => Gen.String[0, 12].Sample(text => _ = CallDeadline.Parse(text));

    [Theory]
    [InlineData(null, 5)]
    [InlineData("2S", 2)]
    [InlineData("60S", 60)]
    [InlineData("61S", 60)]
    [InlineData("99999999H", 60)]
    public void Start_Header_IsBoundedByTheLongest(string? header, int seconds)
    {
        var http = Http(header);
        using var deadline = CallDeadline.Start(http, ByDefault, Longest, time);

        Assert.Equal(TimeSpan.FromSeconds(seconds), deadline!.Timeout);
        Assert.False(http.Request.Headers.ContainsKey("grpc-timeout"));
    }

    [Fact]
    public void Start_DefaultAboveTheLongest_IsTheLongest()
    {
        using var deadline = CallDeadline.Start(Http(null), Longest, ByDefault, time);

        Assert.Equal(ByDefault, deadline!.Timeout);
    }

    [Fact]
    public void Start_BadHeader_IsNullAndTouchesNothing()
    {
        var http = Http("5 s");
        var aborted = http.RequestAborted;

        Assert.Null(CallDeadline.Start(http, ByDefault, Longest, time));
        Assert.Equal(aborted, http.RequestAborted);
        Assert.Equal("5 s", http.Request.Headers["grpc-timeout"]);
    }

    [Fact]
    public void Start_TimePasses_CancelsTheCallOnly()
    {
        var http = Http("2S");
        using var deadline = CallDeadline.Start(http, ByDefault, Longest, time)!;
        Assert.Equal(deadline.Token, http.RequestAborted);
        time.Advance(TimeSpan.FromSeconds(2) - TimeSpan.FromMilliseconds(1));
        Assert.False(http.RequestAborted.IsCancellationRequested);
        Assert.False(deadline.HasPassed);

        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(http.RequestAborted.IsCancellationRequested);
        Assert.True(deadline.HasPassed);
        Assert.False(deadline.IsAborted);
    }

    /// <summary>Who asks late gets what is left.</summary>
    [Fact]
    public void Token_AskedForLate_IsCancelledAtTheDeadline()
    {
        using var deadline = CallDeadline.Start(Http("2S"), ByDefault, Longest, time)!;
        time.Advance(TimeSpan.FromMilliseconds(1500));
        Assert.False(deadline.Token.IsCancellationRequested);

        time.Advance(TimeSpan.FromMilliseconds(500));

        Assert.True(deadline.Token.IsCancellationRequested);
        Assert.True(deadline.HasPassed);
    }

    [Fact]
    public void Start_NobodyAsksForTheToken_LeavesTheCallAlone()
    {
        var http = Http("2S");
        var aborted = http.RequestAborted;
        using var deadline = CallDeadline.Start(http, ByDefault, Longest, time)!;

        time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(aborted, http.RequestAborted);
        Assert.True(deadline.HasPassed);
    }

    [Fact]
    public void Start_ConnectionAborts_CancelsTheCallWithoutADeadline()
    {
        using var connection = new CancellationTokenSource();
        var http = Http(null);
        http.RequestAborted = connection.Token;
        using var deadline = CallDeadline.Start(http, ByDefault, Longest, time)!;
        Assert.False(deadline.Token.IsCancellationRequested);
        connection.Cancel();

        Assert.True(deadline.Token.IsCancellationRequested);
        Assert.True(deadline.IsAborted);
        Assert.False(deadline.HasPassed);
    }

    private static DefaultHttpContext Http(string? timeout)
    {
        var http = new DefaultHttpContext();
        if (timeout is not null)
        {
            http.Request.Headers["grpc-timeout"] = timeout;
        }

        return http;
    }
}
