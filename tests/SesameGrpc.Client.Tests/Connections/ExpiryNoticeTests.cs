using SesameGrpc.Client.Connections;
using Xunit;

namespace SesameGrpc.Client.Tests.Connections;

public sealed class ExpiryNoticeTests
{
    private static readonly DateTimeOffset Expires = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly ExpiryNotice notice = new();

    [Fact]
    public void IsDue_DayByDay_WarnsOnceAtEachMark()
    {
        var due = Enumerable.Range(0, 60).Select(day => 50 - day).Where(left => notice.IsDue(Expires, TimeSpan.FromDays(left)));

        Assert.Equal([30, 7, 1, 0], due);
    }

    [Fact]
    public void IsDue_FirstLookNearTheEnd_WarnsOnce()
    {
        Assert.True(notice.IsDue(Expires, TimeSpan.FromDays(3)));
        Assert.False(notice.IsDue(Expires, TimeSpan.FromDays(2)));
    }

    [Fact]
    public void IsDue_AnotherCertificate_BeginsAnew()
    {
        Assert.True(notice.IsDue(Expires, TimeSpan.FromDays(3)));
        Assert.False(notice.IsDue(Expires.AddDays(90), TimeSpan.FromDays(93)));
        Assert.True(notice.IsDue(Expires.AddDays(90), TimeSpan.FromDays(29)));
    }
}
