using System.Diagnostics;
using System.Runtime.InteropServices;

namespace SesameGrpc.Cli.Hosting;

/// <summary>A server run as a child process; its output goes to a log file.</summary>
internal sealed partial class ServerProcess : IAsyncDisposable
{
    private const int SigTerm = 15;
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(35);
    private readonly string name;
    private readonly Process process;
    private readonly ServerLog log;

    private ServerProcess(string name, ProcessStartInfo start, string logPath)
    {
        this.name = name;
        log = new ServerLog(logPath);
        process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => log.Add(line.Data);
        process.ErrorDataReceived += (_, line) => log.Add(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Starts a server from its assembly; the name is what messages call it.</summary>
    public static ServerProcess Start(string name, string assembly, IEnumerable<(string Name, string Value)> environment, string logPath)
    {
        var start = new ProcessStartInfo(DotnetHost(), [assembly])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
            WorkingDirectory = Path.GetDirectoryName(assembly),
        };
        foreach (var (variable, value) in environment)
        {
            start.Environment[variable] = value;
        }

        return new ServerProcess(name, start, logPath);
    }

    /// <summary>Asks again and again until the server is ready; throws with the log's end when it ends before, or takes too long.</summary>
    public async Task WaitUntilReadyAsync(
        Func<CancellationToken, Task<bool>> isReady,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        var started = time.GetTimestamp();
        while (!await isReady(cancellationToken))
        {
            if (process.HasExited)
            {
                throw new GatewayStartException($"{name} ended with exit code {process.ExitCode} before it was ready.{log.Tail()}");
            }

            if (time.GetElapsedTime(started) > StartTimeout)
            {
                throw new GatewayStartException($"{name} was not ready within {StartTimeout.TotalSeconds:0} seconds.{log.Tail()}");
            }

            await Task.Delay(PollInterval, time, cancellationToken);
        }
    }

    /// <summary>Completes when the server ends in good order by itself, as Ctrl-C in its terminal makes it; throws when it breaks down.</summary>
    public async Task WaitForExitAsync(CancellationToken cancellationToken)
    {
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
        {
            throw new GatewayStartException($"{name} ended with exit code {process.ExitCode}.{log.Tail()}");
        }
    }

    /// <summary>Asks the server to drain and end, and kills it only when it does not within 35 seconds.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            Terminate();
            using var timeout = new CancellationTokenSource(StopTimeout);
            try
            {
                await process.WaitForExitAsync(timeout.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
            }
        }

        process.Dispose();
        log.Dispose();
    }

    /// <summary>The dotnet that runs this program, so that both use the same runtime.</summary>
    public static string DotnetHost() =>
        Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet";

    private void Terminate()
    {
        if (OperatingSystem.IsWindows())
        {
            process.Kill();
        }
        else
        {
            _ = Kill(process.Id, SigTerm);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int Kill(int processId, int signal);
}
