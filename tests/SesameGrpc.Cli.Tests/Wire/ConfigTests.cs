using SesameGrpc.Cli.Certificates;
using SesameGrpc.Cli.Hosting;
using Xunit;

namespace SesameGrpc.Cli.Tests.Wire;

/// <summary>The gateway looks at its settings itself, as a process of its own; nothing of it is built in here.</summary>
public sealed class ConfigTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task ConfigCheck_SoundSettings_Is0AndWritesNothing()
    {
        var run = await CheckAsync();

        Assert.True(run.ExitCode == 0, run.Out + run.Error);
        Assert.Equal(["ok"], States(run, "settings"));
        Assert.Equal(["ok"], States(run, "certificates"));
        Assert.Equal(["absent"], States(run, "store"));
        Assert.False(Directory.Exists(Data));
    }

    [Fact]
    public async Task ConfigCheck_SeveralThingsWrong_TellsEach()
    {
        var run = await CheckAsync(
            "Sesame:Tls:ReloadSeconds=0",
            "Sesame:Listeners:Internal=0.0.0.0:7446",
            "Sesame:Tokens:LifetimeSeconds=9"
        );

        Assert.Equal(1, run.ExitCode);
        Assert.Equal(
            [
                "Sesame:Listeners:Internal is \"0.0.0.0:7446\"; allowed: a loopback address, because it is plain HTTP.",
                "Sesame:Tls:ReloadSeconds is \"0\"; allowed: 1 to 3600.",
                "Sesame:Tokens:LifetimeSeconds is \"9\"; allowed: 60 to 600.",
            ],
            run.Lines.Select(line => (string?)line["message"])
        );
    }

    [Theory]
    [InlineData("keys", "Sesame:Mode=Production", "keys/token-signing.pem")]
    [InlineData("settings", "Sesame:Mood=Good", "Mood")]
    [InlineData("store", "Sesame:Storage:Provider=PostgreSql;Sesame:Storage:ConnectionString=Host=127.0.0.1;Port=1", "does not answer")]
    [InlineData("programmes", "Sesame:Programmes:File={ca}", "Sesame:Programmes:File")]
    [InlineData("certificates", "Sesame:Tls:ServerKey={ca}", "Sesame:Tls is not usable")]
    public async Task ConfigCheck_OneThingWrong_NamesIt(string check, string setting, string words)
    {
        var certificates = Certificates();
        string[] settings = [.. setting.Replace("{ca}", certificates.CaPath, StringComparison.Ordinal).Split(";Sesame", 2)];
        var run = await CheckAsync([.. settings.Select((text, i) => i == 0 ? text : "Sesame" + text)]);

        var wrong = Assert.Single(run.Lines, line => (string?)line["state"] == "wrong");
        Assert.Equal((1, check), (run.ExitCode, (string?)wrong["check"]));
        Assert.Contains(words, (string?)wrong["message"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task ConfigCheck_RedisThatDoesNotAnswer_IsAWarning()
    {
        var run = await CheckAsync("Sesame:Redis:Configuration=127.0.0.1:1");

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(["warning"], States(run, "redis"));
    }

    [Fact]
    public async Task ConfigCheck_WhatIsNoSetting_IsWrongUsage() => Assert.Equal(2, (await CheckAsync("Production")).ExitCode);

    private string Data => Path.Combine(folder.Path, "data");

    private static IEnumerable<string?> States(CliRun run, string check) =>
        run.Lines.Where(line => (string?)line["check"] == check).Select(line => (string?)line["state"]);

    private DevelopmentCertificates Certificates()
    {
        var certificates = new DevelopmentCertificates(folder.Path, TimeProvider.System);
        certificates.EnsureBase();
        return certificates;
    }

    private Task<CliRun> CheckAsync(params string[] settings)
    {
        var sandbox = GatewaySettings
            .ForSandbox(GatewayAddresses.Default, Data, Certificates())
            .Select(setting => $"{setting.Name.Replace("__", ":", StringComparison.Ordinal)}={setting.Value}");
        return CliRun.RunAsync(TestContext.Current.CancellationToken, ["config", "check", "--json", .. sandbox, .. settings]);
    }
}
