using Microsoft.Extensions.Time.Testing;
using SesameGrpc.Cli.Certificates;
using SesameGrpc.Cli.Doctor;
using SesameGrpc.Cli.Hosting;
using SesameGrpc.Cli.Output;
using SesameGrpc.Client;
using Xunit;

namespace SesameGrpc.Cli.Tests.Wire;

public sealed class DoctorTests(DevSandbox sandbox) : IClassFixture<DevSandbox>
{
    public static TheoryData<string> Misconfigurations => [.. Misconfiguration.All.Select(one => one.Name)];

    [Fact]
    public async Task Doctor_SoundSetup_SaysSo()
    {
        var run = await sandbox.AsPartnerAsync("doctor");

        Assert.True(run.ExitCode == 0, run.Out);
        Assert.Equal(
            Examination.All.Select(check => check.Name),
            run.Lines.Where(line => (string?)line["state"] == "ok").Select(line => (string?)line["check"])
        );
    }

    [Theory]
    [MemberData(nameof(Misconfigurations))]
    public async Task Doctor_Misconfiguration_IsTheFirstThatIsWrong(string name)
    {
        var seeded = Misconfiguration.All.Single(one => one.Name == name);
        using var workshop = new Workshop(sandbox);

        var run = await sandbox.AsPartnerAsync(["doctor", .. await seeded.SeedAsync(workshop)]);

        var first = run.Lines.FirstOrDefault(line => (string?)line["state"] == "wrong");
        Assert.True(run.ExitCode == 1 && (string?)first?["check"] == seeded.Check, run.Out);
        Assert.Contains(seeded.Fix, (string?)first["fix"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_ProxyThatLeadsNowhere_IsTheFirstThatIsWrong()
    {
        var run = await CliProcess.RunAsync(
            [.. sandbox.Variables, ("HTTPS_PROXY", "http://127.0.0.1:1"), ("NO_PROXY", "")],
            "doctor",
            "--json"
        );

        var first = run.Lines.First(line => (string?)line["state"] == "wrong");
        Assert.Equal((1, "proxy"), (run.ExitCode, (string?)first["check"]));
        Assert.Contains("NO_PROXY=localhost", (string?)first["fix"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_ClockThatIsAhead_IsTheFirstThatIsWrong()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddMinutes(10));
        var options = new SesameClientOptions
        {
            PartnerId = "hello-bike",
            GatewayUrls = [new Uri(sandbox.PartnerUrl)],
            IssuerUrl = new Uri(sandbox.PublicUrl),
            Certificate = new DevelopmentCertificates(sandbox.Certs, time).Partner("hello-bike"),
        };
        using var setup = new PartnerSetup(options, null, time);
        var wrong = new List<(string Check, Finding Finding)>();

        var isWell = await Examination.RunAsync(
            setup,
            (check, finding) =>
            {
                if (finding.State == CheckState.Wrong)
                {
                    wrong.Add((check.Name, finding));
                }
            },
            TestContext.Current.CancellationToken
        );

        var (name, found) = Assert.Single(wrong);
        Assert.Equal((false, "clock"), (isWell, name));
        Assert.Contains("0.00:10:0", found.Message, StringComparison.Ordinal);
        Assert.Contains("NTP", found.Fix, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_KeyThatOthersCanRead_IsAWarningAndNoFailure()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Files have no mode there.");
        using var folder = new TemporaryFolder();
        var key = folder.File(
            "open.key.pem",
            await File.ReadAllTextAsync(Path.Combine(sandbox.Certs, "partners/hello-bike.key.pem"), TestContext.Current.CancellationToken)
        );

        var run = await sandbox.AsPartnerAsync("doctor", "--key", key);

        var warning = Assert.Single(run.Lines, line => (string?)line["state"] == "warning");
        Assert.Equal((0, "key file", $"chmod 600 {key}"), (run.ExitCode, (string?)warning["check"], (string?)warning["fix"]));
    }

    [Fact]
    public async Task Doctor_InWords_ShowsCauseFixAndPage()
    {
        var run = await sandbox.AsPartnerInWordsAsync("doctor", "--partner", "nobody");

        Assert.Contains("nobody.pem does not exist.", run.Out, StringComparison.Ordinal);
        Assert.Contains("fix: ", run.Out, StringComparison.Ordinal);
        Assert.Contains("see: docs/doctor.md#certificate-file", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void EachCheck_HasItsSectionInTheDocuments()
    {
        var page = File.ReadAllText(Path.Combine(GatewayBinary.RepositoryRoot(), "docs", "doctor.md"));

        Assert.All(Examination.All, check => Assert.Contains($"\n## {check.Name}\n", page, StringComparison.Ordinal));
    }
}
