using Npgsql;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.TestSupport;

namespace SesameGrpc.Benchmarks.Imports;

/// <summary>A database for one load, which is dropped after it: ten million rows are gigabytes.</summary>
internal sealed class ImportDatabase(string connectionString) : IAsyncDisposable
{
    public string ConnectionString => connectionString;

    public static async Task<ImportDatabase> CreateAsync(PostgresServer server) => new(await server.NewDatabaseAsync());

    /// <summary>Begins the load with a checkpoint behind it, so that none pays for what the one before left to write.</summary>
    public Task SettleAsync() => OnServerAsync("CHECKPOINT");

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await OnServerAsync($"DROP DATABASE {new NpgsqlConnectionStringBuilder(connectionString).Database} WITH (FORCE)");
    }

    private async Task OnServerAsync(string sql)
    {
        var server = new NpgsqlConnectionStringBuilder(connectionString) { Database = "postgres", CommandTimeout = 600 };
        await using var connection = new NpgsqlConnection(server.ConnectionString);
        await connection.OpenAsync();
        await connection.Command(sql).ExecuteAsync(CancellationToken.None);
    }
}
