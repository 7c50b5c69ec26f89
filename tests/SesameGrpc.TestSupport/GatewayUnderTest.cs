using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.Persons;

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

    /// <summary>Runs in production mode, with keys made for it: subjects are opaque, and nobody has agreed to anything.</summary>
    public bool Production { get; init; }

    /// <summary>Changes the built application before it starts.</summary>
    public Action<WebApplication>? Customize { get; init; }

    public IReadOnlyDictionary<string, string?> Settings { get; init; } = new Dictionary<string, string?>();
}

/// <summary>A real gateway in this process, on free loopback ports, with certificates minted for it.</summary>
public sealed class GatewayUnderTest : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly GatewaySite site;
    private readonly bool ownsDirectory;
    private readonly StatusWatch statuses;

    private GatewayUnderTest(WebApplication app, GatewaySite site, LogRecorder log, StatusWatch statuses, bool ownsDirectory)
    {
        this.app = app;
        this.statuses = statuses;
        this.site = site;
        this.ownsDirectory = ownsDirectory;
        Log = log;
        OperatorChannel = Channel(OperatorUrl, Authority.Operator("test"));
    }

    public string DataDirectory => site.Directory;

    public string CertificateDirectory => site.CertificateDirectory;

    public TestAuthority Authority => site.Authority;

    public Uri PartnerUrl => site.PartnerUrl;

    public Uri PublicUrl => site.PublicUrl;

    public Uri OperatorUrl => site.OperatorUrl;

    public Uri InternalUrl => site.InternalUrl;

    public LogRecorder Log { get; }

    public GrpcChannel OperatorChannel { get; }

    public PartnerAdminService.PartnerAdminServiceClient Partners => new(OperatorChannel);

    public OnboardingService.OnboardingServiceClient Onboarding => new(OperatorChannel);

    public KeyService.KeyServiceClient Keys => new(OperatorChannel);

    public PersonService.PersonServiceClient Persons => new(OperatorChannel);

    public ScoreFeedService.ScoreFeedServiceClient ScoreFeed => new(OperatorChannel);

    public AuditService.AuditServiceClient Audit => new(OperatorChannel);

    public ProgrammeAdminService.ProgrammeAdminServiceClient Programmes => new(OperatorChannel);

    public FulfilmentExportService.FulfilmentExportServiceClient Fulfilments => new(OperatorChannel);

    public LedgerService.LedgerServiceClient Ledger => new(OperatorChannel);

    public SandboxService.SandboxServiceClient Sandbox => new(OperatorChannel);

    /// <summary>A singleton of the gateway's own, for what cannot be seen from outside.</summary>
    public T Service<T>()
        where T : notnull => app.Services.GetRequiredService<T>();

    public static async Task<GatewayUnderTest> StartAsync(GatewaySetup? setup = null)
    {
        setup ??= new GatewaySetup();
        var directory = setup.Beside?.DataDirectory ?? TestEnvironment.NewDirectory("gateway");
        var location = new GatewaySite(directory, setup.Beside?.Authority ?? new TestAuthority());
        if (setup.Beside is null)
        {
            location.WriteCertificates();
            if (setup.Production)
            {
                location.WriteKeys();
            }
        }

        var log = new LogRecorder();
        var settings = location.Settings(setup.PostgreSql, setup.Redis);
        if (setup.Production)
        {
            settings["Sesame:Mode"] = "Production";
        }

        foreach (var (key, value) in setup.Settings)
        {
            settings[key] = value;
        }

        var watch = new StatusWatch();
        var gateway = await InProcessGateway.StartAsync(settings, Configure, setup.Customize, CancellationToken.None);
        return new GatewayUnderTest(gateway, location, log, watch, setup.Beside is null);

        void Configure(WebApplicationBuilder builder)
        {
            builder.Logging.AddProvider(log);
            builder.Services.AddSingleton<IStartupFilter>(watch);
            if (setup.Time is not null)
            {
                builder.Services.AddSingleton(setup.Time);
            }
        }
    }

    /// <summary>A channel with this client certificate; null: none.</summary>
    public GrpcChannel Channel(Uri url, X509Certificate2? certificate) => site.Channel(url, certificate);

    /// <summary>A handler that trusts the test's CA and shows this client certificate.</summary>
    public SocketsHttpHandler Handler(X509Certificate2? certificate) => site.Handler(certificate);

    /// <summary>Asks the token endpoint; the JSON answer and whether it is a token.</summary>
    public Task<(JsonElement Answer, bool IsSuccess)> RequestTokenAsync(
        string clientId,
        X509Certificate2 certificate,
        params string[] scopes
    ) => site.RequestTokenAsync(clientId, certificate, scopes);

    public Task<string> TokenAsync(string clientId, X509Certificate2 certificate, params string[] scopes) =>
        site.TokenAsync(clientId, certificate, scopes);

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
            Kind = PartnerKind.Lender,
            DisplayName = id,
            Scopes = { ConnectedPartner.AllScopes },
            Enrolments = { enrolments },
        };
        await Partners.CreatePartnerAsync(new CreatePartnerRequest { RequestId = $"create-{id}", Partner = partner });
    }

    public Task<ConnectedPartner> ConnectOnboardedAsync(string id, X509Certificate2? certificate = null, params string[] scopes) =>
        site.ConnectAsync(id, certificate, scopes);

    /// <summary>The id that everything behind the edges knows a person by.</summary>
    public async Task<string> PersonIdAsync(string person) =>
        (await Service<PersonStore>().FindByExternalIdAsync(person, CancellationToken.None))?.Id
        ?? throw new InvalidOperationException($"There is no person {person}.");

    /// <summary>Has a person agree, with all scopes and for all programmes that the partner has; what they have agreed to.</summary>
    public async Task<PersonConsent> AgreeAsync(string person, string partner, params string[] scopes)
    {
        var request = new GrantConsentRequest
        {
            RequestId = Guid.NewGuid().ToString(),
            Person = person,
            Partner = partner,
            Purpose = Contracts.Partner.V1.Purpose.CreditLine,
            Scopes = { scopes.Length > 0 ? scopes : ConnectedPartner.ConsentScopes },
        };
        return (await Persons.GrantConsentAsync(request)).Consent;
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
        site.Dispose();
        await app.StopAsync();
        await app.DisposeAsync();
        if (ownsDirectory)
        {
            Directory.Delete(DataDirectory, recursive: true);
        }

        Log.ThrowOnUndeclaredErrors();
        statuses.ThrowOnFaults();
    }
}
