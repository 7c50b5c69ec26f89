using System.Diagnostics;

namespace SesameGrpc.TestSupport;

/// <summary>What tests need from the machine.</summary>
public static class TestEnvironment
{
    /// <summary>In CI a missing program fails the test; elsewhere it skips it.</summary>
    public static bool IsCi => Environment.GetEnvironmentVariable("CI") is "true" or "1";

    public static string RepositoryRoot { get; } = FindRoot(AppContext.BaseDirectory);

    /// <summary>A loopback port that is free now and that this process has not given out before.</summary>
    public static int FreePort() => LoopbackPorts.Next();

    /// <summary>A new directory under the system's temporary one.</summary>
    public static string NewDirectory(string name) => Directory.CreateTempSubdirectory($"sesame-{name}-").FullName;

    /// <summary>The path of a program, from PATH or one of the directories; null where it is not installed.</summary>
    public static string? FindProgram(string name, params string[] directories) =>
        directories
            .Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':'))
            .Select(directory => Path.Combine(directory, name))
            .FirstOrDefault(File.Exists);

    /// <summary>Runs a program to its end; throws with its output when it fails.</summary>
    public static async Task<string> RunAsync(
        string program,
        IEnumerable<string> arguments,
        string? workingDirectory = null,
        IReadOnlyDictionary<string, string>? environment = null
    )
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = workingDirectory ?? "/",
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? await output
            : throw new InvalidOperationException(
                $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{await output}\n{await errors}"
            );
    }

    private static string FindRoot(string directory) =>
        File.Exists(Path.Combine(directory, "SesameGrpc.sln"))
            ? directory
            : FindRoot(Path.GetDirectoryName(directory) ?? throw new InvalidOperationException("The repository's root was not found."));
}
