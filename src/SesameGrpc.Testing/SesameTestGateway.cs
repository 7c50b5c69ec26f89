using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using SesameGrpc.Client;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.Consents;

namespace SesameGrpc.Testing;

/// <summary>
/// A gateway in the process of the test that starts it: the one that production runs, as a sandbox, with every check, limit and error. It listens on free loopback ports, keeps its data in a
/// temporary directory, mints its certificates in memory and needs no network. Persons agree to a partner when it first asks for them.
/// </summary>
public sealed class SesameTestGateway : IAsyncDisposable
{
    private readonly TestSite site;
    private readonly WebApplication app;
    private readonly TimeProvider time;

    private SesameTestGateway(TestSite site, WebApplication app, TimeProvider time)
    {
        (this.site, this.app, this.time) = (site, app, time);
        Operator = new OperatorChannel(OperatorUrl, Certificate("operator", Authority.Operator("test")), TimeSpan.FromSeconds(10), time);
    }

    /// <summary>Where partners call.</summary>
    public Uri PartnerUrl => site.PartnerUrl;

    /// <summary>Issuer of tokens, error pages, the persons' pages.</summary>
    public Uri PublicUrl => site.PublicUrl;

    /// <summary>Where operators call.</summary>
    public Uri OperatorUrl => site.OperatorUrl;

    /// <summary>Who vouches for all certificates here.</summary>
    public TestAuthority Authority => site.Authority;

    /// <summary>The operator's connection: onboards partners, feeds scores, ends consents, reads ledger and audit log.</summary>
    public OperatorChannel Operator { get; }

    /// <summary>Starts one; it is ready when this returns.</summary>
    public static async Task<SesameTestGateway> StartAsync(
        SesameTestGatewayOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        options ??= new SesameTestGatewayOptions();
        var place = new TestSite(Directory.CreateTempSubdirectory("sesame-test-").FullName, new TestAuthority());
        place.WriteCertificates();
        var settings = place.Settings();
        settings["Sesame:Programmes:File"] = place.WriteProgrammes();
        foreach (var (key, value) in options.Settings)
        {
            settings[key] = value;
        }

        var started = await InProcessGateway.StartAsync(settings, Configure, customize: null, cancellationToken);
        return new SesameTestGateway(place, started, options.Time ?? TimeProvider.System);

        void Configure(WebApplicationBuilder builder)
        {
            options.Logging?.Invoke(builder.Logging);
            if (options.Time is not null)
            {
                builder.Services.AddSingleton(options.Time);
            }
        }
    }

    /// <summary>Onboards a partner of this kind with all scopes that its kind may have, enrolled in these programmes.</summary>
    public Task OnboardAsync(string partner, PartnerKind kind, params IEnumerable<string> programmes) =>
        OnboardAsync(
            new Partner
            {
                Partner_ = partner,
                DisplayName = partner,
                Kind = kind,
                Scopes = { Gateway.Partners.PartnerScopes.All.Where(scope => Minimisation.Allows(kind, scope)) },
                Enrolments = { programmes.Select(programme => new Enrolment { Programme = programme }) },
            }
        );

    /// <summary>Onboards this partner.</summary>
    public async Task OnboardAsync(Partner partner) =>
        await Operator.Partners.CreatePartnerAsync(new CreatePartnerRequest { RequestId = Guid.NewGuid().ToString(), Partner = partner });

    /// <summary>Adds a person who takes part, with this score, 350 to 950; or gives one a new score.</summary>
    public async Task AddPersonAsync(string person, int score)
    {
        var now = time.GetUtcNow();
        var row = new ScoreRow
        {
            Line = 1,
            Person = person,
            Version = now.ToUnixTimeMilliseconds(),
            Score = score,
            AsOfUnixMicros = now.ToUnixTimeMilliseconds() * 1000,
            OptedInUnixMicros = 1,
        };
        using var call = Operator.ScoreFeed.ImportScores();
        await call.RequestStream.WriteAsync(
            new ImportScoresRequest
            {
                ImportId = Guid.NewGuid().ToString(),
                ModelVersion = "test",
                Rows = { row },
                Last = true,
            }
        );
        await call.RequestStream.CompleteAsync();
        var import = (await call).ScoreImport;
        if (import.AppliedRows != 1)
        {
            throw new ArgumentException($"The person was not taken: {import}", nameof(person));
        }
    }

    /// <summary>What a client of this partner needs: addresses, and a certificate minted for it in files of this gateway. Each call mints another one.</summary>
    public SesameClientOptions ClientOptions(string partner) =>
        new()
        {
            PartnerId = partner,
            GatewayUrls = [PartnerUrl],
            IssuerUrl = PublicUrl,
            Certificate = Certificate(partner, Authority.Partner(partner)),
        };

    /// <summary>A client of a partner that is onboarded; the caller disposes it.</summary>
    public SesameClient CreateClient(string partner) => new(ClientOptions(partner), time);

    /// <summary>Stops the gateway and removes its data.</summary>
    public async ValueTask DisposeAsync()
    {
        Operator.Dispose();
        await app.StopAsync();
        await app.DisposeAsync();
        Authority.Dispose();
        Directory.Delete(site.Directory, recursive: true);
    }

    private ClientCertificateOptions Certificate(string name, System.Security.Cryptography.X509Certificates.X509Certificate2 certificate)
    {
        var (path, key) = (
            Path.Combine(site.CertificateDirectory, $"{name}.pem"),
            Path.Combine(site.CertificateDirectory, $"{name}.key.pem")
        );
        PemFiles.WriteWithKey(path, key, certificate);
        return ClientCertificateOptions.FromPem(path, key, site.CaPath);
    }
}
