using Npgsql;

namespace SesameGrpc.TestSupport;

/// <summary>A PostgreSQL server of its own on a free loopback port, with fsync on; one for all tests of a run.</summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private const string Binaries = "/usr/lib/postgresql/15/bin";
    private static int databases;

    private readonly string directory = TestEnvironment.NewDirectory("postgres");
    private readonly int port = TestEnvironment.FreePort();

    private PostgresServer() { }

    public static bool IsInstalled => File.Exists($"{Binaries}/initdb");

    /// <summary>The server's log, where it was started with a collector of its log.</summary>
    public string LogDirectory => $"{Data}/log";

    /// <summary>The process whose children do the server's work.</summary>
    public int ProcessId => int.Parse(File.ReadLines($"{Data}/postmaster.pid").First());

    public static Task<PostgresServer> StartAsync() => StartAsync([]);

    /// <summary>Starts a server with settings of its own, each "name=value".</summary>
    public static async Task<PostgresServer> StartAsync(IEnumerable<string> settings)
    {
        var server = new PostgresServer();
        await RunAsOwnerAsync("chown", "postgres", server.directory);
        await server.RunAsync(
            $"{Binaries}/initdb",
            "--pgdata",
            server.Data,
            "--auth",
            "trust",
            "--username",
            "sesame",
            "--encoding",
            "UTF8",
            "--locale",
            "C"
        );
        await server.RunAsync(
            $"{Binaries}/pg_ctl",
            "--pgdata",
            server.Data,
            "--wait",
            "--log",
            $"{server.directory}/log",
            "--options",
            $"-p {server.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=200"
                + string.Concat(settings.Select(setting => $" -c {setting}")),
            "start"
        );
        return server;
    }

    /// <summary>A new, empty database; its connection string.</summary>
    public async Task<string> NewDatabaseAsync()
    {
        var name = $"test_{Interlocked.Increment(ref databases)}";
        await using var connection = new NpgsqlConnection(ConnectionString("postgres"));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"CREATE DATABASE {name}", connection);
        await command.ExecuteNonQueryAsync();
        return ConnectionString(name);
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await RunAsync($"{Binaries}/pg_ctl", "--pgdata", Data, "--wait", "--mode", "immediate", "stop");
        Directory.Delete(directory, recursive: true);
    }

    private string Data => $"{directory}/data";

    private string ConnectionString(string database) =>
        $"Host=127.0.0.1;Port={port};Username=sesame;Database={database};Maximum Pool Size=50";

    // PostgreSQL refuses to run as root.
    private Task<string> RunAsync(string program, params string[] arguments) =>
        Environment.IsPrivilegedProcess
            ? TestEnvironment.RunAsync("runuser", ["-u", "postgres", "--", "env", "-C", directory, program, .. arguments])
            : TestEnvironment.RunAsync(program, arguments);

    private static Task RunAsOwnerAsync(params string[] command) =>
        Environment.IsPrivilegedProcess ? TestEnvironment.RunAsync(command[0], command[1..]) : Task.CompletedTask;
}
