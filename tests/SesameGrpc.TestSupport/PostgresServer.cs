using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace SesameGrpc.TestSupport;

/// <summary>A PostgreSQL server of its own on a free loopback port, with fsync on; one for all tests of a run.</summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private const string Binaries = "/usr/lib/postgresql/15/bin";
    private static int databases;

    private readonly string directory = TestEnvironment.NewDirectory("postgres");
    private readonly int port = TestEnvironment.FreePort();

    private readonly string settings;

    private PostgresServer(IEnumerable<string> settings) => this.settings = string.Concat(settings.Select(setting => $" -c {setting}"));

    public static bool IsInstalled => File.Exists($"{Binaries}/initdb");

    /// <summary>The server's log, where it was started with a collector of its log.</summary>
    public string LogDirectory => $"{Data}/log";

    /// <summary>The process whose children do the server's work.</summary>
    public int ProcessId => int.Parse(File.ReadLines($"{Data}/postmaster.pid").First());

    public static Task<PostgresServer> StartAsync() => StartAsync([]);

    /// <summary>Starts a server with settings of its own, each "name=value".</summary>
    public static async Task<PostgresServer> StartAsync(IEnumerable<string> settings)
    {
        var server = new PostgresServer(settings);
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
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>Starts it on the data that it has; it recovers from its log if it was killed.</summary>
    public Task StartAgainAsync() =>
        RunAsync(
            $"{Binaries}/pg_ctl",
            "--pgdata",
            Data,
            "--wait",
            "--log",
            $"{directory}/log",
            "--options",
            $"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=200{settings}",
            "start"
        );

    /// <summary>Ends it at once, without a checkpoint: its processes abandon what they do.</summary>
    public Task StopImmediatelyAsync() => RunAsync($"{Binaries}/pg_ctl", "--pgdata", Data, "--wait", "--mode", "immediate", "stop");

    /// <summary>Kills the main process by signal 9 and waits until the others, which notice, have ended too.</summary>
    public async Task KillAsync()
    {
        var main = ProcessId;
        var children = Process.GetProcesses().Where(process => ParentOf(process) == main).ToList();
        using (var server = Process.GetProcessById(main))
        {
            server.Kill();
        }

        foreach (var child in children)
        {
            await child.WaitForExitAsync();
            child.Dispose();
        }
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
        await StopImmediatelyAsync();
        Directory.Delete(directory, recursive: true);
    }

    private string Data => $"{directory}/data";

    private string ConnectionString(string database) =>
        $"Host=127.0.0.1;Port={port};Username=sesame;Database={database};Maximum Pool Size=50";

    private static int ParentOf(Process process)
    {
        try
        {
            // "pid (name) state ppid ...", and a name may hold anything.
            var status = File.ReadAllText($"/proc/{process.Id}/stat");
            return int.Parse(status[(status.LastIndexOf(')') + 1)..].Split(' ')[2], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    // PostgreSQL refuses to run as root.
    private Task<string> RunAsync(string program, params string[] arguments) =>
        Environment.IsPrivilegedProcess
            ? TestEnvironment.RunAsync("runuser", ["-u", "postgres", "--", "env", "-C", directory, program, .. arguments])
            : TestEnvironment.RunAsync(program, arguments);

    private static Task RunAsOwnerAsync(params string[] command) =>
        Environment.IsPrivilegedProcess ? TestEnvironment.RunAsync(command[0], command[1..]) : Task.CompletedTask;
}
