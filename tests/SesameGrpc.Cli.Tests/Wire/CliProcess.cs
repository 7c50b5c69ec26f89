using System.Diagnostics;
using Xunit;

namespace SesameGrpc.Cli.Tests.Wire;

/// <summary>The command line as a process of its own, for what depends on its environment.</summary>
internal static class CliProcess
{
    public static async Task<CliRun> RunAsync(IEnumerable<(string Name, string Value)> variables, params string[] args)
    {
        using var process = Start(variables, args);
        var (output, error) = (
            process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken),
            process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken)
        );
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new CliRun(process.ExitCode, await output, await error);
    }

    /// <summary>Starts it, for what does not end by itself.</summary>
    public static Process Start(IEnumerable<(string Name, string Value)> variables, params string[] args)
    {
        var start = new ProcessStartInfo("dotnet", [DevSandbox.CommandLine(), .. args])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }
}
