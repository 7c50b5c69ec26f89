using System.Security.Cryptography;

namespace SesameGrpc.Testing;

/// <summary>Where a test's gateway is, in whichever process it runs: its directory, certificates, ports and settings.</summary>
internal sealed class TestSite
{
    private readonly int[] ports = [.. Enumerable.Range(0, 4).Select(_ => LoopbackPorts.Next())];

    public TestSite(string directory, TestAuthority authority)
    {
        (Directory, Authority) = (directory, authority);
        (PartnerUrl, PublicUrl, OperatorUrl) = (Url(ports[0]), Url(ports[1]), Url(ports[2]));
        InternalUrl = new Uri($"http://127.0.0.1:{ports[3]}");
    }

    public string Directory { get; }

    public string CertificateDirectory => Path.Combine(Directory, "certs");

    public string CaPath => Certificate("ca.pem");

    public TestAuthority Authority { get; }

    public Uri PartnerUrl { get; }

    public Uri PublicUrl { get; }

    public Uri OperatorUrl { get; }

    public Uri InternalUrl { get; }

    /// <summary>Mints what the gateway needs and writes it to its directory.</summary>
    public void WriteCertificates()
    {
        System.IO.Directory.CreateDirectory(CertificateDirectory);
        PemFiles.WriteWithKey(CaPath, Certificate("ca.key.pem"), Authority.Certificate);
        File.WriteAllText(Certificate("crl.pem"), Authority.RevocationList());
        PemFiles.WriteWithKey(Certificate("server.pem"), Certificate("server.key.pem"), Authority.Server());
    }

    /// <summary>Writes the programmes that the gateway ships with, which a package cannot put beside the program; the file.</summary>
    public string WriteProgrammes()
    {
        var path = Path.Combine(Directory, "programmes.json");
        using var programmes = typeof(TestSite).Assembly.GetManifestResourceStream("programmes.json")!;
        using var file = File.Create(path);
        programmes.CopyTo(file);
        return path;
    }

    /// <summary>Makes the key ring that a gateway in production must find.</summary>
    public void WriteKeys()
    {
        var keys = System.IO.Directory.CreateDirectory(Path.Combine(Directory, "keys")).FullName;
        using var signing = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        File.WriteAllText(Path.Combine(keys, "token-signing.pem"), signing.ExportPkcs8PrivateKeyPem());
        foreach (var name in new[] { "master.key", "audit-signing.key" })
        {
            File.WriteAllText(Path.Combine(keys, name), Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)));
        }
    }

    /// <summary>The settings of a sandbox that runs here, with embedded storage.</summary>
    public IDictionary<string, string?> Settings() =>
        new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
        {
            ["Sesame:Mode"] = "Sandbox",
            ["Sesame:DataDirectory"] = Directory,
            ["Sesame:Listeners:Partner"] = $"127.0.0.1:{ports[0]}",
            ["Sesame:Listeners:Public"] = $"127.0.0.1:{ports[1]}",
            ["Sesame:Listeners:Operator"] = $"127.0.0.1:{ports[2]}",
            ["Sesame:Listeners:Internal"] = $"127.0.0.1:{ports[3]}",
            ["Sesame:Listeners:PartnerUrl"] = PartnerUrl.ToString().TrimEnd('/'),
            ["Sesame:Listeners:PublicUrl"] = PublicUrl.ToString().TrimEnd('/'),
            ["Sesame:Tls:ServerCertificate"] = Certificate("server.pem"),
            ["Sesame:Tls:ServerKey"] = Certificate("server.key.pem"),
            ["Sesame:Tls:PartnerCa"] = CaPath,
            ["Sesame:Tls:OperatorCa"] = CaPath,
            ["Sesame:Tls:PartnerCrl"] = Certificate("crl.pem"),
            ["Sesame:Tls:ReloadSeconds"] = "1",
            ["Sesame:Onboarding:ServerCa"] = CaPath,
            ["Sesame:Onboarding:IssuerCertificate"] = CaPath,
            ["Sesame:Onboarding:IssuerKey"] = Certificate("ca.key.pem"),
            ["Sesame:Storage:RefreshMilliseconds"] = "200",
        };

    private static Uri Url(int port) => new($"https://localhost:{port}");

    private string Certificate(string name) => Path.Combine(CertificateDirectory, name);
}
