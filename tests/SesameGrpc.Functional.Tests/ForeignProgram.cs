using System.Diagnostics;
using System.Text.Json.Nodes;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests;

/// <summary>One run of a client program that nobody here compiled: what it printed and how it ended.</summary>
internal sealed record ForeignProgram(int ExitCode, string Output, string Errors)
{
    private static readonly TimeSpan LongestRun = TimeSpan.FromSeconds(60);

    /// <summary>The folder of the client programs.</summary>
    public static string Folder { get; } = Path.Combine(TestEnvironment.RepositoryRoot, "tests", "ForeignClients");

    /// <summary>The contracts and what they import, as the build assembles them for clients in other languages.</summary>
    public static string Protos { get; } = Path.Combine(TestEnvironment.RepositoryRoot, "artifacts", "protos");

    /// <summary>The steps that the program printed, one JSON object per line, parsed anew each time; its whole output is shown when it did not end well.</summary>
    public IReadOnlyList<JsonObject> Steps =>
        ExitCode == 0
            ? [.. Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!.AsObject())]
            : throw new InvalidOperationException($"The program ended with {ExitCode}:\n{Output}\n{Errors}");

    public JsonObject Step(string name) => Steps.Single(step => (string?)step["step"] == name);

    /// <summary>The environment of a program that calls as a partner: where the gateway is, and the partner's certificate, which is written for it.</summary>
    public static Dictionary<string, string> EnvironmentOf(GatewayUnderTest gateway, string partner)
    {
        string FileOf(string name) => Path.Combine(gateway.CertificateDirectory, name);
        PemFiles.WriteWithKey(FileOf($"{partner}.pem"), FileOf($"{partner}.key.pem"), gateway.Authority.Partner(partner));
        return new Dictionary<string, string>
        {
            ["SESAME_PARTNER"] = partner,
            ["SESAME_ISSUER"] = gateway.PublicUrl.ToString(),
            ["SESAME_GATEWAY"] = gateway.PartnerUrl.ToString(),
            ["SESAME_PROTOS"] = Protos,
            ["SESAME_CERTIFICATE"] = FileOf($"{partner}.pem"),
            ["SESAME_KEY"] = FileOf($"{partner}.key.pem"),
            ["SESAME_CA"] = FileOf("ca.pem"),
        };
    }

    /// <summary>Runs a program to its end; a program that does not come to it is ended, with all that it started, and fails the test.</summary>
    public static async Task<ForeignProgram> RunAsync(
        string program,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string> environment,
        TimeSpan? longest = null
    )
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = Folder,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(longest ?? LongestRun);
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(limit.Token), process.StandardError.ReadToEndAsync(limit.Token));
        try
        {
            await process.WaitForExitAsync(limit.Token);
            return new ForeignProgram(process.ExitCode, await output, await errors);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }
}
