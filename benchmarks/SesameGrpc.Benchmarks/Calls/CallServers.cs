using SesameGrpc.Benchmarks.Calls.Peers;
using SesameGrpc.Benchmarks.Measuring;
using SesameGrpc.TestSupport;

namespace SesameGrpc.Benchmarks.Calls;

/// <summary>Starts all that is measured, side by side, and the client that calls it.</summary>
internal sealed class CallServers : IAsyncDisposable
{
    public const string Floor = "floor";

    // Fewer than the persons that are called, by far: none is in memory when its turn comes again.
    private static readonly Dictionary<string, string> SmallMemory = new(StringComparer.Ordinal)
    {
        ["Sesame:Persons:MemoryCapacity"] = "1000",
    };

    private static readonly Dictionary<string, string> NoMemory = new(SmallMemory, StringComparer.Ordinal)
    {
        ["Sesame:Persons:ConsentCapacity"] = "1000",
    };

    private readonly Stack<Func<ValueTask>> toDispose = [];
    private readonly CallPlan plan;
    private readonly CallCertificates certificates = new();

    private PostgresServer? postgres;
    private RedisServer? redis;

    private CallServers(CallPlan plan)
    {
        this.plan = plan;
        Own(certificates);

        // What waits for the next answer is not to burn the processors that the server needs.
        Client = VerbProcess.Start("call-client", ("DOTNET_ThreadPool_UnfairSemaphoreSpinLimit", "0"));
        Own(Client);
    }

    public List<MeasuredServer> All { get; } = [];

    public VerbProcess Client { get; }

    public static async Task<CallServers> StartAsync(CallPlan plan)
    {
        var servers = new CallServers(plan);
        try
        {
            await servers.StartPeersAsync();
            await servers.StartGatewaysAsync();
            var missing = plan.Only.Except(servers.All.Select(server => server.Name), StringComparer.Ordinal).ToList();
            return missing.Count == 0
                ? servers
                : throw new ArgumentException($"{string.Join(", ", missing)}: not known here, or not built.", nameof(plan));
        }
        catch
        {
            await servers.DisposeAsync();
            throw;
        }
    }

    /// <summary>Whom to call, with new tokens: they live for ten minutes.</summary>
    public async Task<CallTarget> TargetOfAsync(MeasuredServer server) =>
        new(server.Port, certificates.Ca, await server.CallersAsync(), server.Kind, server.Persons);

    /// <summary>CPU used so far by a server and by what it works with.</summary>
    public CallCpu CpuOf(MeasuredServer server) =>
        new(
            ProcessorTime.OfProcess(server.ProcessId),
            ProcessorTime.OfProcess(Client.Id),
            redis is null ? 0 : ProcessorTime.OfProcess(redis.ProcessId),
            postgres is null ? 0 : ProcessorTime.OfFamily(postgres.ProcessId)
        );

    public async ValueTask DisposeAsync()
    {
        while (toDispose.TryPop(out var dispose))
        {
            await dispose();
        }
    }

    private async Task StartPeersAsync()
    {
        // All else is compared with the floor.
        var (floor, row) = await PeerProcess.StartFloorAsync(certificates, plan);
        Own(floor);
        All.Add(row);
        if (Wants(NativeFloor.Name) && NativeFloor.IsBuilt)
        {
            var native = await NativeFloor.StartAsync(certificates);
            Own(native);
            All.Add(native.Row(plan, await row.CallersAsync()));
        }

        if (Wants("tutorial"))
        {
            (var tutorial, row) = await PeerProcess.StartTutorialAsync(certificates, plan, await RedisAsync());
            Own(tutorial);
            All.Add(row);
        }
    }

    private async Task StartGatewaysAsync()
    {
        await AddAsync(
            Priming.BeforeEachTurn,
            () => Task.FromResult(new GatewayBacking()),
            ("gateway-eligibility-hot", CallKind.Eligibility, plan.Hot),
            ("gateway-score-hot", CallKind.Score, plan.Hot)
        );
        await AddAsync(
            Priming.BeforeEachTurn,
            () => Task.FromResult(new GatewayBacking { IsVolatile = true }),
            ("gateway-eligibility-hot-volatile", CallKind.Eligibility, plan.Hot)
        );
        await AddAsync(
            Priming.BeforeEachTurn,
            async () => new GatewayBacking { PostgreSql = await DatabaseAsync(), Redis = await RedisAsync() },
            ("gateway-eligibility-hot-pg", CallKind.Eligibility, plan.Hot),
            ("gateway-score-hot-pg", CallKind.Score, plan.Hot)
        );
        await AddAsync(
            Priming.BeforeTheFirst,
            async () =>
                new GatewayBacking
                {
                    PostgreSql = await DatabaseAsync(),
                    Redis = await RedisAsync(),
                    Settings = SmallMemory,
                },
            ("gateway-eligibility-warm", CallKind.Eligibility, plan.Cold)
        );
        await AddAsync(
            Priming.Never,
            () => Task.FromResult(new GatewayBacking { Settings = NoMemory }),
            ("gateway-eligibility-cold", CallKind.Eligibility, plan.Cold)
        );
    }

    private async Task AddAsync(
        Priming priming,
        Func<Task<GatewayBacking>> backing,
        params (string Name, CallKind Kind, int Persons)[] rows
    )
    {
        var wanted = rows.Where(row => Wants(row.Name)).ToList();
        if (wanted.Count > 0)
        {
            var gateway = await GatewayInstance.StartAsync(certificates, await backing(), plan);
            Own(gateway);
            All.AddRange(wanted.Select(row => gateway.Row(row.Name, row.Kind, row.Persons, priming)));
        }
    }

    private bool Wants(string name) => plan.Only.Count == 0 || plan.Only.Contains(name, StringComparer.Ordinal);

    private async Task<RedisServer> RedisAsync()
    {
        if (redis is null)
        {
            redis = await RedisServer.StartAsync();
            Own(redis);
        }

        return redis;
    }

    private async Task<string> DatabaseAsync()
    {
        if (postgres is null)
        {
            postgres = await PostgresServer.StartAsync();
            Own(postgres);
        }

        return await postgres.NewDatabaseAsync();
    }

    private void Own(IAsyncDisposable resource) => toDispose.Push(resource.DisposeAsync);

    private void Own(IDisposable resource) =>
        toDispose.Push(() =>
        {
            resource.Dispose();
            return ValueTask.CompletedTask;
        });
}
