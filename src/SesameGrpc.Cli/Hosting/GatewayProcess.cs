using System.Diagnostics;
using System.Runtime.InteropServices;
using SesameGrpc.Cli.Certificates;

namespace SesameGrpc.Cli.Hosting;

/// <summary>A gateway run as a child process in sandbox mode; its output goes to gateway.log in the data directory.</summary>
internal sealed partial class GatewayProcess : IAsyncDisposable
{
    private const int SigTerm = 15;
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(35);
    private readonly Process process;
    private readonly GatewayLog log;

    private GatewayProcess(ProcessStartInfo start, string logPath, GatewayAddresses addresses)
    {
        Addresses = addresses;
        log = new GatewayLog(logPath);
        process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => log.Add(line.Data);
        process.ErrorDataReceived += (_, line) => log.Add(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public GatewayAddresses Addresses { get; }

    /// <summary>Starts the gateway and returns once it is ready to answer.</summary>
    public static async Task<GatewayProcess> StartAsync(
        GatewayAddresses addresses,
        string dataDirectory,
        DevelopmentCertificates certificates,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        if (addresses.FirstTaken() is { } taken)
        {
            throw new GatewayStartException(
                $"Port {taken} is taken by another program; stop it, or use --ports-from to choose other ports."
            );
        }

        Directory.CreateDirectory(dataDirectory);
        var binary = GatewayBinary.Find();
        var start = new ProcessStartInfo(DotnetHost(), [binary])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
            WorkingDirectory = Path.GetDirectoryName(binary),
        };
        foreach (var (name, value) in GatewaySettings.ForSandbox(addresses, dataDirectory, certificates))
        {
            start.Environment[name] = value;
        }

        var gateway = new GatewayProcess(start, Path.Combine(dataDirectory, "gateway.log"), addresses);
        try
        {
            await gateway.WaitUntilReadyAsync(time, cancellationToken);
            return gateway;
        }
        catch
        {
            await gateway.DisposeAsync();
            throw;
        }
    }

    /// <summary>Completes when the gateway ends in good order by itself, as Ctrl-C in its terminal makes it; throws when it breaks down.</summary>
    public async Task WaitForExitAsync(CancellationToken cancellationToken)
    {
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
        {
            throw new GatewayStartException($"The gateway ended with exit code {process.ExitCode}.{log.Tail()}");
        }
    }

    /// <summary>Asks the gateway to drain and end, and kills it only when it does not within 35 seconds.</summary>
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

    private async Task WaitUntilReadyAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { BaseAddress = Addresses.InternalUrl, Timeout = TimeSpan.FromSeconds(2) };
        var started = time.GetTimestamp();
        while (!await IsReadyAsync(http, cancellationToken))
        {
            if (process.HasExited)
            {
                throw new GatewayStartException($"The gateway ended with exit code {process.ExitCode} before it was ready.{log.Tail()}");
            }

            if (time.GetElapsedTime(started) > StartTimeout)
            {
                throw new GatewayStartException($"The gateway was not ready within {StartTimeout.TotalSeconds:0} seconds.{log.Tail()}");
            }

            await Task.Delay(PollInterval, time, cancellationToken);
        }
    }

    private static async Task<bool> IsReadyAsync(HttpClient http, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await http.GetAsync(new Uri("/health/ready", UriKind.Relative), cancellationToken);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>The dotnet that runs this program, so that both use the same runtime.</summary>
    private static string DotnetHost() =>
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
