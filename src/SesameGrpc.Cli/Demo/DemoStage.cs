using SesameGrpc.Cli.Certificates;
using SesameGrpc.Cli.Connecting;
using SesameGrpc.Cli.Hosting;
using SesameGrpc.Cli.Sandbox;
using SesameGrpc.Client;

namespace SesameGrpc.Cli.Demo;

/// <summary>What stories are played on: a gateway of their own with the sandbox's partners and persons. It keeps the connections of those who take part until it is taken down.</summary>
internal sealed class DemoStage : IAsyncDisposable
{
    private readonly GatewayProcess gateway;
    private readonly DevelopmentCertificates certificates;
    private readonly TimeProvider time;
    private readonly string folder;
    private readonly List<IDisposable> connections = [];
    private readonly List<ServerProcess> servers = [];

    private DemoStage(string folder, GatewayProcess gateway, DevelopmentCertificates certificates, TimeProvider time)
    {
        (this.folder, this.gateway, this.certificates, this.time) = (folder, gateway, certificates, time);
        Operator = Kept(new OperatorChannel(gateway.Addresses.OperatorUrl, certificates.Operator, CommandContext.CallTimeout, time));
    }

    /// <summary>The operator's connection.</summary>
    public OperatorChannel Operator { get; }

    /// <summary>Starts the gateway in this folder and fills it.</summary>
    public static async Task<DemoStage> StartAsync(string folder, CommandContext context, CancellationToken cancellationToken)
    {
        var minted = new DevelopmentCertificates(Path.Combine(folder, "certs"), context.Time);
        minted.EnsureBase();
        foreach (var partner in DemoPartners.All)
        {
            minted.EnsurePartner(partner.Partner_);
        }

        var started = await GatewayProcess.StartAsync(
            new GatewayAddresses(0, 0, 0, 0, 0).WithFreePorts(),
            Path.Combine(folder, "data"),
            minted,
            context.Time,
            cancellationToken
        );
        var stage = new DemoStage(folder, started, minted, context.Time);
        try
        {
            var content = new SandboxContent(stage.Operator, context.Output, context.Time);
            await content.OnboardPartnersAsync(cancellationToken);
            await content.FeedTestPersonsAsync(cancellationToken);
            return stage;
        }
        catch
        {
            await stage.DisposeAsync();
            throw;
        }
    }

    /// <summary>A demo partner's connection, with tokens for these scopes.</summary>
    public SesameClient Partner(string id, params string[] scopes) => Kept(new SesameClient(Options(id, scopes), time));

    /// <summary>A demo partner's connection on which another partner's tokens are shown.</summary>
    public SesameClient PartnerWithTokensOf(SesameClient other, string id) =>
        Kept(
            new SesameClient(Options(id, [], async cancellationToken => (await other.GetAccessTokenAsync(cancellationToken)).Value), time)
        );

    /// <summary>A demo partner's connection to the authorization server, with its certificate.</summary>
    public HttpClient OAuth(string id) =>
        Kept(
            new HttpClient(MutualTlsHandler.Create(certificates.Partner(id), resumeSessions: false))
            {
                BaseAddress = gateway.Addresses.PartnerUrl,
            }
        );

    /// <summary>A person's browser, in which nobody is logged in yet.</summary>
    public PersonBrowser Browser() => Kept(new PersonBrowser(gateway.Addresses.PublicUrl, certificates.CaPath));

    /// <summary>Starts the SIP2 proxy of a partner in front of a library's system on this port; the port that kiosks connect to.</summary>
    public async Task<int> StartSip2ProxyAsync(string id, int libraryPort, CancellationToken cancellationToken)
    {
        var addresses = new GatewayAddresses(0, 0, 0, 0, 0).WithFreePorts();
        var files = certificates.Partner(id);
        (string, string)[] settings =
        [
            ("Sip2Proxy__Listen", $"127.0.0.1:{addresses.Partner}"),
            ("Sip2Proxy__Library", $"127.0.0.1:{libraryPort}"),
            ("Sip2Proxy__GatewayUrl", gateway.Addresses.PartnerUrl.AbsoluteUri),
            ("Sip2Proxy__IssuerUrl", gateway.Addresses.PublicUrl.AbsoluteUri),
            ("Sip2Proxy__Partner", id),
            ("Sip2Proxy__Certificate", files.CertificatePath),
            ("Sip2Proxy__Key", files.KeyPath),
            ("Sip2Proxy__Ca", files.CaPath),
            ("Sip2Proxy__Subjects", "Identifier"),
            // The first question waits for everything that starts with it.
            ("Sip2Proxy__GatewayTimeoutMilliseconds", "10000"),
        ];
        var proxy = ServerProcess.Start("The SIP2 proxy", GatewayBinary.FindSip2Proxy(), settings, Path.Combine(folder, "sip2-proxy.log"));
        servers.Add(proxy);
        await proxy.WaitUntilReadyAsync(
            cancellation => GatewayProcess.IsListeningAsync(addresses.Partner, cancellation),
            time,
            cancellationToken
        );
        return addresses.Partner;
    }

    public async ValueTask DisposeAsync()
    {
        connections.ForEach(connection => connection.Dispose());
        foreach (var server in servers)
        {
            await server.DisposeAsync();
        }

        await gateway.DisposeAsync();
    }

    private T Kept<T>(T connection)
        where T : IDisposable
    {
        connections.Add(connection);
        return connection;
    }

    private SesameClientOptions Options(string partner, string[] scopes, Func<CancellationToken, Task<string>>? tokenProvider = null) =>
        new()
        {
            PartnerId = partner,
            GatewayUrls = [gateway.Addresses.PartnerUrl],
            IssuerUrl = gateway.Addresses.PublicUrl,
            Certificate = certificates.Partner(partner),
            Scopes = scopes,
            TokenProvider = tokenProvider,
        };
}
