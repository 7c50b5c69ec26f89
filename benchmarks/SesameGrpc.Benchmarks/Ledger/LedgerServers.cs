using System.Data.Common;
using Npgsql;
using SesameGrpc.Benchmarks.Measuring;
using SesameGrpc.Gateway.Audit;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.TestSupport;

namespace SesameGrpc.Benchmarks.Ledger;

/// <summary>CPU seconds so far: of the gateway's process, of the client's (0 where both are one), of PostgreSQL's processes.</summary>
internal sealed record CpuSeconds(double Gateway, double Client, double PostgreSql);

/// <summary>One way to make grants that is measured.</summary>
/// <param name="Name">Name in the report.</param>
/// <param name="Store">Which store it writes to: those with the same name share one.</param>
/// <param name="RunAsync">Runs so many clients for so many seconds.</param>
/// <param name="Cpu">CPU used so far.</param>
internal sealed record LedgerServer(string Name, string Store, Func<int, double, Task<LoadResult>> RunAsync, Func<CpuSeconds> Cpu);

/// <summary>Starts all that is measured, in one run on one PostgreSQL: fsync and synchronous_commit on, settings as they come.</summary>
internal sealed class LedgerServers : IAsyncDisposable
{
    public const string Reference = "pgbench";

    private readonly Stack<Func<ValueTask>> toDispose = [];
    private readonly List<(string Store, Func<Task<LedgerCounts>> ReadAsync, LedgerCounts Before)> stores = [];
    private readonly List<AuditPublisher> publishers = [];
    private readonly PostgresServer server;
    private readonly LedgerWorld world;

    private string pgbenchDatabase = "";

    private LedgerServers(PostgresServer server, LedgerWorld world)
    {
        (this.server, this.world) = (server, world);
        Own(server);
    }

    public List<LedgerServer> All { get; } = [];

    /// <summary>What pgbench runs.</summary>
    public string Script { get; private set; } = "";

    public static async Task<LedgerServers> StartAsync(LedgerWorld world)
    {
        var servers = new LedgerServers(await PostgresServer.StartAsync(RecordedGrant.ServerSettings), world);
        try
        {
            await servers.AddPgbenchAsync();
            await servers.AddGatewaysAsync();
            return servers;
        }
        catch
        {
            await servers.DisposeAsync();
            throw;
        }
    }

    /// <summary>Brings the stores to rest before a window, so that none pays for what the one before left to do.</summary>
    public async Task SettleAsync()
    {
        foreach (var publisher in publishers)
        {
            while (await publisher.PublishAsync(CancellationToken.None)) { }
        }

        await using var connection = new NpgsqlConnection(pgbenchDatabase);
        await connection.OpenAsync();
        await connection.Command("CHECKPOINT").ExecuteAsync(CancellationToken.None);
    }

    /// <summary>Throws unless each store holds exactly the grants that were answered.</summary>
    public async Task VerifyAsync(IReadOnlyDictionary<string, long> grantsByStore)
    {
        foreach (var (store, readAsync, before) in stores)
        {
            (await readAsync()).RequireGrown(store, before, grantsByStore[store]);
        }
    }

    public async ValueTask DisposeAsync()
    {
        while (toDispose.TryPop(out var dispose))
        {
            await dispose();
        }
    }

    private async Task AddPgbenchAsync()
    {
        pgbenchDatabase = await server.NewDatabaseAsync();
        var script = new PgbenchScript(await RecordedGrant.RecordAsync(server, world, pgbenchDatabase));
        Script = script.Plain;
        await AddStoreAsync(Reference, () => ReadAsync(new NpgsqlConnection(pgbenchDatabase)));
        foreach (var (name, text) in new[] { (Reference, script.Plain), ("pgbench, pipelined", script.Pipelined) })
        {
            var pgbench = new Pgbench(pgbenchDatabase, text, world);
            Own(pgbench);
            All.Add(
                new LedgerServer(
                    name,
                    Reference,
                    pgbench.RunAsync,
                    () => new CpuSeconds(0, ProcessorTime.OfEndedChildren(Environment.ProcessId), ProcessorTime.OfFamily(server.ProcessId))
                )
            );
        }
    }

    private async Task AddGatewaysAsync()
    {
        var onPostgres = await AddGatewayAsync("ledger", await server.NewDatabaseAsync());
        All.Add(InProcess("ledger", "ledger", onPostgres));
        var client = await WireClientProcess.StartAsync(onPostgres, world);
        Own(client);
        All.Add(
            new LedgerServer(
                "ledger, gRPC",
                "ledger",
                client.RunAsync,
                () =>
                    new CpuSeconds(
                        ProcessorTime.OfProcess(Environment.ProcessId),
                        ProcessorTime.OfProcess(client.ProcessId),
                        ProcessorTime.OfFamily(server.ProcessId)
                    )
            )
        );
        All.Add(InProcess("ledger, SQLite", "sqlite", await AddGatewayAsync("sqlite", null)));
    }

    private LedgerServer InProcess(string name, string store, GatewayUnderTest gateway) =>
        new(
            name,
            store,
            new LedgerClient(gateway, world).RunAsync,
            () => new CpuSeconds(ProcessorTime.OfProcess(Environment.ProcessId), 0, ProcessorTime.OfFamily(server.ProcessId))
        );

    private async Task<GatewayUnderTest> AddGatewayAsync(string store, string? database)
    {
        var gateway = await world.StartGatewayAsync(database);
        Own(gateway);
        publishers.Add(gateway.Service<AuditPublisher>());
        await AddStoreAsync(store, async () => await ReadAsync(await gateway.Service<Database>().OpenAsync(CancellationToken.None)));
        return gateway;
    }

    private async Task AddStoreAsync(string store, Func<Task<LedgerCounts>> readAsync) => stores.Add((store, readAsync, await readAsync()));

    private static async Task<LedgerCounts> ReadAsync(DbConnection connection)
    {
        await using (connection)
        {
            if (connection.State != System.Data.ConnectionState.Open)
            {
                await connection.OpenAsync();
            }

            return await LedgerCounts.ReadAsync(connection);
        }
    }

    private void Own(IAsyncDisposable resource) => toDispose.Push(resource.DisposeAsync);

    private void Own(IDisposable resource) =>
        toDispose.Push(() =>
        {
            resource.Dispose();
            return ValueTask.CompletedTask;
        });
}
