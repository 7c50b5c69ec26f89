using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Options;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Client.Tests.Connections;

public sealed class ClientOptionsValidatorTests : IDisposable
{
    private readonly string folder = TestEnvironment.NewDirectory("options");
    private readonly TestAuthority authority = new();

    public ClientOptionsValidatorTests()
    {
        PemFiles.Write(InFolder("ca.pem"), authority.Certificate);
        PemFiles.WriteWithKey(InFolder("bike.pem"), InFolder("bike.key.pem"), authority.Partner("bike"));
        PemFiles.WriteWithKey(InFolder("other.pem"), InFolder("other.key.pem"), authority.Partner("bike"));
    }

    public void Dispose()
    {
        authority.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void Client_GoodOptions_NeedsNoGatewayToBeMade() => new SesameClient(Good()).Dispose();

    [Fact]
    public void Client_PfxFile_IsRead()
    {
        using var certificate = authority.Partner("bike");
        File.WriteAllBytes(InFolder("bike.pfx"), certificate.Export(X509ContentType.Pkcs12, "secret"));
        var options = Good();
        options.Certificate = ClientCertificateOptions.FromPfx(InFolder("bike.pfx"), "secret", InFolder("ca.pem"));
        new SesameClient(options).Dispose();
        options.Certificate.PfxPassword = "wrong";

        Assert.Contains("Sesame:Certificate is not usable", FaultOf(options), StringComparison.Ordinal);
    }

    [Fact]
    public void Client_CertificateInTheStore_IsFoundByItsName()
    {
        var name = $"sesame-test-{Guid.NewGuid()}";
        using var certificate = TestAuthority.SelfSigned(name);
        using var store = new X509Store(StoreName.My, StoreLocation.CurrentUser);
        store.Open(OpenFlags.ReadWrite);
        store.Add(certificate);
        var options = Good();
        options.Certificate = new ClientCertificateOptions { StoreSubject = name, CaPath = InFolder("ca.pem") };
        try
        {
            new SesameClient(options).Dispose();
        }
        finally
        {
            store.Remove(certificate);
        }

        Assert.Contains($"has no valid certificate with a key for \"{name}\"", FaultOf(options), StringComparison.Ordinal);
    }

    public static TheoryData<Action<SesameClientOptions>, string> Wrong =>
        new()
        {
            { options => options.PartnerId = "", "Sesame:PartnerId is \"\"; allowed: 1 to 64 characters." },
            { options => options.GatewayUrls = [], "Sesame:GatewayUrls is \"\"; allowed: at least one https address" },
            { options => options.GatewayUrls = [new Uri("http://localhost:1")], "Sesame:GatewayUrls:0 is \"http://localhost:1/\"" },
            { options => options.IssuerUrl = null, "Sesame:IssuerUrl is \"\"; allowed: an https address" },
            { options => options.CallTimeout = TimeSpan.Zero, "Sesame:CallTimeout is \"00:00:00\"; allowed: 00:00:00.001 to 00:05:00." },
            { options => options.MaxRetries = 11, "Sesame:MaxRetries is \"11\"; allowed: 0 to 10." },
            { options => options.CertificateReloadInterval = TimeSpan.Zero, "allowed: 00:00:01 to 1.00:00:00." },
            { options => options.Certificate = new(), "exactly one of CertificatePath with KeyPath, PfxPath, StoreSubject" },
            { options => options.Certificate.PfxPath = "also", "Sesame:Certificate is \"" },
            { options => options.Certificate.KeyPath = "", "Sesame:Certificate:KeyPath is \"\"; allowed: the path of a readable file." },
            { options => options.Certificate.CaPath = "/no/ca.pem", "Sesame:Certificate:CaPath is \"/no/ca.pem\"" },
        };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Client_WrongOption_NamesKeyValueAndRange(Action<SesameClientOptions> spoil, string expected)
    {
        var options = Good();
        spoil(options);

        Assert.Contains(expected, FaultOf(options), StringComparison.Ordinal);
    }

    [Fact]
    public void Client_KeyOfAnotherCertificate_IsNotUsable()
    {
        var options = Good();
        options.Certificate.KeyPath = InFolder("other.key.pem");

        Assert.Contains("Sesame:Certificate is not usable", FaultOf(options), StringComparison.Ordinal);
    }

    private static string FaultOf(SesameClientOptions options) =>
        Assert.Single(Assert.Throws<OptionsValidationException>(() => new SesameClient(options)).Failures);

    private SesameClientOptions Good() =>
        new()
        {
            PartnerId = "bike",
            GatewayUrls = [new Uri("https://localhost:1")],
            IssuerUrl = new Uri("https://localhost:2"),
            Certificate = ClientCertificateOptions.FromPem(InFolder("bike.pem"), InFolder("bike.key.pem"), InFolder("ca.pem")),
        };

    private string InFolder(string name) => Path.Combine(folder, name);
}
