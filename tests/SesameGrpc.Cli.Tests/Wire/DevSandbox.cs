using System.Diagnostics;
using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using SesameGrpc.Cli.Hosting;
using Xunit;

namespace SesameGrpc.Cli.Tests.Wire;

/// <summary>`sesame dev` as its own process on free ports, for the tests of one class.</summary>
public sealed class DevSandbox : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private Process? process;
    private JsonNode? ready;

    public string Certs => Path.Combine(folder.Path, "certs");

    public string PartnerUrl => (string)ready!["partner_url"]!;

    public string PublicUrl => (string)ready!["public_url"]!;

    public string OperatorUrl => (string)ready!["operator_url"]!;

    public string InternalUrl => (string)ready!["internal_url"]!;

    public string Data => (string)ready!["data"]!;

    /// <summary>Leads every command here, through the environment.</summary>
    internal IEnumerable<(string Name, string Value)> Variables =>
        ready!["variables"]!.AsObject().Select(variable => (variable.Key, (string)variable.Value!));

    private (string Option, string Value)[] Partner => [("--certs", Certs), .. Addresses];

    private (string Option, string Value)[] Addresses => [("--gateway", PartnerUrl), ("--issuer", PublicUrl)];

    private (string Option, string Value)[] Operator => [("--certs", Certs), ("--operator", OperatorUrl)];

    public async ValueTask InitializeAsync()
    {
        process = Start(folder.Path);
        var line = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        ready = JsonNode.Parse(
            line ?? throw new InvalidOperationException(await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken))
        );
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(process!);
        process!.Dispose();
        folder.Dispose();
    }

    internal static Process Start(string folder)
    {
        string[] arguments =
        [
            CommandLine(),
            "dev",
            "--json",
            "--ports-from",
            "0",
            "--persons",
            "500",
            "--data",
            Path.Combine(folder, "data"),
            "--certs",
            Path.Combine(folder, "certs"),
        ];
        return Process.Start(
            new ProcessStartInfo("dotnet", arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            }
        )!;
    }

    /// <summary>The command line in its own build output: the copy beside the tests lacks what their framework brings.</summary>
    internal static string CommandLine()
    {
        var framework = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        return Path.Combine(
            GatewayBinary.RepositoryRoot(),
            "src",
            "SesameGrpc.Cli",
            "bin",
            framework.Parent!.Name,
            framework.Name,
            "sesame.dll"
        );
    }

    /// <summary>Asks the process to stop, as Ctrl-C does, and returns its exit code.</summary>
    internal static async Task<int> StopAsync(Process process)
    {
        if (!process.HasExited)
        {
            using var kill = Process.Start("sh", ["-c", $"kill -TERM {process.Id}"]);
            await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return process.ExitCode;
    }

    internal Task<CliRun> AsPartnerAsync(params string[] args) => RunAsync([.. args, "--json"], Partner);

    /// <summary>As a partner whose certificate is in a folder of its own.</summary>
    internal Task<CliRun> AsPartnerAsync(string[] args, string certs) => RunAsync([.. args, "--json"], [("--certs", certs), .. Addresses]);

    internal Task<CliRun> AsOperatorAsync(params string[] args) => RunAsync([.. args, "--json"], Operator);

    /// <summary>The same commands as people read them.</summary>
    internal Task<CliRun> AsPartnerInWordsAsync(params string[] args) => RunAsync(args, Partner);

    internal Task<CliRun> AsOperatorInWordsAsync(params string[] args) => RunAsync(args, Operator);

    /// <summary>Changes the gateway's store behind its back.</summary>
    internal async Task ChangeStoreAsync(string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={Path.Combine(folder.Path, "data", "gateway.db")};Pooling=False");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The texts are those of the tests.
        command.CommandText = sql;
#pragma warning restore CA2100
        Assert.NotEqual(0, await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));
    }

    // What the arguments do not say themselves leads here.
    private static Task<CliRun> RunAsync(string[] args, (string Option, string Value)[] connection)
    {
        var missing = connection.Where(one => !args.Contains(one.Option)).SelectMany(one => new[] { one.Option, one.Value });
        return CliRun.RunAsync(TestContext.Current.CancellationToken, [.. args, .. missing]);
    }

    internal string File(string name, string content) => folder.File(name, content);
}
