using Microsoft.AspNetCore.Http;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.ErrorReference;
using SesameGrpc.Gateway.Refusals;
using Xunit;

namespace SesameGrpc.Gateway.Tests.ErrorReference;

public sealed class ErrorPagesTests
{
    private readonly ErrorPages pages = new();

    public static TheoryData<ErrorReason> Reasons { get; } =
    [.. Enum.GetValues<ErrorReason>().Where(reason => reason != ErrorReason.Unspecified)];

    [Theory]
    [MemberData(nameof(Reasons))]
    public async Task Write_EveryReason_HasAPageWithCauseAndFix(ErrorReason reason)
    {
        var (status, html) = await GetAsync($"/errors/{StatusDetails.NameOf(reason)}");

        Assert.Equal(200, status);
        Assert.Contains($"<title>{StatusDetails.NameOf(reason)}</title>", html, StringComparison.Ordinal);
        Assert.All(["Status", "Cause", "Fix"], part => Assert.Contains($"<strong>{part}</strong>", html, StringComparison.Ordinal));
        Assert.Contains("href=\"/errors\"", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/errors")]
    [InlineData("/errors/")]
    public async Task Write_Overview_LinksEveryReason(string path)
    {
        var (status, html) = await GetAsync(path);

        Assert.Equal(200, status);
        Assert.All(Reasons, row => Assert.Contains($"href=\"/errors/{StatusDetails.NameOf(row.Data)}\"", html, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("/errors/NO_SUCH_REASON")]
    [InlineData("/errors/internal")]
    [InlineData("/errors/UNSPECIFIED")]
    [InlineData("/errors/INTERNAL/more")]
    [InlineData("//errors/INTERNAL")]
    [InlineData("/Errors")]
    [InlineData("/errors/../errors")]
    [InlineData("/errors/<script>")]
    public async Task Write_AnythingElse_Is404WithoutABody(string path) => Assert.Equal((404, ""), await GetAsync(path));

    [Fact]
    public async Task Write_Page_LetsTheBrowserRunNothing()
    {
        var http = Http("/errors/INTERNAL");
        await pages.WriteAsync(http);

        Assert.Equal("text/html; charset=utf-8", http.Response.ContentType);
        Assert.Equal("default-src 'none'; style-src 'unsafe-inline'", http.Response.Headers.ContentSecurityPolicy);
    }

    private async Task<(int Status, string Html)> GetAsync(string path)
    {
        var http = Http(path);
        await pages.WriteAsync(http);
        http.Response.Body.Position = 0;
        return (http.Response.StatusCode, await new StreamReader(http.Response.Body).ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    private static DefaultHttpContext Http(string path)
    {
        var http = new DefaultHttpContext();
        http.Request.Path = path;
        http.Response.Body = new MemoryStream();
        return http;
    }
}
