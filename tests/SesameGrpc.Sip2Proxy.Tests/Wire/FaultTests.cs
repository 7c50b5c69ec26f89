using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Time.Testing;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Sip2Proxy.Tests.Wire;

/// <summary>What kiosks notice when the gateway or the library's system is not there, or slow.</summary>
public sealed class FaultTests
{
    private static string UsualAnswer => LibraryDouble.AnswerAsUsual(AmendTests.Status("test-550").TrimEnd('\r'))!;

    [Fact]
    public async Task Gateway_NotThere_TheLibrarysAnswerGoesThrough()
    {
        using var authority = new TestAuthority();
        await using var proxy = await WithGatewayAtAsync(TestEnvironment.FreePort(), authority, TimeProvider.System);
        using var kiosk = await proxy.ConnectAsync();

        Assert.Equal(UsualAnswer, await kiosk.AskAsync(AmendTests.Status("test-550")));
        Assert.Contains(proxy.Log.Lines, line => line.Contains("DepositCheck[2]", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Gateway_ThatNeverAnswers_HoldsTheAnswerNoLongerThanItMay()
    {
        using var authority = new TestAuthority();
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var proxy = await WithGatewayAtAsync(((IPEndPoint)silent.LocalEndpoint).Port, authority, time);
        using var kiosk = await proxy.ConnectAsync();
        var answer = kiosk.AskAsync(AmendTests.Status("test-550"));

        while (!answer.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(answer, Task.Delay(20));
        }

        Assert.Equal(UsualAnswer, await answer);
        Assert.Contains(proxy.Log.Lines, line => line.Contains("no answer in time", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Gateway_ThatDoesNotKnowTheLibrary_TheLibrarysAnswerGoesThrough()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        await using var proxy = await ProxyUnderTest.StartAsync(gateway);
        using var kiosk = await proxy.ConnectAsync();

        Assert.Equal(UsualAnswer, await kiosk.AskAsync(AmendTests.Status("test-550")));
    }

    [Fact]
    public async Task Gateway_ThatRefusesTheProgramme_TheLibrarysAnswerGoesThrough()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        await LibraryGateway.OnboardLibraryAsync(gateway);
        await gateway.FeedAsync("test-550", 550);
        await using var proxy = await ProxyUnderTest.StartAsync(gateway, ("Programme", "bike.deposit_free"));
        using var kiosk = await proxy.ConnectAsync();

        Assert.Equal(UsualAnswer, await kiosk.AskAsync(AmendTests.Status("test-550")));
        Assert.Contains(proxy.Log.Lines, line => line.Contains("PROGRAMME_NOT_ENROLLED", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Library_NotThere_TheKioskIsTurnedAway()
    {
        using var authority = new TestAuthority();
        await using var proxy = await WithGatewayAtAsync(
            TestEnvironment.FreePort(),
            authority,
            TimeProvider.System,
            ("Library", $"127.0.0.1:{TestEnvironment.FreePort()}")
        );
        using var kiosk = await proxy.ConnectAsync();

        Assert.Equal("", await kiosk.ReadMessageAsync());
        Assert.Contains(proxy.Log.Lines, line => line.Contains("ConnectionRefused", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Library_ThatEndsTheConnection_EndsTheKiosks()
    {
        using var authority = new TestAuthority();
        await using var proxy = await WithGatewayAtAsync(TestEnvironment.FreePort(), authority, TimeProvider.System);
        proxy.Library.Answer = _ => null;
        using var kiosk = await proxy.ConnectAsync();

        Assert.Equal("", await kiosk.AskAsync("9900302.00\r"));
    }

    [Fact]
    public async Task Kiosks_MoreThanMayConnect_AreTurnedAway()
    {
        using var authority = new TestAuthority();
        await using var proxy = await WithGatewayAtAsync(
            TestEnvironment.FreePort(),
            authority,
            TimeProvider.System,
            ("MaxConnections", "1")
        );
        using var first = await proxy.ConnectAsync();
        Assert.StartsWith("98", await first.AskAsync("9900302.00\r"), StringComparison.Ordinal);

        using var second = await proxy.ConnectAsync();

        Assert.Equal("", await second.ReadMessageAsync());
        Assert.StartsWith("98", await first.AskAsync("9900302.00\r"), StringComparison.Ordinal);
    }

    private static Task<ProxyUnderTest> WithGatewayAtAsync(
        int port,
        TestAuthority authority,
        TimeProvider time,
        params (string Key, string Value)[] settings
    ) => ProxyUnderTest.StartAsync(new Uri($"https://localhost:{port}"), new Uri($"https://localhost:{port}"), authority, time, settings);
}
