using Xunit;

namespace SesameGrpc.Cli.Tests.Wire;

public sealed class AuditTests(DevSandbox sandbox) : IClassFixture<DevSandbox>, IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string Kept => Path.Combine(folder.Path, "kept.checkpoint");

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Verify_WithTheKeyAndACheckpointKept_FindsTheLogSound()
    {
        var key = await KeepCheckpointAsync();
        await sandbox.AsPartnerAsync("score", "get", "test-700");

        var run = await sandbox.AsOperatorAsync("audit", "verify", "--checkpoint", Kept, "--key", key);

        Assert.True(run.ExitCode == 0, run.Out + run.Error);
        Assert.True((bool)run.Json["sound"]!);
        Assert.Equal(key, (string?)run.Json["key"]);
    }

    [Fact]
    public async Task Verify_WithAnotherKeyOrAForgedCheckpoint_Is5()
    {
        var key = await KeepCheckpointAsync();
        const string Other = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";

        var otherKey = await sandbox.AsOperatorAsync("audit", "verify", "--key", Other);
        var lines = await File.ReadAllLinesAsync(Kept);
        lines[2] = (lines[2][0] == 'A' ? "B" : "A") + lines[2][1..];
        await File.WriteAllTextAsync(Kept, string.Join('\n', lines) + "\n");
        var forged = await sandbox.AsOperatorAsync("audit", "verify", "--checkpoint", Kept, "--key", key);

        Assert.Equal((5, 5), (otherKey.ExitCode, forged.ExitCode));
        Assert.Single(otherKey.Json["differences"]!.AsArray());
        Assert.NotEmpty(forged.Json["differences"]!.AsArray());
    }

    [Fact]
    public async Task Export_Verified_IsSoundUntilAByteIsChanged()
    {
        var key = await KeepCheckpointAsync();
        var directory = Path.Combine(folder.Path, "log");

        var exported = await sandbox.AsOperatorAsync("audit", "export", directory, "--key", key);
        Assert.True(exported.ExitCode == 0, exported.Error);
        var sound = await sandbox.AsOperatorAsync("audit", "verify", "--dir", directory, "--key", key, "--checkpoint", Kept);
        var bundle = Directory.EnumerateFiles(Path.Combine(directory, "tile", "entries"), "*", SearchOption.AllDirectories).First();
        var bytes = await File.ReadAllBytesAsync(bundle);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(bundle, bytes);
        var tampered = await sandbox.AsOperatorAsync("audit", "verify", "--dir", directory, "--key", key);

        Assert.Equal(0, sound.ExitCode);
        Assert.Equal((long)exported.Json["entries"]!, (long)sound.Json["entries"]!);
        Assert.Equal(5, tampered.ExitCode);
        Assert.False((bool)tampered.Json["sound"]!);
    }

    [Fact]
    public async Task VerifyExport_WithoutAKey_IsWrongUsage() =>
        Assert.Equal(2, (await sandbox.AsOperatorAsync("audit", "verify", "--dir", folder.Path)).ExitCode);

    [Fact]
    public async Task Prove_AnEntry_ShowsItAndTheProof()
    {
        var run = await sandbox.AsOperatorAsync("audit", "prove", "0");

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.True((bool)run.Json["holds"]!);
        Assert.StartsWith("operator:", (string?)run.Json["entry"]!["caller"], StringComparison.Ordinal);
        Assert.NotEmpty(run.Json["hashes"]!.AsArray());
    }

    [Fact]
    public async Task Search_ByPersonAndCaller_FindsWhatWasTold()
    {
        await sandbox.AsPartnerAsync("score", "get", "test-701");
        await sandbox.AsPartnerAsync("eligibility", "check", "test-701", "bike.deposit_free");

        var run = await sandbox.AsOperatorAsync("audit", "search", "--person", "test-701", "--caller", "partner:hello-bike");
        var none = await sandbox.AsOperatorAsync("audit", "search", "--person", "test-701", "--until", "2020-01-01T00:00:00Z");

        Assert.Equal(["DISCLOSED", "DECIDED"], run.Lines.Select(line => (string?)line["entry"]!["outcome"]));
        Assert.Equal((0, ""), (none.ExitCode, none.Out));
    }

    private async Task<string> KeepCheckpointAsync()
    {
        var run = await sandbox.AsOperatorAsync("audit", "checkpoint", "--out", Kept);
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal((string?)run.Json["note"], await File.ReadAllTextAsync(Kept));
        return (string)run.Json["verifier_key"]!;
    }
}
