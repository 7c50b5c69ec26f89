using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;
using SesameGrpc.Gateway.Failpoints;
using SesameGrpc.TestSupport;

namespace SesameGrpc.Soak.Kill;

/// <summary>When a gateway is killed: at a failpoint, reached for the n-th time; or, with null, after a time in milliseconds.</summary>
internal sealed record Fault(Failpoint? At, int Number)
{
    /// <summary>Before the gateway is ready, on a store without a schema.</summary>
    public bool IsAtFirstStart => At is Failpoint.KeyWritten or Failpoint.MigrationBegun or Failpoint.MigrationDone;

    public override string ToString() => At is { } failpoint ? $"{failpoint}:{Number}" : $"after {Number} ms";
}

/// <summary>A gateway to be killed, its store and its payment system, all of which outlive the process.</summary>
internal sealed class Victim : IAsyncDisposable
{
    private readonly TestAuthority authority = new();
    private readonly string? postgreSql;

    private Victim(string? postgreSql, RailUnderTest rail)
    {
        this.postgreSql = postgreSql;
        Rail = rail;
        Site = new GatewaySite(TestEnvironment.NewDirectory("kill"), authority);
        Site.WriteCertificates();
    }

    public GatewaySite Site { get; }

    public RailUnderTest Rail { get; }

    /// <summary>The process now; null before the first start.</summary>
    public GatewayProcess? Process { get; private set; }

    /// <summary>A victim with an empty store.</summary>
    public static async Task<Victim> PrepareAsync(PostgresServer? server) =>
        new(server is null ? null : await server.NewDatabaseAsync(), await RailUnderTest.StartAsync());

    /// <summary>Starts the gateway; it is to die at the failpoint, if there is one.</summary>
    public async Task<GatewayProcess> StartAsync(Fault? fault)
    {
        if (Process is not null)
        {
            await Process.DisposeAsync();
        }

        var settings = Site.Settings(postgreSql, redis: null);
        foreach (var (name, value) in Rail.Settings())
        {
            settings[name] = value;
        }

        settings["Sesame:Rail:TimeoutSeconds"] = "1";
        settings["Sesame:Audit:CheckpointMilliseconds"] = "100";
        settings["Sesame:Failpoint"] = fault?.At is null ? "" : fault.ToString();
        return Process = GatewayProcess.Start(Site, settings);
    }

    /// <summary>Opens the store, and waits until what the killed process had begun there is committed or given up.</summary>
    public async Task<DbConnection> OpenStoreAsync()
    {
        if (postgreSql is null)
        {
            var file = new SqliteConnection($"Data Source={Path.Combine(Site.Directory, "gateway.db")};Pooling=False");
            await file.OpenAsync();
            return file;
        }

        var connection = new NpgsqlConnection(postgreSql + ";Pooling=false");
        await connection.OpenAsync();
        while (Process!.HasExited && await OthersAsync(connection) > 0)
        {
            await Task.Delay(5);
        }

        return connection;
    }

    public async ValueTask DisposeAsync()
    {
        if (Process is not null)
        {
            await Process.DisposeAsync();
        }

        await Rail.DisposeAsync();
        Site.Dispose();
        authority.Dispose();
        Directory.Delete(Site.Directory, recursive: true);
    }

    private static async Task<long> OthersAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'",
            connection
        );
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
