using Xunit;

namespace SesameGrpc.Cli.Tests.Wire;

/// <summary>Onboarding by the command line alone, from an empty folder of the partner's.</summary>
public sealed class OnboardingTests(DevSandbox sandbox) : IClassFixture<DevSandbox>
{
    [Fact]
    public async Task TwoCommands_FromNothingToASecuredCall_AndNoFileIsCopied()
    {
        using var folder = new TemporaryFolder();
        var served = FilesOf(sandbox.Certs);

        // 1. The operator's; what it prints is all that goes from one to the other.
        var invited = await InviteAsync("green-bike");
        // 2. The partner's, pasted.
        var joined = await PasteAsync(invited, folder.Path);
        Assert.True(joined.ExitCode == 0, joined.Error);

        var call = await AsAsync("green-bike", folder.Path, "eligibility", "check", "test-700", "bike.deposit_free");
        Assert.True(call.ExitCode == 0, call.Error);
        Assert.Equal(served, FilesOf(sandbox.Certs));
        Assert.Equal(
            ["ca.pem", "partners/green-bike.key.pem", "partners/green-bike.pem"],
            FilesOf(folder.Path).Select(file => Path.GetRelativePath(folder.Path, file))
        );
        var key = Path.Combine(folder.Path, "partners", "green-bike.key.pem");
        Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(key) == (UnixFileMode.UserRead | UnixFileMode.UserWrite));
        var again = await PasteAsync(invited, folder.Path);
        Assert.Equal((0, (string?)joined.Json["expire_time"]), (again.ExitCode, (string?)again.Json["expire_time"]));
    }

    [Fact]
    public async Task Join_WithAnotherFolderOrHash_IsRefused()
    {
        using var folder = new TemporaryFolder();
        using var thief = new TemporaryFolder();
        var invited = await InviteAsync("blue-bike");
        Assert.Equal(0, (await PasteAsync(invited, folder.Path)).ExitCode);

        var stolen = await PasteAsync(invited, thief.Path);
        var elsewhere = await PasteAsync(invited.Replace("--ca-sha256 ", "--ca-sha256 00", StringComparison.Ordinal), thief.Path);

        Assert.Equal((1, "INVITATION_INVALID"), (stolen.ExitCode, (string?)stolen.ErrorJson["reason"]));
        Assert.Equal((1, "CA_MISMATCH"), (elsewhere.ExitCode, (string?)elsewhere.ErrorJson["reason"]));
    }

    [Fact]
    public async Task Renew_PutsANewKeyAndCertificateInTheirPlaces()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(0, (await PasteAsync(await InviteAsync("red-bike"), folder.Path)).ExitCode);
        var before = await OfflineAsync("red-bike", folder.Path, "cert", "inspect");

        var renewed = await AsAsync("red-bike", folder.Path, "cert", "renew");

        Assert.True(renewed.ExitCode == 0, renewed.Error);
        Assert.NotEqual((string?)before.Json["key_sha256"], (string?)renewed.Json["key_sha256"]);
        Assert.Contains("urn:sesame:partner:red-bike", (string)renewed.Json["names"]!, StringComparison.Ordinal);
        Assert.Equal(0, (await AsAsync("red-bike", folder.Path, "token")).ExitCode);
        Assert.Equal(3, (await OfflineAsync("red-bike", folder.Path, "cert", "needs-renewal")).ExitCode);
        Assert.Equal(0, (await OfflineAsync("red-bike", folder.Path, "cert", "needs-renewal", "--days", "91")).ExitCode);
        Assert.Equal(3, FilesOf(folder.Path).Count);
    }

    [Fact]
    public async Task Invite_Withdrawn_OpensNothing()
    {
        using var folder = new TemporaryFolder();
        var invited = await InviteAsync("grey-bike");
        Assert.Equal(0, (await sandbox.AsOperatorAsync("partner", "invite", "grey-bike", "--withdraw")).ExitCode);

        Assert.Equal("INVITATION_INVALID", (string?)(await PasteAsync(invited, folder.Path)).ErrorJson["reason"]);
        Assert.Contains(
            "sesame partner join",
            (await sandbox.AsOperatorInWordsAsync("partner", "invite", "grey-bike")).Out,
            StringComparison.Ordinal
        );
        Assert.Equal(2, (await sandbox.AsOperatorAsync("partner", "invite", "new-bike", "--name", "New Bike")).ExitCode);
    }

    [Fact]
    public async Task Keys_Rotate_ShowsTheNextOfItsPurpose()
    {
        var rotated = await sandbox.AsOperatorAsync("keys", "rotate", "token-signing");
        var listed = await sandbox.AsOperatorAsync("keys", "list");

        Assert.Equal("ANNOUNCED", (string?)rotated.Json["state"]);
        var keys = listed.Lines.Where(line => (string?)line["purpose"] == "TOKEN_SIGNING").ToList();
        Assert.Equal(2, keys.Count);
        Assert.Equal((string?)rotated.Json["key_id"], (string?)keys[0]["key_id"]);
        Assert.Empty((await sandbox.AsOperatorAsync("csr", "list")).Lines);
    }

    private async Task<string> InviteAsync(string id)
    {
        var invited = await sandbox.AsOperatorAsync(
            "partner",
            "invite",
            id,
            "--name",
            "Green Bike",
            "--kind",
            "sharing",
            "--scope",
            "eligibility.check",
            "--programme",
            "bike.deposit_free"
        );
        Assert.True(invited.ExitCode == 0, invited.Error);
        return (string)invited.Json["command"]!;
    }

    private static Task<CliRun> PasteAsync(string command, string folder) =>
        CliRun.RunAsync(TestContext.Current.CancellationToken, [.. command.Split(' ').Skip(1), "--certs", folder, "--json"]);

    // Everything but the addresses is in the folder.
    private Task<CliRun> AsAsync(string partner, string folder, params string[] args) =>
        sandbox.AsPartnerAsync([.. args, "--partner", partner], folder);

    private static Task<CliRun> OfflineAsync(string partner, string folder, params string[] args) =>
        CliRun.RunAsync(TestContext.Current.CancellationToken, [.. args, "--partner", partner, "--certs", folder, "--json"]);

    private static List<string> FilesOf(string folder) =>
        [.. Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
}
