using SesameGrpc.Soak.Audit;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.Audit;

/// <summary>Whatever is done to the log, a verification says so: ours, and one that shares no code with it.</summary>
public sealed class AuditTamperTests
{
    // The long form is tests/soak/audit-tamper.sh.
    [Fact]
    public async Task Tamperings_OfEveryKind_AreAllDetected()
    {
        var seed = Random.Shared.Next();
        var kinds = StoredTampers.All.Count + ExportedTampers.All.Count;
        using var told = new StringWriter();

        var result = await AuditTamper.RunAsync(Math.Max(50, kinds), seed, told);

        Assert.Equal("", told.ToString());
        Assert.Equal((result.Tampers, kinds), (result.Detected, result.Kinds));
    }

    [Fact]
    public async Task ExportedLog_VerifiedInPython_IsSoundAndATamperedOneIsNot()
    {
        Stores.Require(File.Exists("/usr/bin/python3"), "python3");
        await using var gateway = await GatewayUnderTest.StartAsync(LogTraffic.Setup);
        await LogTraffic.MakeAsync(gateway);
        using var stored = await StoredLog.CopyAsync(gateway);
        using var exported = await ExportedLog.ExportAsync(stored);
        var folder = TestEnvironment.NewDirectory("audit-notes");
        var earlier = Path.Combine(folder, "earlier");
        var tables = stored.Tables;
        await File.WriteAllTextAsync(earlier, (string)tables.Scalar("SELECT note FROM audit_checkpoints ORDER BY size LIMIT 1 OFFSET 2")!);

        var sound = await VerifyAsync(exported.Path, stored, earlier);
        Assert.Equal($$"""{"step": "verified", "size": {{tables.Size}}}""", sound.Output.Trim());

        var random = new Random(1);
        foreach (var tamper in ExportedTampers.All)
        {
            await exported.TamperAsync(tamper, random);
            var run = await VerifyAsync(exported.TamperedPath, stored, earlier);
            Assert.True(
                run.ExitCode == 1 && run.Output.Contains("refused", StringComparison.Ordinal),
                $"{tamper.Name}: {run.Output} {run.Errors}"
            );
        }

        await File.WriteAllTextAsync(earlier, new TransparencyLog.Checkpoint(stored.Key.Name, 3, new byte[32]).Text);
        Assert.Equal(1, (await VerifyAsync(exported.Path, stored, earlier)).ExitCode);
        Directory.Delete(folder, recursive: true);
    }

    private static Task<ForeignProgram> VerifyAsync(string path, StoredLog stored, string earlier) =>
        ForeignProgram.RunAsync(
            "/usr/bin/python3",
            ["-B", "python/verify_audit.py", path, stored.Key.ToString(), earlier],
            new Dictionary<string, string>()
        );
}
