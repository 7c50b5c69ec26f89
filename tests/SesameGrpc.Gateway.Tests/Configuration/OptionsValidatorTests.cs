using Microsoft.Extensions.Configuration;
using SesameGrpc.Gateway.Configuration;
using Xunit;

namespace SesameGrpc.Gateway.Tests.Configuration;

public sealed class OptionsValidatorTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly Dictionary<string, string?> settings;

    public OptionsValidatorTests() =>
        settings = new[] { "ServerCertificate", "ServerKey", "PartnerCa", "OperatorCa" }.ToDictionary(
            name => $"Sesame:Tls:{name}",
            name => (string?)folder.File(name),
            StringComparer.Ordinal
        );

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Load_OnlyTheRequiredKeys_TakesTheDefaults()
    {
        var options = Load();

        Assert.Equal(GatewayMode.Production, options.Mode);
        Assert.Equal(".sesame", options.DataDirectory);
        Assert.Equal(("127.0.0.1:7443", "127.0.0.1:7444"), (options.Listeners.Partner, options.Listeners.Public));
        Assert.Equal(("127.0.0.1:7445", "127.0.0.1:7446"), (options.Listeners.Operator, options.Listeners.Internal));
        Assert.Equal((StorageProvider.Sqlite, 1000), (options.Storage.Provider, options.Storage.RefreshMilliseconds));
        Assert.Equal((50, 600), (options.Redis.TimeoutMilliseconds, options.Redis.LifetimeSeconds));
        Assert.Equal(("urn:sesame:gateway", 600), (options.Tokens.Audience, options.Tokens.LifetimeSeconds));
        Assert.Equal((90, 5), (options.Persons.ScoreValidityDays, options.Persons.MemoryLifetimeSeconds));
        Assert.Equal((200_000, 200_000), (options.Persons.MemoryCapacity, options.Persons.ConsentCapacity));
        Assert.Equal((5, 1000), (options.Calls.DefaultDeadlineSeconds, options.Calls.MaxConcurrentCallsPerPartner));
        Assert.Equal((false, 2), (options.Tls.AllowTls12, options.Tls.ReloadSeconds));
        Assert.Equal((3, 5, 60), (options.Retention.AuditYears, options.Retention.AdverseYears, options.Retention.SweepMinutes));
        Assert.Equal(("", 60, 10), (options.Rail.Url, options.Rail.CollectAfterSeconds, options.Rail.TimeoutSeconds));
    }

    [Theory]
    [InlineData("Tls:ReloadSeconds", 1, 3600)]
    [InlineData("Storage:RefreshMilliseconds", 100, 5000)]
    [InlineData("Redis:TimeoutMilliseconds", 5, 1000)]
    [InlineData("Redis:LifetimeSeconds", 10, 86_400)]
    [InlineData("Tokens:LifetimeSeconds", 60, 600)]
    [InlineData("Persons:ScoreValidityDays", 1, 3650)]
    [InlineData("Persons:MemoryLifetimeSeconds", 1, 60)]
    [InlineData("Persons:MemoryCapacity", 1_000, 10_000_000)]
    [InlineData("Persons:ConsentCapacity", 1_000, 10_000_000)]
    [InlineData("Calls:DefaultDeadlineSeconds", 1, 60)]
    [InlineData("Calls:MaxConcurrentCallsPerPartner", 1, 100_000)]
    [InlineData("Audit:CheckpointMilliseconds", 100, 60_000)]
    [InlineData("Retention:AuditYears", 1, 30)]
    [InlineData("Retention:AdverseYears", 1, 10)]
    [InlineData("Retention:SweepMinutes", 1, 1440)]
    [InlineData("Rail:CollectAfterSeconds", 0, 86_400)]
    [InlineData("Rail:TimeoutSeconds", 1, 60)]
    [InlineData("Onboarding:CertificateDays", 1, 398)]
    public void Load_NumberAroundItsRange_NamesKeyValueAndRange(string key, int lowest, int highest)
    {
        Load(key, lowest.ToString());
        Load(key, highest.ToString());

        Assert.Equal($"Sesame:{key} is \"{lowest - 1}\"; allowed: {lowest} to {highest}.", MessageOf(key, (lowest - 1).ToString()));
        Assert.Equal($"Sesame:{key} is \"{highest + 1}\"; allowed: {lowest} to {highest}.", MessageOf(key, (highest + 1).ToString()));
        AssertOneLine(MessageOf(key, "many"), key, "many");
        AssertOneLine(MessageOf(key, "99999999999999"), key, "99999999999999");
    }

    [Theory]
    [InlineData("Listeners:Partner", "localhost:7443", "an IP address and port such as 127.0.0.1:7443")]
    [InlineData("Listeners:Partner", "127.0.0.1", "an IP address and port such as 127.0.0.1:7443")]
    [InlineData("Listeners:Public", "127.0.0.1:65536", "an IP address and port such as 127.0.0.1:7443")]
    [InlineData("Listeners:Public", "", "an IP address and port such as 127.0.0.1:7443")]
    [InlineData("Listeners:Operator", "::1", "an IP address and port such as 127.0.0.1:7443")]
    [InlineData("Listeners:Operator", "::1:7445", "an IP address and port such as 127.0.0.1:7443")]
    [InlineData("Listeners:Operator", "[::1]", "an IP address and port such as 127.0.0.1:7443")]
    [InlineData("Listeners:Internal", "7446", "an IP address and port such as 127.0.0.1:7443")]
    [InlineData("Listeners:Internal", "0.0.0.0:7446", "a loopback address, because it is plain HTTP")]
    [InlineData("Listeners:PartnerUrl", "http://localhost:7443", "an https URL without query")]
    [InlineData("Listeners:PartnerUrl", "localhost", "an https URL without query")]
    [InlineData("Listeners:PublicUrl", "https://localhost/?a=b", "an https URL without query")]
    [InlineData("Tls:ServerCertificate", "missing.pem", "the path of a readable file")]
    [InlineData("Tls:ServerKey", "", "the path of a readable file")]
    [InlineData("Tls:PartnerCa", "missing.pem", "the path of a readable file")]
    [InlineData("Tls:OperatorCa", "missing.pem", "the path of a readable file")]
    [InlineData("Tls:PartnerCrl", "missing.pem", "the path of a readable file")]
    [InlineData("DataDirectory", "", "the path of a directory")]
    [InlineData("Tokens:Audience", "", "1 to 200 characters")]
    [InlineData("Tokens:ExternalIssuer", "http://issuer.example", "an https URL without query")]
    [InlineData("Tokens:ExternalIssuerCa", "missing.pem", "the path of a readable file")]
    [InlineData("Programmes:File", "missing.json", "the path of a readable file")]
    [InlineData("Webhooks:Ca", "missing.pem", "the path of a readable file")]
    [InlineData("Audit:Origin", "log one", "at most 100 characters without spaces and plus signs")]
    [InlineData("Audit:Origin", "log+one", "at most 100 characters without spaces and plus signs")]
    [InlineData("Onboarding:ServerCa", "missing.pem", "the path of a readable file")]
    [InlineData("Onboarding:IssuerCertificate", "missing.pem", "the path of a readable file")]
    [InlineData("Keys:Period", "00:00:01", "00:00:02 to 398.00:00:00 (days.hours:minutes:seconds)")]
    [InlineData("Keys:Announced", "90.00:00:00", "00:00:02 to 89.23:59:59 (days.hours:minutes:seconds)")]
    [InlineData("Keys:Retained", "00:09:59", "00:10:00 to 398.00:00:00 (days.hours:minutes:seconds)")]
    [InlineData("Mode", "7", "Production or Sandbox")]
    [InlineData("Storage:Provider", "2", "Sqlite or PostgreSql")]
    public void Load_BadText_NamesKeyValueAndWhatIsAllowed(string key, string value, string allowed) =>
        Assert.Equal($"Sesame:{key} is \"{value}\"; allowed: {allowed}.", MessageOf(key, value));

    [Theory]
    [InlineData("Listeners:Partner", "[::1]:7443")]
    [InlineData("Listeners:Partner", "0.0.0.0:0")]
    [InlineData("Listeners:Internal", "[::1]:7446")]
    [InlineData("Mode", "sandbox")]
    [InlineData("Storage:Provider", "sqlite")]
    [InlineData("Tls:AllowTls12", "true")]
    [InlineData("Tokens:ExternalIssuer", "https://issuer.example/realm")]
    public void Load_GoodText_IsTaken(string key, string value) => Load(key, value);

    [Theory]
    [InlineData("Mode", "Playground")]
    [InlineData("Storage:Provider", "Oracle")]
    [InlineData("Tls:AllowTls12", "perhaps")]
    public void Load_ValueOfNoSuchType_NamesKeyAndValue(string key, string value) => AssertOneLine(MessageOf(key, value), key, value);

    [Theory]
    [InlineData("Colour")]
    [InlineData("Tls:PartnerCrls")]
    [InlineData("Listeners:Partner:Port")]
    public void Load_UnknownKey_IsRefused(string key) => AssertOneLine(MessageOf(key, "1"), "Sesame", key.Split(':')[^1]);

    [Fact]
    public void Load_PostgreSqlWithoutAConnectionString_SaysWhy()
    {
        settings["Sesame:Storage:Provider"] = "PostgreSql";

        Assert.Equal(
            "Sesame:Storage:ConnectionString is \"\"; allowed: an Npgsql connection string, because Storage:Provider is PostgreSql.",
            Assert.Throws<ConfigurationException>(Load).Message
        );
    }

    [Theory]
    [InlineData("Url", "http://rail.example", "an https URL without query")]
    [InlineData("ClientCertificate", "", "the path of a readable file")]
    [InlineData("ClientKey", "missing.pem", "the path of a readable file")]
    [InlineData("Ca", "missing.pem", "the path of a readable file")]
    public void Load_RailWithABadSetting_NamesIt(string key, string value, string allowed)
    {
        settings["Sesame:Rail:Url"] = "https://rail.example";
        settings["Sesame:Rail:ClientCertificate"] = folder.File("rail");
        settings["Sesame:Rail:ClientKey"] = folder.File("rail.key");
        settings["Sesame:Rail:Ca"] = folder.File("rail-ca");
        Load();

        Assert.Equal($"Sesame:Rail:{key} is \"{value}\"; allowed: {allowed}.", MessageOf($"Rail:{key}", value));
    }

    [Theory]
    [InlineData("Authority", "http://login.example", "an https URL without query")]
    [InlineData("ClientId", "", "1 to 200 characters")]
    [InlineData("ClientSecretFile", "missing", "the path of a readable file")]
    [InlineData("PersonClaim", "", "1 to 100 characters")]
    [InlineData("Ca", "missing.pem", "the path of a readable file")]
    public void Load_LoginWithABadSetting_NamesIt(string key, string value, string allowed)
    {
        settings["Sesame:Login:Authority"] = "https://login.example";
        settings["Sesame:Login:ClientId"] = "gateway";
        settings["Sesame:Login:ClientSecretFile"] = folder.File("secret", "a secret");
        settings["Sesame:Login:Ca"] = folder.File("login-ca");
        Load();

        Assert.Equal($"Sesame:Login:{key} is \"{value}\"; allowed: {allowed}.", MessageOf($"Login:{key}", value));
    }

    [Fact]
    public void Load_LoginWithAnEmptySecret_NamesItsFile()
    {
        var file = folder.File("secret", "\n");
        settings["Sesame:Login:Authority"] = "https://login.example";
        settings["Sesame:Login:ClientId"] = "gateway";

        AssertOneLine(MessageOf("Login:ClientSecretFile", file), file, "a file that is not empty");
    }

    private static void AssertOneLine(string message, params string[] fragments)
    {
        Assert.DoesNotContain('\n', message);
        Assert.All(fragments, fragment => Assert.Contains(fragment, message, StringComparison.Ordinal));
    }

    private string MessageOf(string key, string value) => Assert.Throws<ConfigurationException>(() => Load(key, value)).Message;

    private void Load(string key, string value)
    {
        settings[$"Sesame:{key}"] = value;
        Load();
    }

    private GatewayOptions Load() => OptionsValidator.Load(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
}
