using Microsoft.Extensions.Configuration;
using SesameGrpc.Sip2Proxy.Configuration;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Sip2Proxy.Tests.Configuration;

public sealed class ProxySettingsTests : IDisposable
{
    private readonly string folder = TestEnvironment.NewDirectory("proxy-settings");
    private readonly Dictionary<string, string?> settings;

    public ProxySettingsTests()
    {
        using var authority = new TestAuthority();
        using var certificate = authority.Partner("city-library");
        PemFiles.Write(At("ca.pem"), authority.Certificate);
        PemFiles.WriteWithKey(At("client.pem"), At("client.key.pem"), certificate);
        File.WriteAllText(At("patrons.csv"), "patron_id,subject\n");
        settings = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Library"] = "ils.example:6001",
            ["GatewayUrl"] = "https://localhost:7443",
            ["IssuerUrl"] = "https://localhost:7444",
            ["Partner"] = "city-library",
            ["Certificate"] = At("client.pem"),
            ["Key"] = At("client.key.pem"),
            ["Ca"] = At("ca.pem"),
            ["PatronsFile"] = At("patrons.csv"),
        };
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Load_WhatIsRequired_BringsTheDefaults()
    {
        var loaded = Load();

        Assert.Equal(("127.0.0.1:6001", "ils.example", 6001), ($"{loaded.Listen}", loaded.Library.Host, loaded.Library.Port));
        Assert.Equal((TimeSpan.FromSeconds(2), "utf-8"), (loaded.GatewayTimeout, loaded.Encoding.WebName));
        Assert.Equal([0], loaded.DepositPositions);
        Assert.Equal(("library.card_free", 500), (loaded.Options.Programme, loaded.Options.MaxConnections));
    }

    [Theory]
    [InlineData("DepositStatus", "0, 1,2,3,11")]
    [InlineData("ScreenEncoding", "gb18030")]
    [InlineData("ScreenEncoding", "iso-8859-1")]
    [InlineData("Listen", "[::1]:6001")]
    [InlineData("Library", "[::1]:6001")]
    [InlineData("GatewayTimeoutMilliseconds", "100")]
    [InlineData("MaxConnections", "10000")]
    public void Load_ValueInRange_IsTaken(string key, string value)
    {
        settings[key] = value;

        Assert.NotNull(Load());
    }

    [Theory]
    [InlineData("Listen", "localhost:6001")]
    [InlineData("Listen", "127.0.0.1")]
    [InlineData("Library", "")]
    [InlineData("Library", "ils.example")]
    [InlineData("Library", "ils.example:0")]
    [InlineData("Library", ":6001")]
    [InlineData("MaxConnections", "0")]
    [InlineData("MaxConnections", "10001")]
    [InlineData("GatewayUrl", "http://localhost:7443")]
    [InlineData("IssuerUrl", "")]
    [InlineData("Partner", "")]
    [InlineData("Programme", "")]
    [InlineData("Certificate", "nowhere.pem")]
    [InlineData("Key", "")]
    [InlineData("Ca", "nowhere.pem")]
    [InlineData("PatronsFile", "")]
    [InlineData("GatewayTimeoutMilliseconds", "99")]
    [InlineData("GatewayTimeoutMilliseconds", "10001")]
    [InlineData("Subjects", "7")]
    [InlineData("DepositStatus", "")]
    [InlineData("DepositStatus", "1,2")]
    [InlineData("DepositStatus", "0,4")]
    [InlineData("DepositStatus", "0,0")]
    [InlineData("ScreenEncoding", "utf-16")]
    [InlineData("ScreenEncoding", "klingon")]
    public void Load_WrongValue_IsOneLineWithKeyValueAndRange(string key, string value)
    {
        settings[key] = value;

        var message = Assert.Throws<ProxyConfigurationException>(Load).Message;

        Assert.Matches($"^Sip2Proxy:{key} is \"{value}\"; allowed: .+\\.$", message);
        Assert.DoesNotContain('\n', message);
    }

    [Theory]
    [InlineData("Subjects", "Nobody")]
    [InlineData("MaxConnections", "many")]
    [InlineData("Listn", "127.0.0.1:6001")]
    public void Load_UnknownKeyOrUnreadableValue_IsOneLine(string key, string value)
    {
        settings[key] = value;

        Assert.DoesNotContain('\n', Assert.Throws<ProxyConfigurationException>(Load).Message);
    }

    [Fact]
    public void Load_CertificateOfAnotherKey_IsNamed()
    {
        using var authority = new TestAuthority();
        using var other = authority.Partner("other");
        PemFiles.WriteWithKey(At("other.pem"), At("client.key.pem"), other);

        Assert.StartsWith(
            "Sip2Proxy:Certificate and Sip2Proxy:Key are not usable",
            Assert.Throws<ProxyConfigurationException>(Load).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Program_WrongSetting_EndsWith78AndOneLine()
    {
        var framework = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var program = Path.Combine(
            TestEnvironment.RepositoryRoot,
            "src/SesameGrpc.Sip2Proxy/bin",
            framework.Parent!.Name,
            framework.Name,
            "SesameGrpc.Sip2Proxy.dll"
        );

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            TestEnvironment.RunAsync("dotnet", [program, "--Sip2Proxy:MaxConnections=0"], folder)
        );

        Assert.Contains("ended with 78", failure.Message, StringComparison.Ordinal);
        Assert.EndsWith("\nSip2Proxy:GatewayUrl is \"\"; allowed: an https address.\n", failure.Message, StringComparison.Ordinal);
    }

    private string At(string name) => Path.Combine(folder, name);

    private ProxySettings Load() =>
        ProxySettings.Load(
            new ConfigurationBuilder()
                .AddInMemoryCollection(settings.Select(pair => KeyValuePair.Create("Sip2Proxy:" + pair.Key, pair.Value)))
                .Build()
        );
}
