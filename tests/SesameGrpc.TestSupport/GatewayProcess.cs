using System.Diagnostics;

namespace SesameGrpc.TestSupport;

/// <summary>The built gateway as a process of its own, which can be killed; the same site is started again as often as wanted.</summary>
public sealed class GatewayProcess : IAsyncDisposable
{
    /// <summary>What a process leaves behind that signal 9 has ended.</summary>
    public const int KilledExitCode = 128 + 9;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process process;
    private readonly Uri ready;
    private readonly List<string> output = [];

    private GatewayProcess(ProcessStartInfo start, Uri internalUrl)
    {
        ready = new Uri(internalUrl, "/health/ready");
        process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Everything that it has written.</summary>
    public IReadOnlyList<string> Output
    {
        get
        {
            lock (output)
            {
                return [.. output];
            }
        }
    }

    public bool HasExited => process.HasExited;

    public int ProcessId => process.Id;

    /// <summary>Starts a gateway at a site, with its settings and these. One that is to live for long profiles its code, as the runtime does by itself.</summary>
    public static GatewayProcess Start(GatewaySite site, IEnumerable<KeyValuePair<string, string?>> settings, bool livesLong = false)
    {
        var start = new ProcessStartInfo("dotnet", [Assembly()])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = site.Directory,
        };
        foreach (var (name, value) in settings)
        {
            start.Environment[name.Replace(":", "__", StringComparison.Ordinal)] = value;
        }

        // So short a life does not repay the profiling that makes code faster later.
        if (!livesLong)
        {
            start.Environment["DOTNET_TieredPGO"] = "0";
        }

        start.Environment["Logging__LogLevel__Microsoft"] = "Warning";
        return new GatewayProcess(start, site.InternalUrl);
    }

    /// <summary>Waits until it is ready; false: it ended before.</summary>
    public async Task<bool> IsReadyAsync()
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        using var limit = new CancellationTokenSource(Patience);
        while (!process.HasExited)
        {
            try
            {
                using var response = await http.GetAsync(ready, limit.Token);
                if (response.IsSuccessStatusCode)
                {
                    return true;
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(20, limit.Token);
        }

        return false;
    }

    /// <summary>Kills it: signal 9.</summary>
    public void Kill() => process.Kill();

    /// <summary>Waits for its end; the exit code, after all of its output was read.</summary>
    public async Task<int> WaitForExitAsync(CancellationToken cancellationToken)
    {
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill();
            await process.WaitForExitAsync();
        }

        process.Dispose();
    }

    // Of the same configuration as this program, unless another is named.
    private static string Assembly()
    {
        if (Environment.GetEnvironmentVariable("SESAME_GATEWAY_DLL") is { Length: > 0 } named)
        {
            return named;
        }

        var framework = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        return Path.Combine(
            TestEnvironment.RepositoryRoot,
            "src/SesameGrpc.Gateway/bin",
            framework.Parent!.Name,
            framework.Name,
            "SesameGrpc.Gateway.dll"
        );
    }

    private void Keep(string? line)
    {
        if (line is not null)
        {
            lock (output)
            {
                output.Add(line);
            }
        }
    }
}
