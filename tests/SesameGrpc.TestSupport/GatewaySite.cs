using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Grpc.Net.Client;

namespace SesameGrpc.TestSupport;

/// <summary>Where a gateway under test is, in whichever process it runs, and how to reach it.</summary>
public sealed class GatewaySite : IDisposable
{
    private readonly List<IDisposable> channels = [];
    private readonly TestSite site;

    public GatewaySite(string directory, TestAuthority authority) => site = new TestSite(directory, authority);

    public string Directory => site.Directory;

    public string CertificateDirectory => site.CertificateDirectory;

    public TestAuthority Authority => site.Authority;

    public Uri PartnerUrl => site.PartnerUrl;

    public Uri PublicUrl => site.PublicUrl;

    public Uri OperatorUrl => site.OperatorUrl;

    public Uri InternalUrl => site.InternalUrl;

    /// <summary>Mints what the gateway needs and writes it to its directory.</summary>
    public void WriteCertificates() => site.WriteCertificates();

    /// <summary>Makes the key ring that a gateway in production must find.</summary>
    public void WriteKeys() => site.WriteKeys();

    /// <summary>The settings of a gateway that runs here.</summary>
    public IDictionary<string, string?> Settings(string? postgreSql, string? redis)
    {
        var settings = site.Settings();
        settings["Sesame:Storage:Provider"] = postgreSql is null ? "Sqlite" : "PostgreSql";
        settings["Sesame:Storage:ConnectionString"] = postgreSql ?? "";
        settings["Sesame:Redis:Configuration"] = redis ?? "";
        return settings;
    }

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
}
