using System.Text.Json.Nodes;

namespace SesameGrpc.Cli.Tests.Wire;

/// <summary>One command run in this process, with what it printed.</summary>
internal sealed record CliRun(int ExitCode, string Out, string Error)
{
    public IReadOnlyList<JsonNode> Lines =>
        [.. Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)];

    public JsonNode Json => Lines.Single();

    public JsonNode ErrorJson => JsonNode.Parse(Error)!["error"]!;

    public static async Task<CliRun> RunAsync(CancellationToken cancellationToken, params string[] args)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var exitCode = await CommandTree.RunAsync(args, output, error, cancellationToken);
        return new CliRun(exitCode, output.ToString(), error.ToString());
    }
}
