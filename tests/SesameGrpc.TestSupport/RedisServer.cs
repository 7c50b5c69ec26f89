using System.Diagnostics;
using System.Net.Sockets;

namespace SesameGrpc.TestSupport;

/// <summary>A redis-server of its own on a free loopback port, without persistence; it can be killed, started again and stopped in its tracks.</summary>
public sealed class RedisServer : IAsyncDisposable
{
    private readonly bool cluster;
    private readonly string directory = TestEnvironment.NewDirectory("redis");
    private Process? process;

    private RedisServer(bool cluster) => this.cluster = cluster;

    public static string? Program => TestEnvironment.FindProgram("redis-server", "/usr/bin");

    public int Port { get; } = TestEnvironment.FreePort();

    public int ProcessId => process!.Id;

    public string Configuration => $"127.0.0.1:{Port},allowAdmin=true";

    public static async Task<RedisServer> StartAsync(bool cluster = false)
    {
        var server = new RedisServer(cluster);
        await server.StartAgainAsync();
        if (cluster)
        {
            await server.CliAsync("CLUSTER", "ADDSLOTSRANGE", "0", "16383");
            while (!(await server.CliAsync("CLUSTER", "INFO")).Contains("cluster_state:ok", StringComparison.Ordinal))
            {
                await Task.Yield();
            }
        }

        return server;
    }

    public async Task StartAgainAsync()
    {
        string[] clusterOptions = cluster ? ["--cluster-enabled", "yes"] : [];
        process = Process.Start(
            new ProcessStartInfo(
                Program!,
                [
                    "--port",
                    Port.ToString(),
                    "--bind",
                    "127.0.0.1",
                    "--save",
                    "",
                    "--appendonly",
                    "no",
                    "--dir",
                    directory,
                    .. clusterOptions,
                ]
            )
            {
                RedirectStandardOutput = true,
                UseShellExecute = false,
            }
        );
        _ = process!.StandardOutput.ReadToEndAsync();
        while (!await AnswersAsync())
        {
            ObjectDisposedException.ThrowIf(process.HasExited, this);
        }
    }

    public async Task KillAsync()
    {
        process!.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>SIGSTOP: the server accepts connections and answers nothing.</summary>
    public Task PauseAsync() => TestEnvironment.RunAsync("sh", ["-c", $"kill -STOP {process!.Id}"]);

    public Task ContinueAsync() => TestEnvironment.RunAsync("sh", ["-c", $"kill -CONT {process!.Id}"]);

    /// <summary>Everything that it holds, in the form in which it saves it, not compressed.</summary>
    public async Task<byte[]> DumpAsync()
    {
        await CliAsync("CONFIG", "SET", "rdbcompression", "no");
        await CliAsync("SAVE");
        var folder = (await CliAsync("CONFIG", "GET", "dir")).Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1].Trim();
        return await File.ReadAllBytesAsync(Path.Combine(folder, "dump.rdb"));
    }

    public Task<string> CliAsync(params string[] command) => TestEnvironment.RunAsync("redis-cli", ["-p", Port.ToString(), .. command]);

    public async ValueTask DisposeAsync()
    {
        if (process is { HasExited: false })
        {
            await KillAsync();
        }

        process?.Dispose();
        Directory.Delete(directory, recursive: true);
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", Port);
            await client.GetStream().WriteAsync("PING\r\n"u8.ToArray());
            var answer = new byte[5];
            await client.GetStream().ReadExactlyAsync(answer);
            return answer.AsSpan().StartsWith("+PONG"u8);
        }
        catch (Exception exception) when (exception is SocketException or IOException)
        {
            return false;
        }
    }
}
