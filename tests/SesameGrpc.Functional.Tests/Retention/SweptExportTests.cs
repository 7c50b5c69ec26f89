using System.Text.Json.Nodes;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Soak.Ledger;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.Retention;

/// <summary>An export of a log whose first entries have ended says so; the command line and a program that shares no code with it tell that from entries that are missing.</summary>
public sealed class SweptExportTests : IDisposable
{
    private readonly string folder = TestEnvironment.NewDirectory("swept-export");
    private readonly StoppedTime time = new();

    private string Export => Path.Combine(folder, "log");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Export_AfterASweep_IsVerifiedByTheCommandLineAndInPython()
    {
        Stores.Require(File.Exists("/usr/bin/python3"), "python3");
        await using var gateway = await StartSweptAsync();
        var key = (await gateway.Audit.GetAuditCheckpointAsync(new GetAuditCheckpointRequest())).VerifierKey;

        var exported = await CliAsync(gateway, "audit", "export", Export, "--json");
        var stored = await CliAsync(gateway, "audit", "verify", "--json");
        var files = await CliAsync(gateway, "audit", "verify", "--dir", Export, "--key", key, "--json");
        var proof = await CliAsync(gateway, "audit", "prove", "0", "--json");
        var python = await VerifyInPythonAsync(key);

        Assert.Equal("512\n", await File.ReadAllTextAsync(Path.Combine(Export, "minimum-index")));
        Assert.Equal(512, (long)exported["minimum_index"]!);
        Assert.All([stored, files], run => Assert.True((bool)run["sound"]!, run.ToJsonString()));
        Assert.All([stored, files], run => Assert.Equal(512, (long)run["ended"]!));
        Assert.Equal((true, true), ((bool)proof["ended"]!, (bool)proof["holds"]!));
        Assert.Equal($$"""{"step": "verified", "size": {{exported["entries"]}}, "ended": 512}""", python.Output.Trim());
    }

    public static TheoryData<string> Tamperings =>
        ["a bundle more is gone", "the mark is gone", "the mark is higher", "a hash is another", "a bundle is back"];

    [Theory]
    [MemberData(nameof(Tamperings))]
    public async Task Export_TamperedWith_IsNotSound(string how)
    {
        Stores.Require(File.Exists("/usr/bin/python3"), "python3");
        await using var gateway = await StartSweptAsync();
        var key = (await gateway.Audit.GetAuditCheckpointAsync(new GetAuditCheckpointRequest())).VerifierKey;
        await CliAsync(gateway, "audit", "export", Export, "--json");

        await TamperAsync(how);
        var files = await CliAsync(gateway, "audit", "verify", "--dir", Export, "--key", key, "--json");
        var python = await VerifyInPythonAsync(key);

        Assert.False((bool)files["sound"]!);
        Assert.Equal(1, python.ExitCode);
        Assert.Contains("refused", python.Output, StringComparison.Ordinal);
    }

    private async Task TamperAsync(string how)
    {
        var (mark, third) = (Path.Combine(Export, "minimum-index"), Path.Combine(Export, "tile", "entries", "002"));
        switch (how)
        {
            case "a bundle more is gone":
                File.Delete(third);
                break;
            case "the mark is gone":
                File.Delete(mark);
                break;
            case "the mark is higher":
                File.Delete(third);
                await File.WriteAllTextAsync(mark, "768\n");
                break;
            case "a hash is another":
                var tile = Path.Combine(Export, "tile", "0", "001");
                var hashes = await File.ReadAllBytesAsync(tile);
                hashes[70] ^= 1;
                await File.WriteAllBytesAsync(tile, hashes);
                break;
            default:
                File.Copy(third, Path.Combine(Export, "tile", "entries", "001"));
                break;
        }
    }

    private async Task<GatewayUnderTest> StartSweptAsync()
    {
        var gateway = await GatewayUnderTest.StartAsync(OldLog.Setup(time));
        await gateway.AppendAsync(600, time.Cutoff() - OldLog.Moment);
        await gateway.AppendAsync(400, time.Cutoff());
        await gateway.PublishAsync();
        await gateway.SweepAsync();
        await gateway.PublishAsync();
        OperatorCommands.WriteCertificate(gateway);
        return gateway;
    }

    private static async Task<JsonNode> CliAsync(GatewayUnderTest gateway, params string[] arguments)
    {
        var (exitCode, output, error) = await OperatorCommands.RunAsync(gateway, arguments);
        Assert.True(exitCode is 0 or 5, $"{exitCode}: {error}");
        return JsonNode.Parse(output)!;
    }

    private Task<ForeignProgram> VerifyInPythonAsync(string key) =>
        ForeignProgram.RunAsync("/usr/bin/python3", ["-B", "python/verify_audit.py", Export, key], new Dictionary<string, string>());
}
