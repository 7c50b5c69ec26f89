using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Grpc.Net.Client;

namespace SesameGrpc.TestSupport;

/// <summary>Where a gateway under test is, in whichever process it runs: its directory, certificates, ports and settings, and how to reach it.</summary>
public sealed class GatewaySite : IDisposable
{
    private readonly List<IDisposable> channels = [];
    private readonly int[] ports = [.. Enumerable.Range(0, 4).Select(_ => TestEnvironment.FreePort())];

    public GatewaySite(string directory, TestAuthority authority)
    {
        (Directory, Authority) = (directory, authority);
        (PartnerUrl, PublicUrl, OperatorUrl) = (Url(ports[0]), Url(ports[1]), Url(ports[2]));
        InternalUrl = new Uri($"http://127.0.0.1:{ports[3]}");
    }

    public string Directory { get; }

    public string CertificateDirectory => Path.Combine(Directory, "certs");

    public TestAuthority Authority { get; }

    public Uri PartnerUrl { get; }

    public Uri PublicUrl { get; }

    public Uri OperatorUrl { get; }

    public Uri InternalUrl { get; }

    /// <summary>Mints what the gateway needs and writes it to its directory.</summary>
    public void WriteCertificates()
    {
        System.IO.Directory.CreateDirectory(CertificateDirectory);
        PemFiles.WriteWithKey(Certificate("ca.pem"), Certificate("ca.key.pem"), Authority.Certificate);
        File.WriteAllText(Certificate("crl.pem"), Authority.RevocationList());
        PemFiles.WriteWithKey(Certificate("server.pem"), Certificate("server.key.pem"), Authority.Server());
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

    /// <summary>The settings of a gateway that runs here.</summary>
    public IDictionary<string, string?> Settings(string? postgreSql, string? redis) =>
        new Dictionary<string, string?>(StringComparer.Ordinal)
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
            ["Sesame:Tls:PartnerCa"] = Certificate("ca.pem"),
            ["Sesame:Tls:OperatorCa"] = Certificate("ca.pem"),
            ["Sesame:Tls:PartnerCrl"] = Certificate("crl.pem"),
            ["Sesame:Tls:ReloadSeconds"] = "1",
            ["Sesame:Onboarding:ServerCa"] = Certificate("ca.pem"),
            ["Sesame:Onboarding:IssuerCertificate"] = Certificate("ca.pem"),
            ["Sesame:Onboarding:IssuerKey"] = Certificate("ca.key.pem"),
            ["Sesame:Storage:Provider"] = postgreSql is null ? "Sqlite" : "PostgreSql",
            ["Sesame:Storage:ConnectionString"] = postgreSql ?? "",
            ["Sesame:Storage:RefreshMilliseconds"] = "200",
            ["Sesame:Redis:Configuration"] = redis ?? "",
        };

    /// <summary>A channel with this client certificate; null: none.</summary>
    public GrpcChannel Channel(Uri url, X509Certificate2? certificate)
    {
        var channel = GrpcChannel.ForAddress(url, new GrpcChannelOptions { HttpHandler = Handler(certificate), DisposeHttpClient = true });
        channels.Add(channel);
        return channel;
    }

    /// <summary>A handler that trusts the test's CA and shows this client certificate.</summary>
    public SocketsHttpHandler Handler(X509Certificate2? certificate)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(Authority.Certificate);
        var handler = new SocketsHttpHandler { EnableMultipleHttp2Connections = false };
        handler.SslOptions.CertificateChainPolicy = policy;
        if (certificate is not null)
        {
            handler.SslOptions.ClientCertificateContext = System.Net.Security.SslStreamCertificateContext.Create(
                certificate,
                null,
                offline: true
            );
        }

        return handler;
    }

    /// <summary>Asks the token endpoint; the JSON answer and whether it is a token.</summary>
    public async Task<(JsonElement Answer, bool IsSuccess)> RequestTokenAsync(
        string clientId,
        X509Certificate2 certificate,
        params string[] scopes
    )
    {
        using var http = new HttpClient(Handler(certificate));
        var form = new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials",
            ["client_id"] = clientId,
            ["scope"] = string.Join(' ', scopes),
        };
        using var content = new FormUrlEncodedContent(form);
        using var response = await http.PostAsync(new Uri(PartnerUrl, "/connect/token"), content);
        return (JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement, response.IsSuccessStatusCode);
    }

    public async Task<string> TokenAsync(string clientId, X509Certificate2 certificate, params string[] scopes)
    {
        var (answer, isSuccess) = await RequestTokenAsync(clientId, certificate, scopes);
        return isSuccess ? answer.GetProperty("access_token").GetString()! : throw new InvalidOperationException($"No token: {answer}");
    }

    /// <summary>Connects as a partner that is onboarded already.</summary>
    public async Task<ConnectedPartner> ConnectAsync(string id, X509Certificate2? certificate = null, params string[] scopes)
    {
        certificate ??= Authority.Partner(id);
        var token = await TokenAsync(id, certificate, scopes.Length > 0 ? scopes : ConnectedPartner.AllScopes);
        return new ConnectedPartner(Channel(PartnerUrl, certificate), certificate, token);
    }

    public void Dispose() => channels.ForEach(channel => channel.Dispose());

    private static Uri Url(int port) => new($"https://localhost:{port}");

    private string Certificate(string name) => Path.Combine(CertificateDirectory, name);
}
