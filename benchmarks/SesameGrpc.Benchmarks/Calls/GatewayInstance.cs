using System.Globalization;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.TestSupport;

namespace SesameGrpc.Benchmarks.Calls;

/// <summary>What a gateway runs on.</summary>
internal sealed record GatewayBacking
{
    /// <summary>The database; null: SQLite.</summary>
    public string? PostgreSql { get; init; }

    public RedisServer? Redis { get; init; }

    /// <summary>Settings beside those of all gateways.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether its data directory is in memory, where nothing is durable, and waiting for the disk costs nothing.</summary>
    public bool IsVolatile { get; init; }
}

/// <summary>A gateway in a process of its own, in production mode, audit on, whose store holds the world of the plan.</summary>
internal sealed class GatewayInstance : IAsyncDisposable
{
    private const string AllocatedMetric = "dotnet_gc_heap_total_allocated_bytes_total";
    private const string CallScopes = "score.read eligibility.check";
    private static readonly TimeSpan LongestPublication = TimeSpan.FromSeconds(60);

    private readonly HttpClient http = new();
    private readonly CallCertificates certificates;
    private readonly GatewaySite site;
    private readonly GatewayStore store;
    private readonly IDictionary<string, string?> settings;
    private GatewayProcess process;

    private GatewayInstance(CallCertificates certificates, GatewaySite site, GatewayBacking backing, CallPlan plan)
    {
        (this.certificates, this.site) = (certificates, site);
        store = new GatewayStore(site.Directory, backing.PostgreSql);
        settings = SettingsOf(site, backing, plan);
        process = GatewayProcess.Start(site, settings, livesLong: true);
    }

    public static async Task<GatewayInstance> StartAsync(CallCertificates certificates, GatewayBacking backing, CallPlan plan)
    {
        var home = new GatewaySite(
            backing.IsVolatile ? NewVolatileDirectory() : TestEnvironment.NewDirectory("calls"),
            certificates.Authority
        );
        home.WriteCertificates();
        home.WriteKeys();
        var gateway = new GatewayInstance(certificates, home, backing, plan);
        try
        {
            if (!await gateway.process.IsReadyAsync())
            {
                throw new InvalidOperationException($"The gateway did not start:\n{string.Join('\n', gateway.process.Output)}");
            }

            await gateway.OnboardAsync(plan.Partners);
            await gateway.store.FillAsync(plan.Persons, plan.Agreed);
            return gateway;
        }
        catch
        {
            await gateway.DisposeAsync();
            throw;
        }
    }

    /// <summary>A row: one of its methods, called about so many persons.</summary>
    public MeasuredServer Row(string name, CallKind kind, int persons, Priming priming) =>
        new()
        {
            Name = name,
            ProcessId = process.ProcessId,
            Port = site.PartnerUrl.Port,
            Kind = kind,
            Persons = persons,
            Priming = priming,
            CallersAsync = CallersAsync,
            AllocatedAsync = AllocatedAsync,
            SettleAsync = SettleAsync,
            HasAuditLog = true,
            StopAsync = StopAsync,
        };

    public async ValueTask DisposeAsync()
    {
        await process.DisposeAsync();
        http.Dispose();
        site.Dispose();
        Directory.Delete(site.Directory, recursive: true);
    }

    private static string NewVolatileDirectory() => Directory.CreateDirectory($"/dev/shm/sesame-calls-{Guid.NewGuid():N}").FullName;

    // Production's settings, where those of tests differ.
    private static IDictionary<string, string?> SettingsOf(GatewaySite site, GatewayBacking backing, CallPlan plan)
    {
        var set = site.Settings(backing.PostgreSql, backing.Redis?.Configuration);
        set["Sesame:Mode"] = "Production";
        set["Sesame:Tls:ReloadSeconds"] = "2";
        set["Sesame:Storage:RefreshMilliseconds"] = "1000";
        set["Sesame:Persons:MemoryLifetimeSeconds"] = plan.MemorySeconds.ToString(CultureInfo.InvariantCulture);

        // Longer than a start is measured.
        set["Sesame:Redis:LifetimeSeconds"] = "86400";
        foreach (var (key, value) in backing.Settings)
        {
            set[key] = value;
        }

        return set;
    }

    private async Task<Action> StopAsync()
    {
        await process.DisposeAsync();
        return () => process = GatewayProcess.Start(site, settings, livesLong: true);
    }

    private async Task OnboardAsync(int partners)
    {
        using var certificate = certificates.Authority.Operator("bench");
        var admin = new PartnerAdminService.PartnerAdminServiceClient(site.Channel(site.OperatorUrl, certificate));
        for (var index = 0; index < partners; index++)
        {
            var partner = new Partner
            {
                Partner_ = CallCertificates.PartnerId(index),
                Kind = PartnerKind.Lender,
                DisplayName = "Bench",
                Scopes = { CallScopes.Split(' ') },
                Enrolments = { new Enrolment { Programme = CallMessage.Programme } },
            };
            await admin.CreatePartnerAsync(new CreatePartnerRequest { RequestId = $"create-{index}", Partner = partner });
        }
    }

    private async Task<IReadOnlyList<Caller>> CallersAsync()
    {
        var callers = new List<Caller>();
        for (var index = 0; index < certificates.Partners.Count; index++)
        {
            var token = await site.TokenAsync(CallCertificates.PartnerId(index), certificates.Partners[index], CallScopes.Split(' '));
            callers.Add(certificates.Caller(index, token));
        }

        return callers;
    }

    private async Task<long> AllocatedAsync()
    {
        var metrics = await http.GetStringAsync(new Uri(site.InternalUrl, "/metrics"));
        var line = metrics.Split('\n').Single(line => line.StartsWith(AllocatedMetric, StringComparison.Ordinal));

        // The name, labels in braces, the value, and perhaps the time.
        var value = line[(line.IndexOf('}', StringComparison.Ordinal) + 1)..].Trim().Split(' ')[0];
        return (long)double.Parse(value, CultureInfo.InvariantCulture);
    }

    // A checkpoint covers each entry a second later at most; it is a part of what a call costs.
    private async Task<long> SettleAsync()
    {
        using var limit = new CancellationTokenSource(LongestPublication);
        while (true)
        {
            var (size, published) = await store.AuditLogAsync();
            if (size == published)
            {
                await store.CheckpointAsync();
                return size;
            }

            await Task.Delay(20, limit.Token);
        }
    }
}
