using SesameGrpc.Cli.Tests.Wire;
using Xunit;

namespace SesameGrpc.Cli.Tests;

public sealed class CommandTreeTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("score", "get")]
    [InlineData("score", "get", "p", "--gateway", "http://localhost:7443")]
    [InlineData("waiver", "grant", "p", "bike.deposit_free")]
    [InlineData("fulfilment", "report", "p", "bike.deposit_free", "--report-id", "r")]
    [InlineData("partner", "add", "p", "--name", "P", "--programme", "bike.deposit_free:high")]
    [InlineData("eligibility", "check", "p", "rail.lounge", "--attribute", "first")]
    [InlineData("dev", "--ports-from", "70000")]
    [InlineData("dev", "--persons", "-1")]
    [InlineData("demo", "no-such-story")]
    [InlineData("no-such-command")]
    public async Task Run_WrongUsage_Is2(params string[] args)
    {
        var run = await CliRun.RunAsync(Cancellation, args);

        Assert.Equal(2, run.ExitCode);
        Assert.NotEmpty(run.Error);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("--version")]
    [InlineData("waiver", "grant", "--help")]
    [InlineData("demo", "--help")]
    public async Task Run_Help_Is0(params string[] args) => Assert.Equal(0, (await CliRun.RunAsync(Cancellation, args)).ExitCode);

    [Fact]
    public async Task Run_Help_TellsTheExitCodes() =>
        Assert.Contains("4 gateway not reachable", (await CliRun.RunAsync(Cancellation, "--help")).Out, StringComparison.Ordinal);

    [Fact]
    public async Task Run_Nothing_ShowsEveryCommandByItsUsers()
    {
        var run = await CliRun.RunAsync(Cancellation);

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("Operators", run.Out, StringComparison.Ordinal);
        Assert.Contains("  doctor ", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_MisspeltCommand_IsToldWhatWasMeant()
    {
        var run = await CliRun.RunAsync(Cancellation, "scroe", "get");

        Assert.Contains("score", run.Out, StringComparison.Ordinal);
        Assert.Contains("Run `sesame --help`", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_Version_IsJsonToo() => Assert.NotNull((await CliRun.RunAsync(Cancellation, "version", "--json")).Json["version"]);

    [Fact]
    public async Task Run_NobodyListens_Is4WithAnErrorObject()
    {
        using var folder = new TemporaryFolder();
        var certificates = new SesameGrpc.Cli.Certificates.DevelopmentCertificates(folder.Path, TimeProvider.System);
        certificates.EnsureBase();
        certificates.EnsurePartner("hello-bike");

        var partner = await CliRun.RunAsync(
            Cancellation,
            "score",
            "get",
            "p",
            "--json",
            "--certs",
            folder.Path,
            "--gateway",
            "https://localhost:1",
            "--issuer",
            "https://localhost:1"
        );
        var @operator = await CliRun.RunAsync(
            Cancellation,
            "person",
            "get",
            "p",
            "--json",
            "--certs",
            folder.Path,
            "--operator",
            "https://localhost:1"
        );

        Assert.Equal((4, 4), (partner.ExitCode, @operator.ExitCode));
        Assert.Equal("GATEWAY_NOT_REACHABLE", (string?)partner.ErrorJson["reason"]);
        Assert.Equal("GATEWAY_NOT_REACHABLE", (string?)@operator.ErrorJson["reason"]);
    }

    [Fact]
    public async Task Run_CertificateMissing_Is1AndNamesTheFile()
    {
        using var folder = new TemporaryFolder();

        var run = await CliRun.RunAsync(Cancellation, "token", "--json", "--certs", folder.Path);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("hello-bike.pem", (string?)run.ErrorJson["message"], StringComparison.Ordinal);
    }
}
