using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway;

namespace SesameGrpc.TestSupport;

/// <summary>What a gateway under test is started with.</summary>
public sealed record GatewaySetup
{
    /// <summary>Npgsql connection string; null: SQLite in the data directory.</summary>
    public string? PostgreSql { get; init; }

    /// <summary>StackExchange.Redis configuration; null: no shared cache.</summary>
    public string? Redis { get; init; }

    /// <summary>Data directory and certificates of another gateway, to serve beside it; null: its own.</summary>
    public GatewayUnderTest? Beside { get; init; }

    public TimeProvider? Time { get; init; }

    /// <summary>Changes the built application before it starts.</summary>
    public Action<WebApplication>? Customize { get; init; }

    public IReadOnlyDictionary<string, string?> Settings { get; init; } = new Dictionary<string, string?>();
}

/// <summary>A real gateway in this process, on free loopback ports, with certificates minted for it.</summary>
public sealed class GatewayUnderTest : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly bool ownsDirectory;
    private readonly List<IDisposable> toDispose = [];

    private GatewayUnderTest(
        WebApplication app,
        string directory,
        TestAuthority authority,
        int[] ports,
        LogRecorder log,
        bool ownsDirectory
    )
    {
        this.app = app;
        this.ownsDirectory = ownsDirectory;
        DataDirectory = directory;
        Authority = authority;
        (PartnerUrl, PublicUrl, OperatorUrl) = (Url(ports[0]), Url(ports[1]), Url(ports[2]));
        InternalUrl = new Uri($"http://127.0.0.1:{ports[3]}");
        Log = log;
        OperatorChannel = Channel(OperatorUrl, authority.Operator("test"));
    }

    public string DataDirectory { get; }

    public string CertificateDirectory => Path.Combine(DataDirectory, "certs");

    public TestAuthority Authority { get; }

    public Uri PartnerUrl { get; }

    public Uri PublicUrl { get; }

    public Uri OperatorUrl { get; }

    public Uri InternalUrl { get; }

    public LogRecorder Log { get; }

    public GrpcChannel OperatorChannel { get; }

    public PartnerAdminService.PartnerAdminServiceClient Partners => new(OperatorChannel);

    public PersonService.PersonServiceClient Persons => new(OperatorChannel);

    public ScoreFeedService.ScoreFeedServiceClient ScoreFeed => new(OperatorChannel);

    public AuditService.AuditServiceClient Audit => new(OperatorChannel);

    public LedgerService.LedgerServiceClient Ledger => new(OperatorChannel);

    /// <summary>A singleton of the gateway's own, for what cannot be seen from outside.</summary>
    public T Service<T>()
        where T : notnull => app.Services.GetRequiredService<T>();

    public static async Task<GatewayUnderTest> StartAsync(GatewaySetup? setup = null)
    {
        setup ??= new GatewaySetup();
        var directory = setup.Beside?.DataDirectory ?? TestEnvironment.NewDirectory("gateway");
        var authority = setup.Beside?.Authority ?? new TestAuthority();
        var ports = Enumerable.Range(0, 4).Select(_ => TestEnvironment.FreePort()).ToArray();
        if (setup.Beside is null)
        {
            WriteCertificates(Path.Combine(directory, "certs"), authority);
        }

        var log = new LogRecorder();
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddInMemoryCollection(Settings(setup, directory, ports));
        builder.Configuration.AddInMemoryCollection(setup.Settings);
        builder
            .Logging.ClearProviders()
            .AddProvider(log)
            .AddFilter("Microsoft", LogLevel.Warning)
            .AddFilter("OpenIddict", LogLevel.Warning)
            .AddFilter("Grpc", LogLevel.None);
        if (setup.Time is not null)
        {
            builder.Services.AddSingleton(setup.Time);
        }

        var gateway = GatewayHost.Build(builder);
        setup.Customize?.Invoke(gateway);
        await GatewayHost.PrepareAsync(gateway, CancellationToken.None);
        await gateway.StartAsync();
        return new GatewayUnderTest(gateway, directory, authority, ports, log, setup.Beside is null);
    }

    /// <summary>A channel with this client certificate; null: none.</summary>
    public GrpcChannel Channel(Uri url, X509Certificate2? certificate)
    {
        var channel = GrpcChannel.ForAddress(url, new GrpcChannelOptions { HttpHandler = Handler(certificate), DisposeHttpClient = true });
        toDispose.Add(channel);
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

    /// <summary>Onboards a partner with all scopes and these enrolments, and connects as it.</summary>
    public async Task<ConnectedPartner> ConnectAsync(string id, params Enrolment[] enrolments)
    {
        await OnboardAsync(id, enrolments);
        return await ConnectOnboardedAsync(id);
    }

    public async Task OnboardAsync(string id, params Enrolment[] enrolments)
    {
        var partner = new Partner
        {
            Partner_ = id,
            DisplayName = id,
            Scopes = { ConnectedPartner.AllScopes },
            Enrolments = { enrolments },
        };
        await Partners.CreatePartnerAsync(new CreatePartnerRequest { RequestId = $"create-{id}", Partner = partner });
    }

    public async Task<ConnectedPartner> ConnectOnboardedAsync(string id, X509Certificate2? certificate = null, params string[] scopes)
    {
        certificate ??= Authority.Partner(id);
        var token = await TokenAsync(id, certificate, scopes.Length > 0 ? scopes : ConnectedPartner.AllScopes);
        return new ConnectedPartner(Channel(PartnerUrl, certificate), certificate, token);
    }

    /// <summary>Feeds one person a whole score, opting the person in.</summary>
    public async Task FeedAsync(string person, int score, bool courtListed = false, long version = 1, DateTimeOffset? asOf = null)
    {
        var now = Service<TimeProvider>().GetUtcNow();
        var row = new ScoreRow
        {
            Line = version,
            Person = person,
            Version = version,
            Score = score,
            CourtListed = courtListed,
            AsOfUnixMicros = (asOf ?? now).ToUnixTimeMilliseconds() * 1000,
            OptedInUnixMicros = 1,
        };
        using var call = ScoreFeed.ImportScores();
        await call.RequestStream.WriteAsync(
            new ImportScoresRequest
            {
                ImportId = $"{person}-{version}",
                ModelVersion = "test",
                Rows = { row },
                Last = true,
            }
        );
        await call.RequestStream.CompleteAsync();
        var response = await call;
        if (response.ScoreImport.AppliedRows != 1)
        {
            throw new InvalidOperationException($"The row was not applied: {response}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        toDispose.ForEach(disposable => disposable.Dispose());
        await app.StopAsync();
        await app.DisposeAsync();
        if (ownsDirectory)
        {
            Directory.Delete(DataDirectory, recursive: true);
        }

        Log.ThrowOnUndeclaredErrors();
    }

    private static Uri Url(int port) => new($"https://localhost:{port}");

    private static void WriteCertificates(string directory, TestAuthority authority)
    {
        Directory.CreateDirectory(directory);
        PemFiles.Write(Path.Combine(directory, "ca.pem"), authority.Certificate);
        File.WriteAllText(Path.Combine(directory, "crl.pem"), authority.RevocationList());
        PemFiles.WriteWithKey(Path.Combine(directory, "server.pem"), Path.Combine(directory, "server.key.pem"), authority.Server());
    }

    private static Dictionary<string, string?> Settings(GatewaySetup setup, string directory, int[] ports)
    {
        var certificates = Path.Combine(directory, "certs");
        return new()
        {
            ["Sesame:Mode"] = "Sandbox",
            ["Sesame:DataDirectory"] = directory,
            ["Sesame:Listeners:Partner"] = $"127.0.0.1:{ports[0]}",
            ["Sesame:Listeners:Public"] = $"127.0.0.1:{ports[1]}",
            ["Sesame:Listeners:Operator"] = $"127.0.0.1:{ports[2]}",
            ["Sesame:Listeners:Internal"] = $"127.0.0.1:{ports[3]}",
            ["Sesame:Listeners:PartnerUrl"] = Url(ports[0]).ToString().TrimEnd('/'),
            ["Sesame:Listeners:PublicUrl"] = Url(ports[1]).ToString().TrimEnd('/'),
            ["Sesame:Tls:ServerCertificate"] = Path.Combine(certificates, "server.pem"),
            ["Sesame:Tls:ServerKey"] = Path.Combine(certificates, "server.key.pem"),
            ["Sesame:Tls:PartnerCa"] = Path.Combine(certificates, "ca.pem"),
            ["Sesame:Tls:OperatorCa"] = Path.Combine(certificates, "ca.pem"),
            ["Sesame:Tls:PartnerCrl"] = Path.Combine(certificates, "crl.pem"),
            ["Sesame:Tls:ReloadSeconds"] = "1",
            ["Sesame:Storage:Provider"] = setup.PostgreSql is null ? "Sqlite" : "PostgreSql",
            ["Sesame:Storage:ConnectionString"] = setup.PostgreSql ?? "",
            ["Sesame:Storage:RefreshMilliseconds"] = "200",
            ["Sesame:Redis:Configuration"] = setup.Redis ?? "",
        };
    }
}
