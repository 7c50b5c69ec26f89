using System.Diagnostics;
using System.Text;
using Google.Protobuf;
using SesameGrpc.Cli.Hosting;
using SesameGrpc.Cli.Tests.Wire;
using Xunit;

namespace SesameGrpc.Cli.Tests.Guides;

/// <summary>What the documentation tells to type works against a sandbox as `sesame dev` starts it, in every language.</summary>
public sealed class GuideTests(DevSandbox sandbox) : IClassFixture<DevSandbox>
{
    private static string Root => GatewayBinary.RepositoryRoot();

    /// <summary>The guides, and the other pages that tell to type something; the quickstarts have a test of their own.</summary>
    public static TheoryData<string> Pages =>
        [
            .. Documents()
                .Concat(["README.md", "certs/README.md"])
                .Where(page => !IsTranslation(page) && page != "docs/quickstarts.md")
                .Where(page => page.StartsWith("docs/guides/", StringComparison.Ordinal) || GuideCommand.Of(Read(page)).Count > 0),
        ];

    public static TheoryData<string> Translations => [.. Documents().Where(IsTranslation)];

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task Commands_OfAPage_EndAsItSays(string page)
    {
        var commands = GuideCommand.Of(Read(page));

        Assert.NotEmpty(commands);
        Assert.Equal("", await RunAsync(commands));
    }

    [Theory]
    [MemberData(nameof(Translations))]
    public void Translation_OfAPage_HasItsCommands(string translation) =>
        Assert.Equal(
            GuideCommand.Of(Read(translation.Replace(".zh.md", ".md", StringComparison.Ordinal))).Select(command => command.Text),
            GuideCommand.Of(Read(translation)).Select(command => command.Text)
        );

    [Fact]
    public async Task Commands_ThatEndOtherwise_AreNamedWithTheirLine()
    {
        const string Guide = """
            ```sh
            ./sesame dev
            ID=$(./sesame token --no-such-option)    # exit 2
            ./sesame eligibility check test-649 bike.deposit_free
            ```
            """;

        Assert.Equal("line 4 ended with 3 instead of 0\n", await RunAsync(GuideCommand.Of(Guide)));
    }

    [Fact]
    public void Commands_OfAText_AreThoseOfShellBlocks() =>
        Assert.Equal(
            [
                new(4, "openssl rand 1 |wc -c", 0),
                new(6, "./sesame score get a   # exit 3", 3),
                new(7, "./sesame score get b", 0),
                new(10, "X=\"$(./sesame token)\"", 0),
            ],
            GuideCommand.Of(
                """
                ./sesame not in a block
                ```sh
                ./sesame dev
                openssl rand 1 |
                    wc -c
                ./sesame score get a   # exit 3
                ./sesame score \
                    get b
                # ./sesame
                X="$(./sesame token)"
                ```
                ```sh by-hand
                ./sesame not by the test
                ```
                """
            )
        );

    /// <summary>Runs them in one shell, so that variables last; the first that ends otherwise than it should, with what it wrote on standard error.</summary>
    private async Task<string> RunAsync(IReadOnlyList<GuideCommand> commands)
    {
        using var folder = new TemporaryFolder();
        folder.File("sesame", $"#!/bin/sh\nexec dotnet '{DevSandbox.CommandLine()}' \"$@\"\n");
        LayOut(folder.Path);
        var script = new StringBuilder("chmod +x sesame\n");
        foreach (var command in commands)
        {
            script.Append($"{AtTheSandbox(command.Text)}\ncode=$?\n");
            script.Append(
                $"[ $code = {command.ExitCode} ] || {{ echo \"line {command.Line} ended with $code instead of {command.ExitCode}\" >&3; exit; }}\n"
            );
        }

        var start = new ProcessStartInfo("bash", ["-c", "exec 3>&1 >/dev/null\n. ./guide.sh"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = folder.Path,
        };
        folder.File("guide.sh", script.ToString());
        foreach (var (name, value) in sandbox.Variables)
        {
            start.Environment[name] = value;
        }

        start.Environment["TOKEN"] = await TokenAsync();
        start.Environment["DETAILS"] = Convert.ToBase64String(new Google.Rpc.Status { Code = 5 }.ToByteArray());
        using var shell = Process.Start(start)!;
        var verdict = shell.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = await shell.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        TestContext.Current.TestOutputHelper?.WriteLine(errors);
        return await verdict;
    }

    // What the pages take for granted: the repository's folders, a folder for keys, one's own certificate.
    private void LayOut(string folder)
    {
        Directory.CreateSymbolicLink(Path.Combine(folder, "artifacts"), Path.Combine(Root, "artifacts"));
        Directory.CreateSymbolicLink(Path.Combine(folder, "certs"), sandbox.Certs);
        File.CreateSymbolicLink(Path.Combine(folder, "cert.pem"), Path.Combine(sandbox.Certs, "partners", "hello-bike.pem"));
        Directory.CreateDirectory(Path.Combine(folder, "keys"));
    }

    // Pages write the addresses that a sandbox has by default.
    private string AtTheSandbox(string command) =>
        command
            .Replace("https://localhost:7443", sandbox.PartnerUrl, StringComparison.Ordinal)
            .Replace("https://localhost:7444", sandbox.PublicUrl, StringComparison.Ordinal);

    private async Task<string> TokenAsync() => (await sandbox.AsPartnerInWordsAsync("token")).Out.Trim();

    private static IEnumerable<string> Documents() =>
        Directory
            .GetFiles(Path.Combine(Root, "docs"), "*.md", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Root, path))
            .Order(StringComparer.Ordinal);

    private static bool IsTranslation(string page) => page.EndsWith(".zh.md", StringComparison.Ordinal);

    private static string Read(string page) => File.ReadAllText(Path.Combine(Root, page));
}
